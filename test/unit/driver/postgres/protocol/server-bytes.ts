/** Server messages made by hand, for tests that feed a parser. */

export const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
};

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

export const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

/** A whole message: `message("Z", Buffer.from("I"))`. */
export const message = (type: string, ...body: readonly Buffer[]): Buffer => {
  const bytes = Buffer.concat(body);
  return Buffer.concat([Buffer.from(type, "latin1"), int32(bytes.length + 4), bytes]);
};

/** A DataRow; `null` is NULL. */
export const dataRow = (...values: readonly (string | null)[]): Buffer =>
  message(
    "D",
    int16(values.length),
    ...values.map((value) => (value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]))),
  );
