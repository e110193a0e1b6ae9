/** The one door to stored files: checks what comes in, keeps it with the transaction it belongs to, and gives it out again. */
import { randomUUID } from "node:crypto";
import { ConfigurationError, FileDamaged, FileNotFound, FileRefused, UnsafeFileKey } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { AnyEntity, ModelOf } from "../schema/entity.ts";
import { tableOf } from "../schema/registry.ts";
import type { Session } from "../session/session.ts";
import { contentType, sampleSize } from "./content-type.ts";
import type { FoundType } from "./content-type.ts";
import { bodyOf, Measured, piecesOf, wholeOf } from "./file-body.ts";
import type { FileBody, Upload } from "./file-body.ts";
import { rulesFor, rulesOfType } from "./file-column.ts";
import type { FileLimits, FileRules, ImageRules, StoredFile, StoredImage } from "./file-column.ts";
import { assertSafeKey, extensionOf, plainName } from "./file-key.ts";
import type { ByteRange, FileStore, ListedFile, StoreContext } from "./file-store.ts";
import { ImageProcessor } from "./image-processor.ts";

/** The properties of a model that hold files. */
export type FileProperty<E> = { [K in keyof E]: NonNullable<E[K]> extends StoredFile ? K : never }[keyof E] & string;

const nothing = (): void => undefined;
const keyOf = (file: string | StoredFile): string => (typeof file === "string" ? file : file.key);

/** The beginning, and everything once more with the beginning first. */
const peek = async (
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<{ readonly sample: Uint8Array; readonly isWhole: boolean; readonly all: AsyncGenerator<Uint8Array, void, undefined> }> => {
  const held: Uint8Array[] = [];
  let [length, isWhole] = [0, false];
  while (length < sampleSize && !isWhole) {
    const { value, done } = await pieces.next();
    if (done === true) isWhole = true;
    else length += held.push(value) && value.length;
  }
  const all = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* held;
      yield* pieces;
    } finally {
      await pieces.return();
    }
  };
  return { sample: Buffer.concat(held).subarray(0, sampleSize), isWhole: isWhole && length <= sampleSize, all: all() };
};

interface Incoming extends FoundType {
  readonly name: string;
  readonly id: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Files in a store, or of a column.
 *
 *     const files = FileManager.of(Report, "document");
 *     await engine.transaction(async (tx) => {
 *       const document = await files.saveUpload({ name: "total.pdf", body: request }, { session: tx });
 *       await tx.insert(Report, { document });
 *     });
 *     // INSERT INTO "reports" ("document") VALUES ($1)
 *
 * With a `session`, a file stands and falls with the transaction: what was saved is deleted when it rolls back, what was deleted goes when
 * it commits. What a crash leaves behind is found by `sweepOrphans`.
 *
 * Throws `FileRefused` for content that the rules do not allow, `UnsafeFileKey` for keys outside of its folder, `FileNotFound` where there is none.
 */
export class FileManager<F extends StoredFile = StoredFile> {
  readonly #rules: FileRules;
  readonly #store: FileStore;

  /** Under rules of its own. `FileManager.of` takes those of a column. */
  constructor(store: FileStore, limits: FileLimits | FileRules = {}) {
    this.#rules = "folder" in limits ? limits : rulesFor("FileManager", { ...limits, store });
    this.#store = store;
  }

  /** The files of a column, under its rules. Throws `ConfigurationError` for a property that is no file. */
  static of<E extends AnyEntity, P extends FileProperty<E>>(model: ModelOf<E>, property: P): FileManager<NonNullable<E[P]> & StoredFile> {
    const { byProperty, modelName, columns } = tableOf(model);
    const column = byProperty.get(property);
    const rules = column === undefined ? undefined : rulesOfType(column.type);
    if (rules !== undefined) return new FileManager(rules.store, rules);
    const files = columns.filter(({ type }) => rulesOfType(type) !== undefined).map((each) => each.property);
    throw new ConfigurationError(
      `${modelName} has no file '${property}'.${didYouMean(property, files)} Files are columns made by file() or image().`,
      { model: modelName, property },
    );
  }

  /**
   * Keeps what somebody sent, under a new key that is made by nobody but us, once name, kind and size are allowed and the content is what the
   * name says. A stream is read once, and not further than it has to be. Returns what the row is to keep.
   */
  async saveUpload(upload: Upload, context: StoreContext = {}): Promise<F> {
    const name = plainName(upload.name);
    this.#assertAllowed(extensionOf(name), true);
    const { sample, isWhole, all } = await peek(piecesOf(bodyOf(upload)));
    try {
      const found = await contentType(name, sample, isWhole);
      this.#assertAllowed(found.extension, false);
      const { image } = this.#rules;
      const stored =
        image === null
          ? await this.#keep({ name, ...found, id: randomUUID(), body: all }, context)
          : await this.#keepImage({ name, ...found, id: randomUUID(), body: all }, image, context);
      // An image's column has image rules: what `of` promises and what was made are the same.
      return stored as F;
    } finally {
      await all.return();
    }
  }

  /** Saves the new file, and deletes the old one when the transaction commits. */
  async replace(old: F | null, upload: Upload, context: StoreContext & { readonly session: Session }): Promise<F> {
    const stored = await this.saveUpload(upload, context);
    if (old !== null) await this.delete(old, context);
    return stored;
  }

