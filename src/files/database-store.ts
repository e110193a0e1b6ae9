/**
 * Files in the database, in two tables: what there is, and its bytes in pieces, so that neither reading nor writing holds a whole file in memory.
 * Each write makes pieces of its own; who is reading the old ones is told when they go, and never gets a mixture.
 */
import { randomUUID } from "node:crypto";
import { sql } from "../ast/sql-tag.ts";
import { FileNotFound } from "../base/errors.ts";
import { bytes, float, int, text, timestamp, uuid } from "../schema/columns/column-factories.ts";
import { Model } from "../schema/model.ts";
import type { Engine } from "../session/engine.ts";
import type { Session } from "../session/session.ts";
import { assertSafeKey } from "./file-key.ts";
import { boundsOf } from "./file-store.ts";
import type { ByteRange, FileStore, ListedFile, StoreContext } from "./file-store.ts";

const pieceSize = 256 * 1024;
const piecesAtOnce = 4;

/** What the database store keeps: a row per file. `size` is a whole number below 2^53. */
export class FileRecord extends Model("petrel_files", {
  key: text({ maxLength: 1024 }).primaryKey(),
  version: uuid(),
  size: float(),
  modifiedAt: timestamp(),
}) {}
/** The bytes of a file, in order. All pieces but the last are equally long. */
export class FilePiece extends Model(
  "petrel_file_pieces",
  { version: uuid(), number: int(), body: bytes() },
  { primaryKey: ["version", "number"] },
) {}

/** Whole pieces of one size, and what is left. */
async function* inPieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + pieceSize - length);
      held.push(part);
      length += part.length;
      at += part.length;
      if (length < pieceSize) continue;
      yield held.length === 1 ? part : Buffer.concat(held);
      [held, length] = [[], 0];
    }
  }
  if (length > 0) yield Buffer.concat(held);
}

class DatabaseStore implements FileStore {
  readonly isTransactional = true;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async write(key: string, body: AsyncIterable<Uint8Array>, { session }: StoreContext = {}): Promise<void> {
    assertSafeKey(key);
    const work = (tx: Session): Promise<void> => this.#write(tx, key, body);
    await (session === undefined ? this.#engine.transaction(work) : session.transaction(work));
  }

  async #write(tx: Session, key: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const version = randomUUID();
    let [size, number] = [0, 0];
    for await (const piece of inPieces(body)) {
      size += piece.length;
      await tx.execute(sql`INSERT INTO ${FilePiece} (version, number, body) VALUES (${version}, ${number++}, ${piece})`);
    }
    // Makes the row or locks it: who else writes this key has finished by then, and what they wrote is seen.
    const row = { key, version, size, modifiedAt: new Date() };
    await tx.upsertAll(FileRecord, [row], { conflictTarget: "key", updateFields: ["modifiedAt"] });
    const [old] = await tx.query(FileRecord).filter({ key }).column("version");
    if (old === version) return;
    await tx.query(FileRecord).filter({ key }).update({ version, size });
    await tx.query(FilePiece).filter({ version: old! }).delete();
  }

  async *read(key: string, range: ByteRange = {}, { session }: StoreContext = {}): AsyncGenerator<Uint8Array, void, undefined> {
    assertSafeKey(key);
    const [start, end] = boundsOf(range);
    const reader = session ?? this.#engine;
    const found = await reader.query(FileRecord).filter({ key }).values("version", "size");
    if (found.length === 0) throw new FileNotFound("There is no stored file under this key.");
    const { version, size } = found[0]!;
    const last = Math.min(end, size);
    for (let at = start; at < last;) {
      const number = Math.floor(at / pieceSize);
      const pieces = await reader
        .query(FilePiece)
        .filter({ version, number__gte: number })
        .orderBy("number")
        .limit(piecesAtOnce)
        .column("body");
      if (pieces.length === 0) throw new FileNotFound("The stored file was deleted or replaced while it was read. Read it again.");
      for (const [index, piece] of pieces.entries()) {
        const from = (number + index) * pieceSize;
        if (at >= last) return;
        const part = piece.subarray(at - from, last - from);
        at += part.length;
        yield part;
      }
    }
  }

  async stat(key: string, { session }: StoreContext = {}): Promise<{ readonly size: number; readonly modifiedAt: Date } | null> {
    assertSafeKey(key);
    const found = await (session ?? this.#engine).query(FileRecord).filter({ key }).values("size", "modifiedAt");
    return found[0] ?? null;
  }

  async delete(key: string, { session }: StoreContext = {}): Promise<boolean> {
    assertSafeKey(key);
    const work = async (tx: Session): Promise<boolean> => {
      // Locks the row, so that the version read next is the last.
      await tx.query(FileRecord).filter({ key }).update({ modifiedAt: new Date() });
      const [version] = await tx.query(FileRecord).filter({ key }).column("version");
      if (version === undefined) return false;
      await tx.query(FileRecord).filter({ key }).delete();
      await tx.query(FilePiece).filter({ version }).delete();
      return true;
    };
    return session === undefined ? this.#engine.transaction(work) : session.transaction(work);
  }

  async *list(prefix: string, { session }: StoreContext = {}): AsyncGenerator<ListedFile, void, undefined> {
    // A page at a time: whoever lists may take their time, and delete what was listed.
    const pageSize = 500;
    let after = "";
    for (;;) {
      const page = await (session ?? this.#engine)
        .query(FileRecord)
        .filter({ key__startsWith: prefix, key__gt: after })
        .orderBy("key")
        .limit(pageSize)
        .values("key", "size", "modifiedAt");
      yield* page;
      if (page.length < pageSize) return;
      after = page.at(-1)!.key;
    }
  }
}

/**
 * Keeps files in the tables of `FileRecord` and `FilePiece`: give both to `createAll`, or to your migrations, with your own models.
 * What is written with a session stands and falls with its transaction. Fit for small files and for few of them: a database is an expensive disk.
 *
 *     const store = databaseStore(engine);
 */
export const databaseStore = (engine: Engine): FileStore => new DatabaseStore(engine);
