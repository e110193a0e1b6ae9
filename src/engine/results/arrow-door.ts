/** What `toArrow()` needs of a room above: whoever assembles the rooms offers it here, and the library is loaded when it is first asked for. */
import { BugError } from "../../base/errors.ts";
import type { ColumnSet } from "../../rows/columns/column-set.ts";

/** The types of the library `apache-arrow`, where a program has imported `petrel/arrow`. */
export interface ArrowTypes {}

/** What is known of tables and batches without the library's own types. */
export interface Tabular {
  readonly numRows: number;
  readonly numCols: number;
}

/** A `Table` of apache-arrow; import `petrel/arrow` somewhere in the program for its type. */
export type ArrowTable = ArrowTypes extends { readonly table: infer T } ? T : Tabular;
/** A `RecordBatch` of apache-arrow; import `petrel/arrow` somewhere in the program for its type. */
export type ArrowBatch = ArrowTypes extends { readonly batch: infer T } ? T : Tabular;

export interface ArrowMaker {
  readonly table: (set: ColumnSet) => ArrowTable;
  readonly batch: (set: ColumnSet) => ArrowBatch;
}

let load: (() => Promise<ArrowMaker>) | null = null;

export const offerArrow = (loader: () => Promise<ArrowMaker>): void => {
  load = loader;
};

/** Throws `ConfigurationError` where the library is not installed. */
export const loadArrow = (): Promise<ArrowMaker> => {
  if (load === null) throw new BugError("Arrow was asked for before createEngine() or connect() offered it.");
  return load();
};
