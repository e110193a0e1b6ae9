/**
 * What the server's messages say, one function each. They get the body, `buffer[start, end)`, and never look outside of it.
 * Every one throws `ProtocolError` for a body that is too short, too long, or says what cannot be. What they return is a copy.
 */
import { ProtocolError } from "../../../base/errors.ts";
import { BodyReader } from "./body-reader.ts";

export type AuthenticationRequest =
  | { readonly kind: "ok" }
  | { readonly kind: "cleartext" }
  | { readonly kind: "md5"; readonly salt: Buffer }
  | { readonly kind: "sasl"; readonly mechanisms: readonly string[] }
  | { readonly kind: "saslContinue"; readonly data: string }
  | { readonly kind: "saslFinal"; readonly data: string }
  /** A way that this client does not go; `name` is for the message to the user. */
  | { readonly kind: "unsupported"; readonly name: string };

const otherWays: Readonly<Record<number, string>> = { 2: "Kerberos V5", 6: "SCM credentials", 7: "GSSAPI", 8: "GSSAPI", 9: "SSPI" };

/** Authentication…: what the server wants to see next. */
export const readAuthentication = (buffer: Buffer, start: number, end: number): AuthenticationRequest => {
  const body = new BodyReader("Authentication", buffer, start, end);
  const code = body.int32();
  if (code === 10) return { kind: "sasl", mechanisms: readMechanisms(body) };
  if (code === 11) return { kind: "saslContinue", data: body.restText() };
  if (code === 12) return { kind: "saslFinal", data: body.restText() };
  if (code === 7 || code === 8 || code === 9 || code === 2 || code === 6) return { kind: "unsupported", name: otherWays[code]! };
  const request = readPlainRequest(body, code);
  body.finish();
  return request;
};

const readPlainRequest = (body: BodyReader, code: number): AuthenticationRequest => {
  if (code === 0) return { kind: "ok" };
  if (code === 3) return { kind: "cleartext" };
  if (code === 5) return { kind: "md5", salt: body.bytes(4) };
  throw new ProtocolError(`The server asks for the unknown way of authentication ${code}. Is this a PostgreSQL server?`);
};

const readMechanisms = (body: BodyReader): string[] => {
  const mechanisms: string[] = [];
  for (let name = body.cString(); name !== ""; name = body.cString()) mechanisms.push(name);
  body.finish();
  return mechanisms;
};

/** BackendKeyData: what a cancel request has to show. The key has 4 to 256 bytes. */
export const readBackendKeyData = (
  buffer: Buffer,
  start: number,
  end: number,
): { readonly processId: number; readonly secretKey: Buffer } => {
  const body = new BodyReader("BackendKeyData", buffer, start, end);
  const processId = body.int32();
  const size = body.left;
  if (size < 4 || size > 256) throw new ProtocolError(`The server sent a cancel key of ${size} bytes; 4 to 256 are possible.`);
  return { processId, secretKey: body.bytes(size) };
};

export const readParameterStatus = (buffer: Buffer, start: number, end: number): { readonly name: string; readonly value: string } => {
  const body = new BodyReader("ParameterStatus", buffer, start, end);
  const status = { name: body.cString(), value: body.cString() };
  body.finish();
  return status;
};

/** NegotiateProtocolVersion: the newest minor version that the server speaks, as `3.x`, and the options it does not know. */
export const readNegotiateProtocolVersion = (
  buffer: Buffer,
  start: number,
  end: number,
): { readonly version: string; readonly unknownOptions: readonly string[] } => {
  const body = new BodyReader("NegotiateProtocolVersion", buffer, start, end);
  const version = body.int32();
  const count = body.int32();
  if (count < 0 || count > body.left) throw body.impossible();
  const unknownOptions = Array.from({ length: count }, () => body.cString());
  body.finish();
  // Servers before 17 send the minor version alone, newer ones the whole number.
  return { version: `3.${version & 0xffff}`, unknownOptions };
};

/** `I` idle, `T` in a transaction, `E` in a transaction that failed. */
export type TransactionStatus = "I" | "T" | "E";

/** ReadyForQuery. */
export const readTransactionStatus = (buffer: Buffer, start: number, end: number): TransactionStatus => {
  const byte = end - start === 1 ? buffer[start] : 0;
  if (byte === 0x49) return "I";
  if (byte === 0x54) return "T";
  if (byte === 0x45) return "E";
  throw new ProtocolError("The server sent ReadyForQuery without a transaction status that exists. The connection is closed.");
};

/** One column of a result; a `ResultField` of `driver/row-sink.ts` that also knows where it comes from. */
export interface DescribedField {
  readonly name: string;
  /** The table's OID and the column's number in it; 0 when the column is no plain column of a table. */
  readonly tableOid: number;
  readonly columnNumber: number;
  /** The type's OID, unsigned. */
  readonly type: number;
  readonly modifier: number;
  readonly format: 0 | 1;
}

