/** The library `apache-arrow`, an optional peer: loaded when it is first needed, and named nowhere else. */
import type * as arrow from "apache-arrow";
import { ConfigurationError } from "../base/errors.ts";

export type Arrow = typeof arrow;
export type Table = arrow.Table;
export type RecordBatch = arrow.RecordBatch;
export type Field = arrow.Field;
export type DataType = arrow.DataType;
export type Data = arrow.Data;
export type Vector = arrow.Vector;

let loaded: Promise<Arrow> | null = null;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" && error.message.includes("apache-arrow");

/** Throws `ConfigurationError` where it is not installed, and tries again the next time. */
export const apacheArrow = (): Promise<Arrow> => {
  loaded ??= import("apache-arrow").catch((error: unknown) => {
    loaded = null;
    if (!isMissing(error)) throw error;
    throw new ConfigurationError(
      "Arrow tables are made by the library apache-arrow, which is not installed. Run 'npm install apache-arrow'.",
      {
        cause: error,
      },
    );
  });
  return loaded;
};
