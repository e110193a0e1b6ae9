/** Every message that a client sends, one function each, in the protocol's own words. `bind.ts` has the one that is sent most. */
import { ParameterError, ProtocolError } from "../../../base/errors.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { frontend } from "./message-codes.ts";

/** 3.0 is understood by every server since 7.4; 3.2 brings cancel keys of up to 256 bytes (PostgreSQL 18). */
export type ProtocolVersion = "3.0" | "3.2";

const sslRequestCode = 80_877_103;
const gssEncryptionRequestCode = 80_877_104;
const cancelRequestCode = 80_877_102;
/** What the 16 bits of a count can say. */
const maxParameters = 65_535;

/** Throws for a count that 16 bits cannot hold: it would wrap, and the server would read values as messages. */
export const checkParameterCount = (count: number): void => {
  if (count <= maxParameters) return;
  throw new ParameterError(
    `The statement has ${count} parameters, and PostgreSQL accepts ${maxParameters}. Pass lists as one array (= any($1)), or split the statement.`,
  );
};

/** The first message of a session; no type byte. `parameters` must name the `user`. Names and values must not be empty. */
export const writeStartup = (writer: ByteWriter, version: ProtocolVersion, parameters: Readonly<Record<string, string>>): void => {
  writer.startMessage(0);
  writer.int32(version === "3.2" ? 0x0003_0002 : 0x0003_0000);
  for (const [name, value] of Object.entries(parameters)) {
    writer.cString(name);
    writer.cString(value);
  }
  writer.int8(0);
  writer.endMessage();
};

const writeCode = (writer: ByteWriter, code: number): void => {
  writer.startMessage(0);
  writer.int32(code);
  writer.endMessage();
};

/** Asks for TLS. The answer is one byte, `S` or `N`, outside of the message format; nothing that came with it may be believed. */
export const writeSslRequest = (writer: ByteWriter): void => writeCode(writer, sslRequestCode);

export const writeGssEncryptionRequest = (writer: ByteWriter): void => writeCode(writer, gssEncryptionRequestCode);

/** Sent on a connection of its own. `secretKey` is the key of BackendKeyData as it came: 4 bytes in 3.0, up to 256 in 3.2. */
export const writeCancelRequest = (writer: ByteWriter, processId: number, secretKey: Uint8Array): void => {
  writer.startMessage(0);
  writer.int32(cancelRequestCode);
  writer.int32(processId);
  writer.bytes(secretKey);
  writer.endMessage();
};

/** Cleartext, or what `md5Password` made of it. */
export const writePassword = (writer: ByteWriter, password: string): void => {
  writer.startMessage(frontend.password);
  writer.cString(password);
  writer.endMessage();
};

export const writeSaslInitialResponse = (writer: ByteWriter, mechanism: string, response: string): void => {
  writer.startMessage(frontend.password);
  writer.cString(mechanism);
  writer.startValue();
  writer.text(response);
  writer.endValue();
  writer.endMessage();
};

export const writeSaslResponse = (writer: ByteWriter, response: string): void => {
  writer.startMessage(frontend.password);
  writer.text(response);
  writer.endMessage();
};

/** The simple protocol: the server answers every statement of the text, in text format, and ReadyForQuery once. No Sync may follow. */
export const writeQuery = (writer: ByteWriter, text: string): void => {
  writer.startMessage(frontend.query);
  writer.cString(text);
  writer.endMessage();
};

/** `name` "" is the unnamed statement. `parameterTypes` are OIDs, 0 where the server shall infer; there may be fewer than parameters. */
export const writeParse = (writer: ByteWriter, name: string, text: string, parameterTypes: readonly number[]): void => {
  checkParameterCount(parameterTypes.length);
  writer.startMessage(frontend.parse);
  writer.cString(name);
  writer.cString(text);
  writer.int16(parameterTypes.length);
  for (const oid of parameterTypes) writer.int32(oid);
  writer.endMessage();
};

const writeNamed = (writer: ByteWriter, code: number, kind: "S" | "P", name: string): void => {
  writer.startMessage(code);
  writer.int8(kind.charCodeAt(0));
  writer.cString(name);
  writer.endMessage();
};

/** Answered by ParameterDescription, and RowDescription or NoData. */
export const writeDescribeStatement = (writer: ByteWriter, name: string): void => writeNamed(writer, frontend.describe, "S", name);
/** Answered by RowDescription or NoData. */
export const writeDescribePortal = (writer: ByteWriter, name: string): void => writeNamed(writer, frontend.describe, "P", name);
export const writeCloseStatement = (writer: ByteWriter, name: string): void => writeNamed(writer, frontend.close, "S", name);
export const writeClosePortal = (writer: ByteWriter, name: string): void => writeNamed(writer, frontend.close, "P", name);

/** `maxRows` 0 is all; otherwise PortalSuspended follows when there are more. */
export const writeExecute = (writer: ByteWriter, portal: string, maxRows: number): void => {
  if (!Number.isInteger(maxRows) || maxRows < 0 || maxRows > 0x7fffffff) {
    throw new ParameterError("The number of rows to fetch at a time must be an integer from 0 to 2147483647.");
  }
  writer.startMessage(frontend.execute);
  writer.cString(portal);
  writer.int32(maxRows);
  writer.endMessage();
};

const writeEmpty = (writer: ByteWriter, code: number): void => {
  writer.startMessage(code);
  writer.endMessage();
};

export const writeSync = (writer: ByteWriter): void => writeEmpty(writer, frontend.sync);
export const writeFlush = (writer: ByteWriter): void => writeEmpty(writer, frontend.flush);
export const writeTerminate = (writer: ByteWriter): void => writeEmpty(writer, frontend.terminate);
export const writeCopyDone = (writer: ByteWriter): void => writeEmpty(writer, frontend.copyDone);

/** Any cut of the stream into messages is right; a row need not be whole. Throws `ProtocolError` above 1 GiB. */
export const writeCopyData = (writer: ByteWriter, data: Uint8Array): void => {
  if (data.byteLength > 0x3fffffff - 4) throw new ProtocolError("A chunk for COPY is larger than 1 GiB. Cut it into smaller ones.");
  writer.startMessage(frontend.copyData);
  writer.bytes(data);
  writer.endMessage();
};

/** Ends COPY IN with an error; `reason` is in the server's answer. */
export const writeCopyFail = (writer: ByteWriter, reason: string): void => {
  writer.startMessage(frontend.copyFail);
  writer.cString(reason);
  writer.endMessage();
};
