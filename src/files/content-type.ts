/** What a file is, by its content: names are what somebody wrote, and the type that a browser sends is derived from the name. */
import { fileTypeFromBuffer, supportedExtensions } from "file-type";
import { FileRefused } from "../base/errors.ts";
import { extensionOf } from "./file-key.ts";

/** As many bytes of the beginning as are looked at. ZIP containers (DOCX, EPUB, …) say late what they are. */
export const sampleSize = 64 * 1024;

/** Names that are used for the same content. The first is the one that content is known by. */
const sameContent: readonly (readonly string[])[] = [
  ["jpg", "jpeg", "jpe", "jfif"],
  ["tif", "tiff"],
  ["mp4", "m4v"],
  ["m4a", "mp4"],
  ["mpg", "mpeg"],
  ["xml", "svg", "xhtml", "rss", "atom", "xsd", "xsl", "kml", "gpx"],
  ["gz", "tgz"],
  ["cfb", "doc", "xls", "ppt", "msg", "msi"],
  ["ogg", "oga", "ogv", "opus", "ogx"],
  ["webm", "mkv"],
  ["rtf", "doc"],
];
const isSame = (content: string, name: string): boolean =>
  content === name || sameContent.some(([known, ...more]) => known === content && more.includes(name));

/** Texts have no signature: they are what they are called, if they are texts. */
const textTypes: Readonly<Record<string, string>> = {
  txt: "text/plain",
  text: "text/plain",
  log: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  json: "application/json",
  ndjson: "application/x-ndjson",
  yaml: "application/yaml",
  yml: "application/yaml",
  toml: "application/toml",
  ini: "text/plain",
  xml: "application/xml",
  svg: "image/svg+xml",
  html: "text/html",
  htm: "text/html",
  css: "text/css",
  js: "text/javascript",
  mjs: "text/javascript",
  ts: "text/plain",
  sql: "application/sql",
  srt: "text/plain",
  vtt: "text/vtt",
  ics: "text/calendar",
  vcf: "text/vcard",
};

const isText = (sample: Uint8Array, isWhole: boolean): boolean => {
  if (sample.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: !isWhole });
    return true;
  } catch {
    return false;
  }
};

const refused = (what: string): FileRefused =>
  new FileRefused(`The file's content is not what its name says: ${what}. Nothing was kept. Ask for the file itself, or for another name.`);

export interface FoundType {
  /** In lower case, without a dot; "" when the name has none and the content does not tell. */
  readonly extension: string;
  /** The media type (IANA), by content where it tells; "application/octet-stream" when nothing tells. */
  readonly type: string;
}

/**
 * What the content is, by its first bytes. Throws `FileRefused` when the name promises another kind: a PNG that is none, a text with
 * binary content, a program that is called a photo.
 */
export const contentType = async (name: string, sample: Uint8Array, isWhole: boolean): Promise<FoundType> => {
  const extension = extensionOf(name);
  const found = sample.length === 0 ? undefined : await fileTypeFromBuffer(sample);
  if (found !== undefined) {
    if (extension === "") return { extension: found.ext, type: found.mime };
    if (!isSame(found.ext, extension)) throw refused(`it is called .${extension}, and is ${found.mime}`);
    return { extension, type: textTypes[extension] ?? found.mime };
  }
  const asText = textTypes[extension];
  if (asText !== undefined) {
    if (isText(sample, isWhole)) return { extension, type: asText };
    throw refused(`it is called .${extension}, and is no text in UTF-8`);
  }
  const isKnown = supportedExtensions.has(extension) || sameContent.some((names) => names.includes(extension));
  if (isKnown && sample.length > 0) throw refused(`it is called .${extension}, and has nothing of one`);
  return { extension, type: "application/octet-stream" };
};