  /**
   * Keeps `body` under a key that you choose, in place of what was there: for files that nobody sends. The same rules hold. With a `session` a new file
   * goes when the transaction rolls back; one that it replaced comes back only from a store that takes part in transactions.
   */
  async write(key: string, body: FileBody, context: StoreContext = {}): Promise<StoredFile> {
    this.#assertOwn(key);
    const name = key.slice(key.lastIndexOf("/") + 1);
    const { sample, isWhole, all } = await peek(piecesOf(body));
    try {
      const found = await contentType(name, sample, isWhole);
      this.#assertAllowed(found.extension, false);
      const measured = new Measured(all, this.#rules.maxSize);
      const isNew = context.session !== undefined && (await this.#store.stat(key, context)) === null;
      await this.#store.write(key, measured, context);
      if (isNew) await this.#dropIfUndone(key, context);
      return { key, name, size: measured.size, type: found.type, sha256: measured.sha256() };
    } finally {
      await all.return();
    }
  }

  /** All bytes. Those of a `StoredFile` are compared with its checksum: throws `FileDamaged` when they are others. */
  async read(file: string | StoredFile, context: StoreContext = {}): Promise<Uint8Array> {
    const measured = new Measured(this.stream(file, {}, context), Infinity);
    const bytes = await wholeOf(measured);
    if (typeof file !== "string" && measured.sha256() !== file.sha256) {
      throw new FileDamaged("The bytes of a stored file are not those that were kept: its checksum differs. Restore it from a copy.");
    }
    return bytes;
  }

  /** The bytes piece by piece, or those of a range: `Readable.from(files.stream(report.document)).pipe(response)`. */
  stream(file: string | StoredFile, range: ByteRange = {}, context: StoreContext = {}): AsyncIterable<Uint8Array> {
    const key = keyOf(file);
    this.#assertOwn(key);
    return this.#store.read(key, range, context);
  }

  async exists(file: string | StoredFile, context: StoreContext = {}): Promise<boolean> {
    this.#assertOwn(keyOf(file));
    return (await this.#store.stat(keyOf(file), context)) !== null;
  }

  /** In bytes. Throws `FileNotFound` when there is no such file. */
  async size(file: string | StoredFile, context: StoreContext = {}): Promise<number> {
    this.#assertOwn(keyOf(file));
    const found = await this.#store.stat(keyOf(file), context);
    if (found === null) throw new FileNotFound("There is no stored file under this key.");
    return found.size;
  }

  /** Deletes the file, and an image's thumbnail with it: now, or with a `session` when its transaction commits. Whether there is one now. */
  async delete(file: string | StoredFile | StoredImage, context: StoreContext = {}): Promise<boolean> {
    const keys = [
      keyOf(file),
      ...(typeof file !== "string" && "thumbnail" in file && file.thumbnail !== undefined ? [file.thumbnail.key] : []),
    ];
    for (const key of keys) this.#assertOwn(key);
    const { session } = context;
    if (session === undefined || this.#store.isTransactional) {
      const found = [];
      for (const key of keys) found.push(await this.#store.delete(key, context));
      return found[0]!;
    }
    const isThere = (await this.#store.stat(keys[0]!)) !== null;
    await session.afterCommit(() => this.#dropAll(keys));
    return isThere;
  }

  /** The files whose keys begin with the folder and `prefix`, in no particular order. */
  list(prefix = "", context: StoreContext = {}): AsyncIterable<ListedFile> {
    return this.#store.list(this.#rules.folder + prefix, context);
  }

  async #keep({ name, extension, type, id, body }: Incoming, context: StoreContext): Promise<StoredFile> {
    const key = `${this.#rules.folder}${id}${extension === "" ? "" : `.${extension}`}`;
    const measured = new Measured(body, this.#rules.maxSize);
    await this.#store.write(key, measured, context);
    await this.#dropIfUndone(key, context);
    return { key, name, size: measured.size, type, sha256: measured.sha256() };
  }

  async #keepImage(incoming: Incoming, rules: ImageRules, context: StoreContext): Promise<StoredImage> {
    const processor = new ImageProcessor({ maxPixels: rules.maxPixels });
    const sent = await wholeOf(new Measured(incoming.body, this.#rules.maxSize));
    const main = rules.resizeTo === null ? sent : await processor.resize(sent, rules.resizeTo);
    const small = rules.thumbnailSize === null ? null : await processor.thumbnail(main, rules.thumbnailSize);
    const keep = async (bytes: Uint8Array, id: string): Promise<StoredImage> => {
      const { width, height } = await processor.info(bytes);
      return { ...(await this.#keep({ ...incoming, id, body: piecesOf(bytes) }, context)), width, height };
    };
    const stored = await keep(main, incoming.id);
    return small === null ? stored : { ...stored, thumbnail: await keep(small, `${incoming.id}.small`) };
  }

  async #dropIfUndone(key: string, { session }: StoreContext): Promise<void> {
    if (session !== undefined && !this.#store.isTransactional) await session.afterCommit(nothing, () => this.#dropAll([key]));
  }

  /** A name without an extension may be allowed for its content: that is asked again when it is known. */
  #assertAllowed(extension: string, isByName: boolean): void {
    const { extensions } = this.#rules;
    if (extensions === null || extensions.has(extension) || (isByName && extension === "")) return;
    const allowed = [...extensions].map((each) => `.${each}`).join(", ");
    throw new FileRefused(`Files of this kind are not allowed here. Allowed are ${allowed}.`);
  }

  #assertOwn(key: string): void {
    assertSafeKey(key);
    if (key.startsWith(this.#rules.folder)) return;
    throw new UnsafeFileKey(`The key of a stored file leads out of the folder '${this.#rules.folder}' that this FileManager works in.`);
  }

  /** What cannot be deleted now is left to `sweepOrphans`: the transaction has ended, and nobody can be told. */
  async #dropAll(keys: readonly string[]): Promise<void> {
    await Promise.allSettled(keys.map((key) => this.#store.delete(key)));
  }
}
