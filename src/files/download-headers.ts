/** What a browser has to be told so that a file is given out as what it is, and runs nothing. */
import type { StoredFile } from "./file-column.ts";

export interface DownloadOptions {
  /** Whether a browser may show it, instead of offering to save it. False when absent. */
  readonly inline?: boolean;
}

/** RFC 8187: what RFC 5987 allows stands for itself. */
const extendedValue = (text: string): string =>
  `UTF-8''${encodeURIComponent(text).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/**
 * Headers for a stored file: its type and length, a name to be saved by (RFC 6266), its checksum as an entity tag (RFC 9110), and that nobody
 * shall guess another type or run what is in it: what users upload may be a page with a program in it.
 *
 *     response.writeHead(200, downloadHeaders(report.document));
 */
export const downloadHeaders = (file: StoredFile, { inline = false }: DownloadOptions = {}): Readonly<Record<string, string>> => {
  const ascii = file.name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  return {
    "content-type": file.type.startsWith("text/") ? `${file.type}; charset=utf-8` : file.type,
    "content-length": String(file.size),
    "content-disposition": `${inline ? "inline" : "attachment"}; filename="${ascii}"; filename*=${extendedValue(file.name)}`,
    etag: `"${file.sha256}"`,
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  };
};
