/** Images by `sharp`, where the user installed it: the only file that knows its name. What is not a picture of a known kind, or too large a one, is refused. */
import { ConfigurationError, ImageRefused } from "../base/errors.ts";
import { milliseconds } from "../config/duration.ts";
import type { Duration } from "../config/duration.ts";
import type { Box, ImageFormat } from "./file-column.ts";

export interface ImageProcessorOptions {
  /** Images of more pixels, over all frames, are refused before they are decoded: a picture of some kilobytes may unpack to gigabytes. 50 million when absent. */
  readonly maxPixels?: number;
  /** Work on one image that takes longer is given up, to the second. `"10s"` when absent. */
  readonly timeout?: Duration;
}
export interface ImageInfo {
  readonly format: "jpeg" | "png" | "gif" | "webp";
  /** As it is seen: turned the way the camera was held. */
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** 1, or the frames of an animation. */
  readonly frames: number;
  /** In bytes. */
  readonly size: number;
}
export interface ResizeOptions extends Partial<Box> {
  /** `inside`: made to fit, in proportion. `cover`: fills the box, and what stands over is cut. `fill`: pulled out of proportion. `inside` when absent. */
  readonly fit?: "inside" | "cover" | "fill";
  /** Whether a smaller image is made larger. False when absent. */
  readonly enlarge?: boolean;
}
export interface FormatOptions {
  /** From 1 to 100, for JPEG and WebP. sharp's own (80) when absent. */
  readonly quality?: number;
}

// What is used of sharp, so that programs without it need none of its types.
interface Metadata {
  readonly format?: string;
  readonly width: number;
  readonly height: number;
  readonly pageHeight?: number;
  readonly pages?: number;
  readonly hasAlpha: boolean;
  readonly autoOrient: Box;
}
interface Pipeline {
  metadata(): Promise<Metadata>;
  autoOrient(): Pipeline;
  resize(options: object): Pipeline;
  blur(sigma: number): Pipeline;
  modulate(options: { readonly brightness: number }): Pipeline;
  linear(slope: number, offset: number): Pipeline;
  toFormat(format: string, options?: FormatOptions): Pipeline;
  timeout(options: { readonly seconds: number }): Pipeline;
  toBuffer(): Promise<Uint8Array>;
}
type Sharp = (image: Uint8Array, options: object) => Pipeline;

const loadSharp = async (): Promise<Sharp> => {
  // The name in a variable: the package is optional, and neither bundlers nor the compiler should look for it.
  const name: string = "sharp";
  try {
    return ((await import(name)) as { readonly default: Sharp }).default;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new ConfigurationError(
      "Images are read and made by the package 'sharp', which is not installed. Install it: npm install sharp.",
      { cause },
    );
  }
};

let loading: Promise<Sharp> | null = null;
/** A failure is not kept: a package that is installed, or memory that is free again, is found by the next call. */
const sharpOf = (): Promise<Sharp> => {
  loading ??= loadSharp().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
};

const formats: Readonly<Record<string, ImageInfo["format"]>> = { jpeg: "jpeg", jpg: "jpeg", png: "png", gif: "gif", webp: "webp" };

const refused = (cause: unknown): ImageRefused => {
  const text = cause instanceof Error ? cause.message : "";
  const what = /pixel limit/.test(text)
    ? "has more pixels than are allowed"
    : /timeout/.test(text)
      ? "took longer than is allowed"
      : "cannot be decoded: it is damaged, or no JPEG, PNG, GIF or WebP";
  return new ImageRefused(`The image ${what}. Nothing was kept.`, { cause });
};

