/** What can be seen of an SQLite file from outside of the programs that use it. */
import { statSync } from "node:fs";
import type { Engine } from "../session/engine.ts";

export interface SqliteFigures {
  /** Bytes of the database, as it counts them. */
  readonly size: number;
  /** Bytes that are written, and not in the file yet: the write-ahead log. */
  readonly log: number;
  readonly pages: number;
  /** Pages that hold nothing: VACUUM gives them back. */
  readonly freePages: number;
  readonly journal: string;
  /** Whether another connection has committed since the look before; `null` in the first one. */
  readonly written: boolean | null;
}

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Looks again at each call. The engine keeps to one connection, by which SQLite counts what others commit (`PRAGMA data_version`). */
export const sqliteFigures = (engine: Engine, path: string): (() => Promise<SqliteFigures>) => {
  const pragma = async (name: string): Promise<unknown> => (await engine.execute(`PRAGMA ${name}`)).scalar();
  let version: unknown;
  return async () => {
    const before = version;
    version = await pragma("data_version");
    const [pages, pageSize, freePages] = [
      Number(await pragma("page_count")),
      Number(await pragma("page_size")),
      Number(await pragma("freelist_count")),
    ];
    return {
      size: pages * pageSize,
      log: bytesOf(`${path}-wal`),
      pages,
      freePages,
      journal: String(await pragma("journal_mode")),
      written: before === undefined ? null : version !== before,
    };
  };
};
