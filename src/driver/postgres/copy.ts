/**
 * COPY: rows as a stream of bytes, in text, CSV or binary, as the statement says.
 *
 * Neither side may fill the memory: what is sent waits until the operating system has taken it, and what is not taken stops the reading.
 */
import { ProtocolError, QueryError } from "../../base/errors.ts";
import { interruptible } from "../../base/unless-aborted.ts";
import { canceled } from "../pool.ts";
import type { PostgresConnection } from "./connection.ts";
import type { Exchange } from "./pipeline.ts";
import { backend, messageName } from "./protocol/message-codes.ts";
import { readCommandCount } from "./protocol/read.ts";
import { writeCopyData, writeCopyDone, writeCopyFail } from "./protocol/write.ts";

/** How long a COPY that was stopped may take to end before its connection is given up. */
const stopGraceMs = 2000;
const sendAheadBytes = 262_144;
const readAheadBytes = 1_048_576;
const maxChunkBytes = 4_194_304;

/** Both directions: the replies of one COPY in the simple protocol. */
class CopyExchange implements Exchange {
  endsGroup = true;
  isComplete = false;
  readonly text: string;
  readonly #data: (chunk: Buffer) => void;
  #began: (direction: "in" | "out" | "neither") => void = () => undefined;
  #settle: (error: Error | null) => void = () => undefined;
  isOver = false;
  count = 0;
  /** Whether the server wants data, gives data, or does nothing of the kind. */
  readonly began = new Promise<"in" | "out" | "neither">((resolve) => (this.#began = resolve));
  /** Resolves at the end with the error, if there was one. */
  readonly over = new Promise<Error | null>((resolve) => (this.#settle = resolve));

  constructor(text: string, data: (chunk: Buffer) => void) {
    this.text = text;
    this.#data = data;
  }

  message(code: number, buffer: Buffer, start: number, end: number): void {
    switch (code) {
      case backend.copyInResponse:
        return this.#began("in");
      case backend.copyOutResponse:
        return this.#began("out");
      case backend.copyData:
        return this.#data(Buffer.from(buffer.subarray(start, end)));
      case backend.copyDone:
      case backend.rowDescription:
        return;
      case backend.commandComplete:
        this.count = readCommandCount(buffer, start, end);
        this.isComplete = true;
        return;
      case backend.emptyQueryResponse:
        this.isComplete = true;
        return;
      default:
        throw new ProtocolError(`The server sent ${messageName(code)} during COPY. The connection is closed.`);
    }
  }

  rows(): void {
    // Rows of a statement that is no COPY are dropped; `began` then says "neither".
  }

  #end(error: Error | null): void {
    this.isOver = true;
    this.#began("neither");
    this.#settle(error);
  }

  finish(): void {
    this.#end(null);
  }

  refused(error: Error): void {
    this.#end(error);
  }

  skipped(error: Error): void {
    this.#end(error);
  }

  lost(error: Error): void {
    this.#end(error);
  }
}

const mustCopy = /^\s*copy\b/i;

const checkText = (text: string, direction: "FROM STDIN" | "TO STDOUT"): void => {
  if (!mustCopy.test(text)) throw new QueryError(`This is no COPY statement. Write COPY … ${direction}.`, { sql: text, mayHaveRun: false });
};

const wrongWay = (text: string, needed: "FROM STDIN" | "TO STDOUT"): QueryError =>
  new QueryError(`This COPY copies the other way, or no data at all. Write COPY … ${needed}.`, { sql: text });

/** A call, because the state changes while we wait. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

const cut = function* (chunk: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < chunk.byteLength; at += maxChunkBytes) yield chunk.subarray(at, at + maxChunkBytes);
};

const feed = async (
  connection: PostgresConnection,
  exchange: CopyExchange,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const { pipeline, wire } = connection;
  for await (const chunk of interruptible(chunks, signal)) {
    if (!(chunk instanceof Uint8Array))
      throw new QueryError("COPY takes chunks of bytes (Uint8Array); something else came.", { mayHaveRun: false });
    for (const part of cut(chunk)) {
      if (exchange.isOver) return;
      signal?.throwIfAborted();
      writeCopyData(pipeline.writer, part);
      pipeline.flush();
      await wire.drained(sendAheadBytes);
    }
  }
};

/** Sends all chunks; gives the number of rows copied. When the source throws, the server is told, keeps nothing, and the source's error is thrown. */
export const copyFrom = async (
  connection: PostgresConnection,
  text: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<number> => {
  checkText(text, "FROM STDIN");
  if (signal !== undefined && isAborted(signal)) throw canceled(signal, false);
  const exchange = new CopyExchange(text, () => undefined);
  connection.query(text, exchange);
  let problem: unknown = null;
  let canceling: Promise<void> | null = null;
  // The server may wait for a lock, or not be there any more.
  const stop = (): void => void (canceling ??= stopCopying(connection, exchange));
  signal?.addEventListener("abort", stop, { once: true });
  void exchange.over.then(() => signal?.removeEventListener("abort", stop));
  const direction = await exchange.began;
  if (direction === "in") {
    try {
      await feed(connection, exchange, chunks, signal);
    } catch (error) {
      problem = signal !== undefined && isAborted(signal) ? canceled(signal, true) : error;
    }
    if (!exchange.isOver) {
      if (problem === null) writeCopyDone(connection.pipeline.writer);
      else writeCopyFail(connection.pipeline.writer, "the source of the data failed");
      connection.pipeline.flush();
    }
  } else if (direction === "out") canceling = connection.cancel();
  const error = await exchange.over;
  // A cancellation that is still on its way would hit whatever runs next.
  await canceling;
  if (problem !== null) throw problem;
  if (error !== null && signal !== undefined && isAborted(signal)) throw canceled(signal, true);
  if (direction === "out") throw wrongWay(text, "FROM STDIN");
  if (error !== null) throw error;
  if (direction === "neither") throw wrongWay(text, "FROM STDIN");
  return exchange.count;
};

/** The chunks as the server sends them: whole rows each. Leaving the loop early stops the server too. */
export async function* copyTo(connection: PostgresConnection, text: string, signal?: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  checkText(text, "TO STDOUT");
  if (signal !== undefined && isAborted(signal)) throw canceled(signal, false);
  const { wire } = connection;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let isLeft = false;
  let wake: () => void = () => undefined;
  const exchange = new CopyExchange(text, (chunk) => {
    if (isLeft) return;
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes > readAheadBytes) wire.pause();
    wake();
  });
  let abort: (what: "neither") => void = () => undefined;
  const aborted = new Promise<"neither">((resolve) => (abort = resolve));
  const stop = (): void => {
    abort("neither");
    wake();
  };
  signal?.addEventListener("abort", stop, { once: true });
  void exchange.over.then(() => wake());
  try {
    connection.query(text, exchange);
    // Whoever stops it does not wait for a server that waits for a lock.
    const direction = await Promise.race([exchange.began, aborted]);
    if (direction === "in") {
      writeCopyFail(connection.pipeline.writer, "the data was to come from the server");
      connection.pipeline.flush();
      await exchange.over;
      throw wrongWay(text, "TO STDOUT");
    }
    for (;;) {
      const ready = waiting;
      waiting = [];
      waitingBytes = 0;
      wire.resume();
      for (const chunk of ready) yield chunk;
      if (signal !== undefined && isAborted(signal)) throw canceled(signal, true);
      if (waiting.length > 0) continue;
      if (exchange.isOver) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const error = await exchange.over;
    if (error !== null) throw error;
    if (direction === "neither") throw wrongWay(text, "TO STDOUT");
  } finally {
    signal?.removeEventListener("abort", stop);
    isLeft = true;
    wire.resume();
    if (!exchange.isOver) await stopCopying(connection, exchange);
  }
}

/** What is still on its way has to be read before the connection is of use again. */
const stopCopying = async (connection: PostgresConnection, exchange: CopyExchange): Promise<void> => {
  const impatience = setTimeout(() => connection.destroy(new QueryError("A COPY that was left did not end.")), stopGraceMs);
  await Promise.all([connection.cancel(), exchange.over]);
  clearTimeout(impatience);
};
