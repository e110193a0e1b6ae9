/** What a transaction needs of the database it belongs to. */
import type { Dialect } from "../../dialect/dialect.ts";
import type { Driver } from "../../driver/driver.ts";
import type { TableChanges } from "../table-changes.ts";

export interface TransactionHost {
  readonly dialect: Dialect;
  readonly driver: Driver;
  /** Stands for the opened database, in whichever contexts it is used. */
  readonly identity: object;
  /** Who is told of what transactions changed. */
  readonly changes: TableChanges;
  countStatement(): void;
  /** Called with 1 when a transaction begins and with -1 when it ends. */
  countTransaction(difference: 1 | -1): void;
  /** Throws when the running code stands in another transaction of this database than the one whose outermost is `own`. */
  assertOutside(write: boolean, own: { readonly root: object }): void;
}