/** RowDescription: the result's columns, in order. Format is 0 for all when it answers Describe of a statement. */
export const readRowDescription = (buffer: Buffer, start: number, end: number): DescribedField[] => {
  const body = new BodyReader("RowDescription", buffer, start, end);
  const count = body.uint16();
  const fields: DescribedField[] = [];
  for (let index = 0; index < count; index++) fields.push(readField(body));
  body.finish();
  return fields;
};

const readField = (body: BodyReader): DescribedField => {
  const name = body.cString();
  const tableOid = body.uint32();
  const columnNumber = body.int16();
  const type = body.uint32();
  body.int16();
  const modifier = body.int32();
  const format = body.int16();
  if (format !== 0 && format !== 1) throw body.impossible();
  return { name, tableOid, columnNumber, type, modifier, format };
};

/** ParameterDescription: the OIDs of the parameters' types, in order. */
export const readParameterDescription = (buffer: Buffer, start: number, end: number): number[] => {
  const body = new BodyReader("ParameterDescription", buffer, start, end);
  const count = body.uint16();
  if (body.left !== count * 4) throw body.impossible();
  return Array.from({ length: count }, () => body.uint32());
};

/**
 * Finds the fields of one DataRow: `buffer[start, end)` is its body. Field `i` lies in `[offsets[2 * i], offsets[2 * i + 1])`, NULL is -1 and -1.
 * Throws for another number of columns than `count`, negative lengths other than NULL's, and fields that leave the message.
 * A generated reader that walks the fields itself must make the same three checks.
 */
export const readFieldOffsets = (buffer: Buffer, start: number, end: number, count: number, offsets: Int32Array): void => {
  if (end - start < 2 || ((buffer[start]! << 8) | buffer[start + 1]!) !== count) throw brokenRow();
  let at = start + 2;
  for (let index = 0; index < count; index++) {
    if (end - at < 4) throw brokenRow();
    const length = (buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!;
    at += 4;
    if (length === -1) {
      offsets[index * 2] = offsets[index * 2 + 1] = -1;
      continue;
    }
    if (length < 0 || length > end - at) throw brokenRow();
    offsets[index * 2] = at;
    at += length;
    offsets[index * 2 + 1] = at;
  }
  if (at !== end) throw brokenRow();
};

/** For readers of DataRows: the row does not have the columns that were described, or a field leaves the message. */
export const brokenRow = (): ProtocolError =>
  new ProtocolError("The server sent a DataRow whose fields do not fit its length or the described columns. The connection is closed.");

/** The number at the end of a command's tag, which is the number of its rows: `INSERT 0 5` → 5. 0 when the tag has none (`CREATE TABLE`). */
export const readCommandCount = (buffer: Buffer, start: number, end: number): number => {
  let at = end - 2;
  let count = 0;
  for (let unit = 1; at >= start && buffer[at]! >= 0x30 && buffer[at]! <= 0x39; at--, unit *= 10) count += (buffer[at]! - 0x30) * unit;
  return count;
};

/** The whole tag: `SELECT 3`, `ROLLBACK`. A COMMIT that is answered by ROLLBACK has not committed. */
export const readCommandTag = (buffer: Buffer, start: number, end: number): string => {
  const body = new BodyReader("CommandComplete", buffer, start, end);
  const tag = body.cString();
  body.finish();
  return tag;
};

/** ErrorResponse and NoticeResponse: the fields by their letter (PostgreSQL manual, "Error and Notice Message Fields"). */
export const readReport = (buffer: Buffer, start: number, end: number): ReadonlyMap<string, string> => {
  const body = new BodyReader("ErrorResponse", buffer, start, end);
  const fields = new Map<string, string>();
  for (let code = body.uint8(); code !== 0; code = body.uint8()) fields.set(String.fromCharCode(code), body.cString());
  body.finish();
  return fields;
};

export interface Notification {
  readonly processId: number;
  readonly channel: string;
  readonly payload: string;
}

export const readNotification = (buffer: Buffer, start: number, end: number): Notification => {
  const body = new BodyReader("NotificationResponse", buffer, start, end);
  const notification = { processId: body.int32(), channel: body.cString(), payload: body.cString() };
  body.finish();
  return notification;
};

/** CopyInResponse, CopyOutResponse and CopyBothResponse: the format as a whole and of each column. */
export const readCopyResponse = (
  buffer: Buffer,
  start: number,
  end: number,
): { readonly format: 0 | 1; readonly columnFormats: readonly number[] } => {
  const body = new BodyReader("CopyResponse", buffer, start, end);
  const format = body.uint8();
  const count = body.uint16();
  if (format > 1 || body.left !== count * 2) throw body.impossible();
  return { format: format === 1 ? 1 : 0, columnFormats: Array.from({ length: count }, () => body.int16()) };
};

/** FunctionCallResponse: the result's bytes, or null. */
export const readFunctionResult = (buffer: Buffer, start: number, end: number): Buffer | null => {
  const body = new BodyReader("FunctionCallResponse", buffer, start, end);
  const length = body.int32();
  if (length < -1 || (length >= 0 && length !== body.left)) throw body.impossible();
  const result = length === -1 ? null : body.bytes(length);
  body.finish();
  return result;
};
