/** Where bytes are kept: on a disk, in the database, or wherever someone writes these five methods for (`fileStoreChecks` says whether they are right). */
import type { Session } from "../session/session.ts";

/** Bytes from `start` up to, but not including, `end`, as `Blob.slice` counts. */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}
export interface StoreContext {
  /** The work that the file belongs to. A store that keeps its bytes in the database takes part in its transaction. */
  readonly session?: Session;
}
export interface ListedFile {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

/** Keys are relative paths of plain segments (`assertSafeKey`): stores refuse others with `UnsafeFileKey`, since they may be reached without a `FileManager`. */
export interface FileStore {
  /** Whether what is written with a session is undone with its transaction. Otherwise `FileManager` deletes it after a rollback. */
  readonly isTransactional: boolean;
  /** Keeps all of `body` under `key`, in place of what was there, or nothing: who reads sees the old bytes or the new ones, never a part. */
  write(key: string, body: AsyncIterable<Uint8Array>, context?: StoreContext): Promise<void>;
  /** The bytes, piece by piece. The first piece that is asked for throws `FileNotFound` when there is no such file. */
  read(key: string, range?: ByteRange, context?: StoreContext): AsyncIterable<Uint8Array>;
  /** `null` when there is no such file. */
  stat(key: string, context?: StoreContext): Promise<{ readonly size: number; readonly modifiedAt: Date } | null>;
  /** Whether there was one. */
  delete(key: string, context?: StoreContext): Promise<boolean>;
  /** The files whose keys begin with `prefix`, in no particular order; "" for all. */
  list(prefix: string, context?: StoreContext): AsyncIterable<ListedFile>;
}

/** A range as two numbers; an end that is not given is `Infinity`. Throws `RangeError` for anything but whole numbers from 0 on. */
export const boundsOf = ({ start = 0, end = Infinity }: ByteRange): readonly [number, number] => {
  const isIndex = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (!isIndex(start) || !(end === Infinity || isIndex(end))) throw new RangeError("A range of bytes has whole numbers from 0 on.");
  return [start, Math.max(start, end)];
};
