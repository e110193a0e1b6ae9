/** Columns that name a file: the row keeps what is known of it as JSON, a store keeps its bytes. */
import { ConfigurationError } from "../base/errors.ts";
import type { Column } from "../schema/columns/column.ts";
import { definitionOf } from "../schema/columns/column-builder.ts";
import { json } from "../schema/columns/column-factories.ts";
import type { ColumnType } from "../types/column-type.ts";
import { bytesOf } from "./byte-size.ts";
import type { ByteSize } from "./byte-size.ts";
import { folderOf } from "./file-key.ts";
import type { FileStore } from "./file-store.ts";

/** What a row keeps of a file. Plain data: it goes to JSON and back. */
export type StoredFile = {
  /** Its place in the store. */
  key: string;
  /** What the one who sent it calls it: to be shown, and never a path. */
  name: string;
  /** In bytes. */
  size: number;
  /** Its media type, by content. */
  type: string;
  /** Of its bytes, in hexadecimal digits. */
  sha256: string;
};
/** What a row keeps of an image. Sizes are in pixels, as it is seen: turned the way the camera was held. */
export type StoredImage = StoredFile & { width: number; height: number; thumbnail?: StoredFile & { width: number; height: number } };

/** What may be kept, and where. */
export interface FileLimits {
  /** The folder of the store that files go to, and are read from. The store's own place when absent. */
  readonly uploadTo?: string;
  /** Larger ones are refused. `"10MB"` when absent. */
  readonly maxSize?: ByteSize;
  /** Without dots: `["pdf", "txt"]`. Others are refused. Any when absent. The content has to be what the name says in both cases. */
  readonly allowedExtensions?: readonly string[];
}
export interface FileOptions extends FileLimits {
  readonly store: FileStore;
}

export type ImageFormat = "jpg" | "jpeg" | "png" | "gif" | "webp";
export interface Box {
  readonly width: number;
  readonly height: number;
}
export interface ImageOptions {
  readonly store: FileStore;
  readonly uploadTo?: string;
  /** `"5MB"` when absent. */
  readonly maxSize?: ByteSize;
  /** All of jpg, jpeg, png, gif and webp when absent. */
  readonly allowedFormats?: readonly ImageFormat[];
  /** Larger images are made to fit into this, in proportion; smaller ones stay. As sent when absent. */
  readonly resizeTo?: Box;
  /** Whether a small picture is kept beside it. False when absent. */
  readonly createThumbnail?: boolean;
  /** The longer side of the small picture, in pixels. 150 when absent. */
  readonly thumbnailSize?: number;
  /** Images of more pixels, over all frames, are refused before they are decoded. 50 million when absent. */
  readonly maxPixels?: number;
}

/** The options of a column, checked. */
export interface FileRules {
  readonly store: FileStore;
  readonly folder: string;
  readonly maxSize: number;
  /** In lower case; `null` for any. */
  readonly extensions: ReadonlySet<string> | null;
  readonly image: ImageRules | null;
}
export interface ImageRules {
  readonly resizeTo: Box | null;
  readonly thumbnailSize: number | null;
  readonly maxPixels: number;
}

// A column's type is the one object that stays the same whatever else is said of the column (`.nullable()`, `.named()` …).
const rules = new WeakMap<ColumnType, FileRules>();

/** The rules of a column made by `file()` or `image()`; `undefined` for others. */
export const rulesOfType = (type: ColumnType): FileRules | undefined => rules.get(type);

const ruled = <T>(made: FileRules): Column<T, "json", never> => {
  const column = json<T>();
  rules.set(definitionOf(column)!.type, made);
  return column;
};

const extensionsOf = (given: readonly string[], option: string): ReadonlySet<string> => {
  const isPlain = (each: unknown): each is string => typeof each === "string" && /^[\p{L}\p{N}]{1,16}$/u.test(each);
  if (!Array.isArray(given) || given.length === 0 || !given.every(isPlain)) {
    throw new ConfigurationError(`${option} is a list of extensions without dots, such as ["pdf", "txt"].`);
  }
  return new Set(given.map((each) => each.toLowerCase()));
};

/** The options, checked. `maker` is what they were given to. */
export const rulesFor = (maker: string, { store, uploadTo = "", maxSize = "10MB", allowedExtensions }: FileOptions): FileRules => {
  if (typeof (store as FileStore | undefined)?.write !== "function") {
    throw new ConfigurationError(`${maker} needs a store, such as diskStore("uploads") or databaseStore(engine).`);
  }
  return {
    store,
    folder: folderOf(uploadTo),
    maxSize: bytesOf(maxSize, `maxSize of ${maker}`),
    extensions: allowedExtensions === undefined ? null : extensionsOf(allowedExtensions, `allowedExtensions of ${maker}`),
    image: null,
  };
};

const sideOf = (value: unknown, option: string): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigurationError(`${option} of image() is a whole number of pixels above 0.`);
};

/**
 * A column for a file: a JSON document (`StoredFile`) about bytes that a store keeps. Fill it with what `FileManager.saveUpload` returns.
 *
 *     class Report extends Model("reports", {
 *       id: int().primaryKey(),
 *       document: file({ store: diskStore("uploads"), uploadTo: "reports/", maxSize: "10MB", allowedExtensions: ["pdf"] }),
 *     }) {}
 *
 * Throws `ConfigurationError` for an option that cannot be meant.
 */
export const file = (options: FileOptions): Column<StoredFile, "json", never> => ruled(rulesFor("file()", options));

export const imageFormats: readonly ImageFormat[] = ["jpg", "jpeg", "png", "gif", "webp"];

/**
 * A column for an image: as `file()`, and the content is decoded before it is kept, made smaller where `resizeTo` says so, and has a thumbnail
 * beside it where that is asked for. Needs `sharp`, which your project installs.
 *
 *     photo: image({ store: diskStore("uploads"), uploadTo: "photos/", resizeTo: { width: 1600, height: 1600 }, createThumbnail: true }).nullable()
 *
 * Throws `ConfigurationError` for an option that cannot be meant.
 */
export const image = (options: ImageOptions): Column<StoredImage, "json", never> => {
  const { store, uploadTo = "", maxSize = "5MB", allowedFormats = imageFormats, resizeTo, createThumbnail = false } = options;
  const unknown = allowedFormats.find((each) => !imageFormats.includes(each));
  if (unknown !== undefined)
    throw new ConfigurationError(`allowedFormats of image() knows ${imageFormats.join(", ")}, and not '${unknown}'.`);
  // Two names of one format.
  const isJpeg = allowedFormats.some((each) => each === "jpg" || each === "jpeg");
  const allowedExtensions = isJpeg ? [...allowedFormats, "jpg", "jpeg"] : allowedFormats;
  return ruled({
    ...rulesFor("image()", { store, uploadTo, maxSize, allowedExtensions }),
    image: {
      resizeTo:
        resizeTo === undefined
          ? null
          : { width: sideOf(resizeTo.width, "resizeTo.width"), height: sideOf(resizeTo.height, "resizeTo.height") },
      thumbnailSize: createThumbnail ? sideOf(options.thumbnailSize ?? 150, "thumbnailSize") : null,
      maxPixels: sideOf(options.maxPixels ?? 50_000_000, "maxPixels"),
    },
  });
};
