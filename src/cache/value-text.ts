/**
 * Values as JSON text and back, exactly: every type that rows hold.
 *
 *     null true 1 "a"          as they are
 *     ["i","12"] ["n","NaN"]   a bigint; a number that JSON does not have
 *     ["d",0] ["b","AQI="]     a Date (null: an invalid one); bytes (B: a Buffer)
 *     ["a",1,2] ["o","k",1]    an array; a plain object, key by key (O: one without a prototype)
 *     ["u"]                    undefined
 */
type Json = null | boolean | number | string | readonly Json[];

/** Thrown for a value that has no text. */
export class NoText extends Error {}

const isExact = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

const objectJson = (value: object): Json => {
  if (value instanceof Date) return ["d", Number.isNaN(value.getTime()) ? null : value.getTime()];
  if (Array.isArray(value)) return ["a", ...value.map(toJson)];
  if (value instanceof Uint8Array) {
    const isBuffer = Buffer.isBuffer(value);
    if (!isBuffer && value.constructor !== Uint8Array) throw new NoText();
    return [isBuffer ? "B" : "b", Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")];
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new NoText();
  return [prototype === null ? "O" : "o", ...Object.entries(value).flatMap(([key, each]) => [key, toJson(each)])];
};

const toJson = (value: unknown): Json => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return isExact(value) ? value : ["n", Object.is(value, -0) ? "-0" : String(value)];
  if (typeof value === "bigint") return ["i", String(value)];
  if (value === undefined) return ["u"];
  if (typeof value === "object") return objectJson(value);
  throw new NoText();
};

const objectOf = (prototype: object | null, entries: readonly unknown[]): object => {
  const made = Object.create(prototype) as object;
  for (let at = 0; at < entries.length; at += 2)
    Object.defineProperty(made, String(entries[at]), {
      value: fromJson(entries[at + 1]),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  return made;
};

const fromJson = (json: unknown): unknown => {
  if (!Array.isArray(json)) return json;
  const [tag, ...rest] = json as readonly unknown[];
  const [first] = rest;
  if (tag === "i") return BigInt(first as string);
  if (tag === "n") return Number(first);
  if (tag === "d") return new Date((first as number | null) ?? Number.NaN);
  if (tag === "b") return new Uint8Array(Buffer.from(first as string, "base64"));
  if (tag === "B") return Buffer.from(first as string, "base64");
  if (tag === "a") return rest.map(fromJson);
  if (tag === "o") return objectOf(Object.prototype, rest);
  if (tag === "O") return objectOf(null, rest);
  if (tag === "u") return undefined;
  throw new NoText();
};

/** Throws `NoText` for functions, symbols, and instances of classes that are none of the above. */
export const valueText = (value: unknown): string => JSON.stringify(toJson(value));

/** Throws for what `valueText` did not write. */
export const valueOf = (text: string): unknown => fromJson(JSON.parse(text));
