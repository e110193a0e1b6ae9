/** Arrow's bytes for other processes: the IPC formats that pyarrow, DuckDB, Polars and pandas read. */
import { ConfigurationError } from "../base/errors.ts";
import { apacheArrow } from "./apache-arrow.ts";
import type { RecordBatch, Table } from "./apache-arrow.ts";

export interface IpcOptions {
  /** `stream`, the default, is read from its start to its end; `file` (also called Feather) from any place: what `*.arrow` files are. */
  readonly format?: "stream" | "file";
}

const checked = (format: unknown): "stream" | "file" => {
  if (format === "stream" || format === "file") return format;
  throw new ConfigurationError("An IPC format is 'stream' or 'file'.");
};

/**
 * A table as bytes.
 *
 *     await writeFile("users.arrow", await toIPC(await engine.query(User).toArrow(), { format: "file" }));
 */
export const toIPC = async (table: Table, { format = "stream" }: IpcOptions = {}): Promise<Uint8Array> =>
  (await apacheArrow()).tableToIPC(table, checked(format));

/**
 * Record batches as chunks of bytes, each written when it is asked for: nothing is held but one batch.
 *
 *     await pipeline(toIPCChunks(engine.query(User).toArrowBatches()), createWriteStream("users.arrows"));
 */
export async function* toIPCChunks(
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  { format = "stream" }: IpcOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { AsyncByteQueue, RecordBatchFileWriter, RecordBatchStreamWriter } = await apacheArrow();
  let parts: Uint8Array[] = [];
  const taken = (): Uint8Array => {
    const chunk = Buffer.concat(parts);
    parts = [];
    return chunk;
  };
  /** Where the library puts what it has written, at once. Its own queue keeps all of it until somebody waits. */
  class Parts extends AsyncByteQueue<Uint8Array> {
    override write(part: Uint8Array): void {
      parts.push(part);
    }
  }
  const writer = checked(format) === "file" ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.reset(new Parts());
  for await (const batch of batches) {
    writer.write(batch);
    yield taken();
  }
  writer.close();
  yield taken();
}
