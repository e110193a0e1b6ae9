/**
 * Files in a directory. What is written goes to a file beside its place first, is forced to the disk, and then takes the place
 * in one step (POSIX rename(2)): a crash leaves the old file or the new one.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import type { Stats } from "node:fs";
import { lstat, mkdir, open, opendir, rename, rm, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { FileNotFound, UnsafeFileKey } from "../base/errors.ts";
import { assertSafeKey } from "./file-key.ts";
import { boundsOf } from "./file-store.ts";
import type { ByteRange, FileStore, ListedFile } from "./file-store.ts";

export interface DiskStoreOptions {
  /** Whether each file is forced to the disk before `write` returns. True when absent; false is quicker, and loses the last files when the power fails. */
  readonly sync?: boolean;
}

const isMissing = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "");
const noFile = (): FileNotFound => new FileNotFound("There is no stored file under this key.");
const isPart = (name: string): boolean => name.startsWith(".") && name.endsWith(".part");
const pieceSize = 64 * 1024;

const writeAll = async (handle: FileHandle, body: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const piece of body) {
    for (let done = 0; done < piece.length;) done += (await handle.write(piece, done)).bytesWritten;
  }
};

/** Folders are made when one is missing, which is seldom. */
const openNew = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, "wx", 0o640);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    return open(path, "wx", 0o640);
  }
};

const isLink = async (path: string): Promise<boolean> => {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
};

/** So that the name survives a crash, too. Windows opens no directories. */
const syncDirectory = async (path: string): Promise<void> => {
  if (sep === "\\") return;
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

class DiskStore implements FileStore {
  readonly isTransactional = false;
  readonly #directory: string;
  readonly #isSynced: boolean;

  constructor(directory: string, { sync = true }: DiskStoreOptions) {
    this.#directory = resolve(directory);
    this.#isSynced = sync;
  }

  async write(key: string, body: AsyncIterable<Uint8Array>): Promise<void> {
    const path = await this.#placeOf(key);
    const folder = dirname(path);
    const part = join(folder, `.${randomUUID()}.part`);
    try {
      const handle = await openNew(part);
      try {
        await writeAll(handle, body);
        if (this.#isSynced) await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    if (this.#isSynced) await syncDirectory(folder);
  }

  async *read(key: string, range: ByteRange = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const [start, end] = boundsOf(range);
    const { handle, size } = await this.#open(key);
    const last = Math.min(end, size);
    try {
      for (let at = start; at < last;) {
        const length = Math.min(pieceSize, last - at);
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async stat(key: string): Promise<{ readonly size: number; readonly modifiedAt: Date } | null> {
    const found = await this.#entry(key);
    return found === null ? null : { size: found.size, modifiedAt: found.mtime };
  }

  async delete(key: string): Promise<boolean> {
    const path = await this.#placeOf(key);
    try {
      if (!(await lstat(path)).isFile()) return false;
      await unlink(path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedFile, void, undefined> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    if (folder !== "") assertSafeKey(folder.slice(0, -1));
    yield* this.#below(folder, prefix);
  }

  async *#below(folder: string, prefix: string): AsyncGenerator<ListedFile, void, undefined> {
    let directory;
    try {
      directory = await opendir(join(this.#directory, folder));
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    for await (const entry of directory) {
      const key = folder + entry.name;
      if (entry.isDirectory() && (key.startsWith(prefix) || prefix.startsWith(`${key}/`))) yield* this.#below(`${key}/`, prefix);
      if (!entry.isFile() || isPart(entry.name) || !key.startsWith(prefix)) continue;
      const found = await this.#entry(key);
      if (found !== null) yield { key, size: found.size, modifiedAt: found.mtime };
    }
  }

  /** What is there, if it is a file of ours: a link is none. */
  async #entry(key: string): Promise<Stats | null> {
    try {
      const found = await lstat(await this.#placeOf(key));
      return found.isFile() ? found : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async #open(key: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
    try {
      const handle = await open(await this.#placeOf(key), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
      const found = await handle.stat();
      if (found.isFile()) return { handle, size: found.size };
      await handle.close();
    } catch (error) {
      if (!isMissing(error) && (error as { code?: string }).code !== "ELOOP") throw error;
    }
    throw noFile();
  }

  /** The path of a key. A folder on the way that is a link leads out of the store, wherever it leads; the store's own directory may be one. */
  async #placeOf(key: string): Promise<string> {
    assertSafeKey(key);
    for (let slash = key.indexOf("/"); slash !== -1; slash = key.indexOf("/", slash + 1)) {
      if (await isLink(join(this.#directory, key.slice(0, slash)))) {
        throw new UnsafeFileKey(
          "A folder on the way to a stored file is a symbolic link. Stores keep to their own directory: remove the link.",
        );
      }
    }
    return join(this.#directory, key);
  }
}

/**
 * Keeps files in a directory, which is made with the first of them.
 *
 *     const uploads = diskStore("/var/lib/shop/uploads");
 *
 * Not for a directory that is served as it is: what users upload is data, to be given out by your program (`FileManager.stream`).
 */
export const diskStore = (directory: string, options: DiskStoreOptions = {}): FileStore => new DiskStore(directory, options);
