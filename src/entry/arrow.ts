/** What `import … from "petrel/arrow"` gives: the library's own types of `toArrow()`, its bytes, and tables as rows to insert. */
import type { RecordBatch, Table } from "../arrow/apache-arrow.ts";

declare module "../engine/results/arrow-door.ts" {
  interface ArrowTypes {
    readonly table: Table;
    readonly batch: RecordBatch;
  }
}

export { toIPC, toIPCChunks, type IpcOptions } from "../arrow/ipc.ts";
export { insertFrom } from "./insert-from.ts";
export type { ArrowBatch, ArrowTable } from "../engine/results/arrow-door.ts";