const checked = (value: number, name: string, isRight: boolean): number => {
  if (isRight) return value;
  throw new ConfigurationError(`ImageProcessor: ${name}.`);
};
const sides = ({ width, height }: Partial<Box>): object => {
  for (const side of [width, height])
    if (side !== undefined) checked(side, "sides are whole numbers of pixels above 0", Number.isSafeInteger(side) && side > 0);
  checked(0, "resize() needs a width, a height or both", width !== undefined || height !== undefined);
  return { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
};

/**
 * Makes images out of images: bytes in, bytes out, in the format that came in. Metadata (where and by whom a photo was taken) is left behind,
 * pictures are turned the way the camera was held, animations stay animations.
 *
 *     const processor = new ImageProcessor({ maxPixels: 20_000_000 });
 *     const small = await processor.resize(photo, { width: 800 });
 *
 * Every call throws `ImageRefused` for what is no image or too large a one, and `ConfigurationError` without sharp.
 */
export class ImageProcessor {
  readonly #maxPixels: number;
  readonly #seconds: number;

  constructor({ maxPixels = 50_000_000, timeout = "10s" }: ImageProcessorOptions = {}) {
    this.#maxPixels = checked(maxPixels, "maxPixels is a whole number above 0", Number.isSafeInteger(maxPixels) && maxPixels > 0);
    this.#seconds = Math.max(1, Math.ceil(milliseconds(timeout, "ImageProcessor({ timeout })") / 1000));
  }

  /** What the image is. Reads its head only. */
  async info(image: Uint8Array): Promise<ImageInfo> {
    const sharp = await sharpOf();
    let found: Metadata;
    try {
      found = await sharp(image, this.#limits()).metadata();
    } catch (error) {
      throw refused(error);
    }
    const format = formats[found.format ?? ""];
    if (format === undefined) throw refused(null);
    const frames = found.pages ?? 1;
    const { width, height } = found.autoOrient;
    if (found.width * (found.pageHeight ?? found.height) * frames > this.#maxPixels) throw refused(new Error("pixel limit"));
    return { format, width, height: found.pageHeight ?? height, hasAlpha: found.hasAlpha, frames, size: image.length };
  }

  /** As large as the options say, in proportion unless `fit` says otherwise. */
  async resize(image: Uint8Array, { fit = "inside", enlarge = false, ...box }: ResizeOptions): Promise<Uint8Array> {
    const into = { ...sides(box), fit, withoutEnlargement: !enlarge };
    return this.#made(image, (pipeline) => pipeline.resize(into));
  }

  /** A still picture whose longer side has `size` pixels at most: 150 when absent. */
  async thumbnail(image: Uint8Array, size = 150): Promise<Uint8Array> {
    const box = { ...sides({ width: size, height: size }), fit: "inside", withoutEnlargement: true };
    return this.#made(image, (pipeline) => pipeline.resize(box), { isStill: true });
  }

  /** Blurs by a Gaussian whose `sigma` is from 0.3 to 1000 pixels. */
  async blur(image: Uint8Array, sigma: number): Promise<Uint8Array> {
    checked(sigma, "blur() takes a sigma from 0.3 to 1000", sigma >= 0.3 && sigma <= 1000);
    return this.#made(image, (pipeline) => pipeline.blur(sigma));
  }

  /** Brighter by a factor above 1, darker below. */
  async brighten(image: Uint8Array, factor: number): Promise<Uint8Array> {
    checked(factor, "brighten() takes a factor above 0", factor > 0 && factor < Infinity);
    return this.#made(image, (pipeline) => pipeline.modulate({ brightness: factor }));
  }

  /** More contrast by a factor above 1, less below; middle grey stays. */
  async contrast(image: Uint8Array, factor: number): Promise<Uint8Array> {
    checked(factor, "contrast() takes a factor above 0", factor > 0 && factor < Infinity);
    return this.#made(image, (pipeline) => pipeline.linear(factor, 128 * (1 - factor)));
  }

  /** The same picture in another format. JPEG has no transparency: what was clear becomes black. */
  async convertFormat(image: Uint8Array, format: ImageFormat, options: FormatOptions = {}): Promise<Uint8Array> {
    const { quality } = options;
    if (quality !== undefined)
      checked(quality, "quality is a whole number from 1 to 100", Number.isInteger(quality) && quality >= 1 && quality <= 100);
    const known = formats[format];
    if (known === undefined) throw new ConfigurationError("ImageProcessor: convertFormat() knows jpg, jpeg, png, gif and webp.");
    return this.#made(image, (pipeline) => pipeline, { format: known, isStill: known === "jpeg" || known === "png", options });
  }

  async #made(
    image: Uint8Array,
    work: (pipeline: Pipeline) => Pipeline,
    into: { readonly format?: ImageInfo["format"]; readonly isStill?: boolean; readonly options?: FormatOptions } = {},
  ): Promise<Uint8Array> {
    const { format, frames } = await this.info(image);
    const sharp = await sharpOf();
    try {
      const pipeline = sharp(image, { ...this.#limits(), animated: frames > 1 && into.isStill !== true }).autoOrient();
      return await work(pipeline)
        .toFormat(into.format ?? format, into.options ?? {})
        .timeout({ seconds: this.#seconds })
        .toBuffer();
    } catch (error) {
      throw refused(error);
    }
  }

  #limits(): object {
    return { limitInputPixels: this.#maxPixels, failOn: "error" };
  }
}
