/** What is dangerous about a statement on a table with rows and users, and the safer way in steps. */
import { fullName } from "../../ast/source.ts";
import type { ObjectName } from "../../schema/snapshot.ts";

export interface LintRule {
  readonly name: string;
  /** What will happen, about `table`. */
  readonly message: (table: string) => string;
  readonly instead: (table: string) => readonly string[];
  /** Whether it only matters while the table has rows that others use: not for new and small ones. */
  readonly needsRows: boolean;
}

export const nameOf = (table: ObjectName | null): string => (table === null ? "the table" : fullName(table));

const rule = (name: string, message: LintRule["message"], instead: LintRule["instead"], needsRows = true): LintRule => ({
  name,
  message,
  instead,
  needsRows,
});

const rules: readonly LintRule[] = [
  rule(
    "index-without-concurrently",
    (table) => `Nobody can write to ${table} until the index is built or gone.`,
    () => [
      "Write CREATE INDEX CONCURRENTLY, or DROP INDEX CONCURRENTLY: it runs outside of a transaction by itself, and is taken up again when it was cut off.",
    ],
  ),
  rule(
    "foreign-key-checked-at-once",
    (table) => `Nobody can write to ${table}, and to the table it refers to, while all rows are checked.`,
    (table) => [
      `ALTER TABLE ${table} ADD CONSTRAINT … FOREIGN KEY … NOT VALID`,
      `in a migration after it: ALTER TABLE ${table} VALIDATE CONSTRAINT …`,
    ],
  ),
  rule(
    "check-checked-at-once",
    (table) => `Nobody can read or write ${table} while all rows are checked.`,
    (table) => [
      `ALTER TABLE ${table} ADD CONSTRAINT … CHECK (…) NOT VALID`,
      `in a migration after it: ALTER TABLE ${table} VALIDATE CONSTRAINT …`,
    ],
  ),
  rule(
    "unique-builds-index",
    (table) => `Nobody can read or write ${table} while its index is built.`,
    (table) => [
      `CREATE UNIQUE INDEX CONCURRENTLY name ON ${table} (…)`,
      `ALTER TABLE ${table} ADD CONSTRAINT name UNIQUE USING INDEX name`,
    ],
  ),
  rule(
    "not-null-scans-table",
    (table) => `Nobody can read or write ${table} while all rows are read.`,
    (table) => [
      `ALTER TABLE ${table} ADD CONSTRAINT name CHECK (column IS NOT NULL) NOT VALID`,
      `in a migration after it: ALTER TABLE ${table} VALIDATE CONSTRAINT name`,
      `ALTER TABLE ${table} ALTER COLUMN … SET NOT NULL, which then reads nothing, and DROP CONSTRAINT name`,
    ],
  ),
  rule(
    "type-rewrites-table",
    (table) => `Nobody can read or write ${table} while all rows and indexes are written anew.`,
    () => [
      "add a column of the new type",
      "write both columns from the application, and fill the new one by a batched() step",
      "read the new one, then drop the old one in a later migration",
    ],
  ),
  rule(
    "column-rewrites-table",
    (table) => `Nobody can read or write ${table} while all rows are written anew: the new column's value is computed for each.`,
    () => ["add the column without a default", "set the default by ALTER COLUMN … SET DEFAULT", "fill the rows by a batched() step"],
  ),
  rule(
    "all-rows-in-one-statement",
    (table) => `One transaction writes all rows of ${table}, and holds them all until it ends.`,
    () => ["write a TypeScript migration with a batched() step"],
  ),
  rule(
    "required-column-without-default",
    (table) => `It fails where ${table} has rows: they would have no value.`,
    () => ["give the column a default, or let it be NULL, fill it by a batched() step, and SET NOT NULL then"],
  ),
  rule(
    "rename",
    (table) => `Programs that are running know ${table} by its former names, and fail until they are replaced.`,
    () => ["add the new one beside the old one", "write both, fill the new one, read the new one", "drop the old one in a later migration"],
    false,
  ),
  rule(
    "drop-column",
    (table) => `Values of ${table} are lost, and programs that are running may still ask for them.`,
    () => ["release programs that do not name the column", "drop it in a migration after that"],
    false,
  ),
  rule(
    "drop-table",
    (table) => `All rows of ${table} are lost, and programs that are running may still ask for them.`,
    (table) => [`ALTER TABLE ${table} RENAME TO …, and watch for errors`, "drop it in a migration after that"],
    false,
  ),
  rule(
    "truncate",
    (table) => `All rows of ${table} are lost.`,
    () => [],
    false,
  ),
  rule(
    "loses-data",
    (table) => `Something of ${table} is lost.`,
    () => [],
    false,
  ),
  rule(
    "lock-too-strong",
    (table) => `The policy does not allow so strong a lock on ${table}.`,
    () => [],
  ),
];

export const lintRules: ReadonlyMap<string, LintRule> = new Map(rules.map((each) => [each.name, each]));
