/** A server that says what a test tells it to, legal or not, in pieces of any size: for what a real PostgreSQL cannot be made to do. */
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};

const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

export const message = (code: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(code), int32(body.length + 4), body]);
};

export const authenticationOk = message("R", int32(0));
export const ready = (status: "I" | "T" | "E" = "I"): Buffer => message("Z", Buffer.from(status));
export const parseComplete = message("1");
export const bindComplete = message("2");
export const noData = message("n");
export const parameterStatus = (name: string, value: string): Buffer => message("S", cString(name), cString(value));
export const keyData = (processId: number, key: Buffer): Buffer => message("K", int32(processId), key);
export const parameterDescription = (...types: readonly number[]): Buffer => message("t", int16(types.length), ...types.map(int32));
export const complete = (tag: string): Buffer => message("C", cString(tag));
export const notice = (text: string): Buffer => message("N", Buffer.from("SNOTICE\0VNOTICE\0C00000\0M"), cString(text), Buffer.from([0]));
export const failure = (sqlState: string, text: string, severity = "ERROR"): Buffer =>
  message("E", Buffer.from(`S${severity}\0V${severity}\0C${sqlState}\0M${text}\0`), Buffer.from([0]));
export const notification = (channel: string, payload: string): Buffer => message("A", int32(1), cString(channel), cString(payload));

export const rowDescription = (
  ...columns: readonly { readonly name: string; readonly type?: number; readonly format?: number }[]
): Buffer =>
  message(
    "T",
    int16(columns.length),
    ...columns.map(({ name, type = 25, format = 0 }) =>
      Buffer.concat([cString(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(format)]),
    ),
  );

export const dataRow = (...values: readonly (string | null)[]): Buffer =>
  message(
    "D",
    int16(values.length),
    ...values.map((value) => (value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]))),
  );

/** The replies to the first run of a statement with one text column. */
export const firstAnswer = (...rows: readonly string[]): Buffer =>
  Buffer.concat([
    parseComplete,
    parameterDescription(),
    rowDescription({ name: "value" }),
    bindComplete,
    ...rows.map((row) => dataRow(row)),
    complete(`SELECT ${rows.length}`),
  ]);

export interface ClientMessage {
  /** One letter; empty for what opens a session. */
  readonly code: string;
  readonly body: Buffer;
}

/** One client, as the script sees it. */
export class FakeClient {
  readonly socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #wake: (() => void) | null = null;
  #isOver = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake?.();
    });
    socket.on("close", () => {
      this.#isOver = true;
      this.#wake?.();
    });
  }

  async #need(bytes: number): Promise<void> {
    while (this.#bytes.length < bytes) {
      if (this.#isOver) throw new Error("The client has gone.");
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#bytes.subarray(0, bytes);
    this.#bytes = this.#bytes.subarray(bytes);
    return taken;
  }

  /** StartupMessage, SSLRequest or CancelRequest: a length, a code, the rest. */
  async opening(): Promise<{ readonly request: number; readonly body: Buffer }> {
    await this.#need(4);
    const length = this.#bytes.readInt32BE(0);
    await this.#need(length);
    const whole = this.#take(length);
    return { request: whole.readInt32BE(4), body: whole.subarray(8) };
  }

  async next(): Promise<ClientMessage> {
    await this.#need(5);
    const length = this.#bytes.readInt32BE(1);
    await this.#need(length + 1);
    const whole = this.#take(length + 1);
    return { code: whole.toString("latin1", 0, 1), body: whole.subarray(5) };
  }

  /** Reads up to and including a message with this code; returns the codes seen, "PDBES". */
  async until(code: string): Promise<string> {
    let seen = "";
    for (;;) {
      const { code: got } = await this.next();
      seen += got;
      if (got === code) return seen;
    }
  }

  send(...messages: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(messages));
  }

  /** Every byte in a packet of its own, as far as the system lets it. */
  async dribble(...messages: readonly Buffer[]): Promise<void> {
    this.socket.setNoDelay(true);
    for (const byte of Buffer.concat(messages)) {
      this.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets the client in without a password. */
  async accept(...reports: readonly Buffer[]): Promise<void> {
    await this.opening();
    this.send(
      authenticationOk,
      parameterStatus("client_encoding", "UTF8"),
      ...reports,
      keyData(1, Buffer.from("\x01\x02\x03\x04")),
      ready(),
    );
  }
}

export interface FakePostgres {
  readonly url: string;
  readonly port: number;
  /** What scripts threw, except that the client had gone. */
  readonly problems: readonly Error[];
  readonly close: () => Promise<void>;
}

/** Listens on a free port; each connection runs `script`, which gets the connection's number from 1. */
export const fakePostgres = (script: (client: FakeClient, number: number) => Promise<void>): Promise<FakePostgres> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>();
    const problems: Error[] = [];
    let count = 0;
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      script(new FakeClient(socket), ++count).catch((error: Error) => {
        if (error.message !== "The client has gone.") problems.push(error);
      });
    });
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({
        url: `postgresql://petrel@127.0.0.1:${port}/fake?sslmode=disable`,
        port,
        problems,
        close: () =>
          new Promise((done) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => done());
          }),
      });
    });
  });
