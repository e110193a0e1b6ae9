/** What `import … from "petrel/files"` gives: columns for files and images, the stores that keep them, and pictures made smaller. */
export { FileDamaged, FileNotFound, FileRefused, ImageRefused, UnsafeFileKey } from "../base/errors.ts";
export type { ByteSize } from "../files/byte-size.ts";
export { databaseStore, FilePiece, FileRecord } from "../files/database-store.ts";
export { diskStore, type DiskStoreOptions } from "../files/disk-store.ts";
export { downloadHeaders, type DownloadOptions } from "../files/download-headers.ts";
export type { FileBody, Upload } from "../files/file-body.ts";
export {
  file,
  image,
  type Box,
  type FileLimits,
  type FileOptions,
  type ImageFormat,
  type ImageOptions,
  type StoredFile,
  type StoredImage,
} from "../files/file-column.ts";
export { assertSafeKey } from "../files/file-key.ts";
export type { ByteRange, FileStore, ListedFile, StoreContext } from "../files/file-store.ts";
export { fileStoreChecks, type FileStoreCheck } from "../files/file-store-checks.ts";
export {
  ImageProcessor,
  type FormatOptions,
  type ImageInfo,
  type ImageProcessorOptions,
  type ResizeOptions,
} from "../files/image-processor.ts";
export { sweepOrphans, type SweepOptions, type SweepResult } from "../files/orphans.ts";
export { FileManager, type FileProperty } from "../files/stored-files.ts";
