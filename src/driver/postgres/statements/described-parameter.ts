/**
 * Parameters whose type the caller has not named, once the server has: it described the statement when it was prepared.
 *
 * From the second run on they travel in binary, but only values whose binary form says to that type exactly what their text says; with any other
 * value the whole run is bound in text as the first one was, so that no run means something else than another. The text of a number and its way
 * back cost a tenth of a small query (`npm run bench -- postgres concurrent`).
 */
import type { BindExecute } from "../protocol/bind.ts";

type Fits = (value: unknown) => boolean;

const isInteger = (value: unknown, min: number, max: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;

const isInt4: Fits = (value) => isInteger(value, -0x8000_0000, 0x7fff_ffff);
const isInt8: Fits = (value) => (typeof value === "bigint" ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value));
/** The text of -0 is 0. */
const isNumber: Fits = (value) => typeof value === "number" && !Object.is(value, -0);
const isBoolean: Fits = (value) => typeof value === "boolean";
const isString: Fits = (value) => typeof value === "string";

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Other spellings, with braces or without hyphens, are the server's to read. */
const isUuid: Fits = (value) => typeof value === "string" && uuidForm.test(value);

/** Within these years, 0001 to 9999, the text of a Date is an instant's in every reading. */
const firstMs = -62_135_596_800_000;
const lastMs = 253_402_300_799_999;
const isMoment: Fits = (value) => {
  const ms = value instanceof Date ? value.getTime() : NaN;
  return ms >= firstMs && ms <= lastMs;
};

/** Holes count as they do in text: no value. An array in an array stays text. */
const arrayOf =
  (fits: Fits): Fits =>
  (value) =>
    Array.isArray(value) && value.every((element) => element === null || fits(element));

/** By the type's OID: bool, int8, int2, int4, float8, timestamptz, and arrays of them, of text and of uuid. */
const fitting: ReadonlyMap<number, Fits> = new Map<number, Fits>([
  [16, isBoolean],
  [20, isInt8],
  [21, (value) => isInteger(value, -0x8000, 0x7fff)],
  [23, isInt4],
  [701, isNumber],
  [1184, isMoment],
  [1000, arrayOf(isBoolean)],
  [1007, arrayOf(isInt4)],
  [1009, arrayOf(isString)],
  [1016, arrayOf(isInt8)],
  [1022, arrayOf(isNumber)],
  [1185, arrayOf(isMoment)],
  [2951, arrayOf(isUuid)],
]);

/** Whether values of the type may travel in binary without having been declared. */
export const hasExactBinary = (type: number): boolean => fitting.has(type);

/** Binds with `binary` where every value fits the type at its place (0: any value does), otherwise with `text`. */
export const bindWhereExact = (types: readonly number[], binary: BindExecute, text: BindExecute): BindExecute => {
  const tests = types.map((type) => fitting.get(type) ?? null);
  return (writer, values) => {
    for (let at = 0; at < tests.length; at++) {
      const fits = tests[at]!;
      const value = values[at];
      if (fits !== null && value !== null && value !== undefined && !fits(value)) return text(writer, values);
    }
    binary(writer, values);
  };
};
