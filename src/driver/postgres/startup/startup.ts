/**
 * From an open stream to a session: StartupMessage, authentication, and the server's reports up to the first ReadyForQuery.
 *
 * The server is not trusted before it has proved that it knows the password where `channel_binding=require` or `require_auth` say so.
 */
import { AuthenticationFailed, ConnectionLost, ProtocolError } from "../../../base/errors.ts";
import { Authenticator } from "./authenticator.ts";
import type { CancelKey } from "./cancel.ts";
import type { ConnectConfig, Host } from "./config.ts";
import { errorFromReport, serverReportOf } from "../errors.ts";
import { ByteWriter } from "../protocol/byte-writer.ts";
import { Frames } from "../protocol/frames.ts";
import type { FrameSink } from "../protocol/frames.ts";
import { backend, messageName } from "../protocol/message-codes.ts";
import { readAuthentication, readBackendKeyData, readNegotiateProtocolVersion, readParameterStatus, readReport } from "../protocol/read.ts";
import { writeStartup } from "../protocol/write.ts";
import type { Wire } from "./socket.ts";
import { unreadableSetting } from "../unreadable-setting.ts";

/** A stream on which the server waits for statements. */
export interface Started {
  readonly wire: Wire;
  readonly host: Host;
  readonly parameters: Map<string, string>;
  /** Null behind poolers that hand out none. */
  readonly key: CancelKey | null;
  /** Gives all further messages to `sink`, beginning with those that have come already. `fail` gets what broke the protocol. */
  readonly deliverTo: (sink: FrameSink, fail: (error: Error) => void) => void;
}

interface Message {
  readonly code: number;
  readonly body: Buffer;
}

/** The server's messages one by one, for a part of the session that is not in a hurry. */
class Inbox implements FrameSink {
  readonly #wire: Wire;
  #messages: Message[] = [];
  #next: { resolve: (message: Message) => void; reject: (error: Error) => void } | null = null;
  #end: Error | null = null;
  #target: FrameSink | null = null;
  #fail: (error: Error) => void;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#fail = (error) => this.#stop(error);
    const frames = new Frames(this);
    wire.onBytes = (bytes, length) => {
      try {
        frames.push(bytes, length);
      } catch (error) {
        this.#fail(error instanceof Error ? error : new ProtocolError("Reading the server's messages failed."));
      }
    };
    wire.onEnd = (reason) =>
      this.#stop(
        new ConnectionLost(`The server closed the connection before it let us in${reason === null ? "" : ` (${reason.message})`}.`, {
          mayHaveRun: false,
          ...(reason === null ? {} : { cause: reason }),
        }),
      );
  }

  #stop(error: Error): void {
    this.#end ??= error;
    this.#wire.destroy();
    this.#next?.reject(this.#end);
    this.#next = null;
  }

  message(code: number, buffer: Buffer, start: number, end: number): void {
    if (this.#target !== null) return this.#target.message(code, buffer, start, end);
    const message = { code, body: Buffer.from(buffer.subarray(start, end)) };
    // A server that talks and talks before it lets anyone in would fill the memory.
    if (this.#messages.length > 10_000)
      throw new ProtocolError("The server sent thousands of messages before it was ready. The connection is closed.");
    if (this.#next === null) return void this.#messages.push(message);
    const { resolve } = this.#next;
    this.#next = null;
    resolve(message);
  }

  rows(buffer: Buffer, start: number, end: number, count: number): void {
    if (this.#target === null) throw new ProtocolError("The server sent rows before it was ready. The connection is closed.");
    this.#target.rows(buffer, start, end, count);
  }

  next(): Promise<Message> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => (this.#next = { resolve, reject }));
  }

  deliverTo(sink: FrameSink, fail: (error: Error) => void): void {
    this.#target = sink;
    this.#fail = fail;
    for (const { code, body } of this.#messages.splice(0)) sink.message(code, body, 0, body.length);
    if (this.#end !== null) fail(this.#end);
  }
}

class Starter {
  readonly #config: ConnectConfig;
  readonly #parameters: Readonly<Record<string, string>>;
  readonly #wire: Wire;
  readonly #inbox: Inbox;
  readonly #authenticator: Authenticator;
  readonly #writer = new ByteWriter();
  readonly parameters = new Map<string, string>();
  key: CancelKey | null = null;

  constructor(
    wire: Wire,
    host: Host,
    config: ConnectConfig,
    parameters: Readonly<Record<string, string>>,
    password: () => Promise<string | null>,
  ) {
    this.#parameters = parameters;
    this.#config = config;
    this.#wire = wire;
    this.#inbox = new Inbox(wire);
    this.#authenticator = new Authenticator(config, wire, host.path !== null, password);
  }

  get inbox(): Inbox {
    return this.#inbox;
  }

  #send(write: (writer: ByteWriter) => void): void {
    write(this.#writer);
    this.#wire.write(this.#writer.take(), () => this.#writer.written());
  }

  async run(): Promise<void> {
    const { user, database, protocolMinor } = this.#config;
    this.#send((writer) => writeStartup(writer, protocolMinor === 2 ? "3.2" : "3.0", { user, database, ...this.#parameters }));
    for (;;) {
      const { code, body } = await this.#inbox.next();
      if (code === backend.readyForQuery) return this.#check();
      await this.#take(code, body);
    }
  }

  async #take(code: number, body: Buffer): Promise<void> {
    switch (code) {
      case backend.authentication: {
        const answer = await this.#authenticator.answer(readAuthentication(body, 0, body.length));
        if (answer !== null) this.#send(answer);
        return;
      }
      case backend.parameterStatus: {
        const { name, value } = readParameterStatus(body, 0, body.length);
        this.parameters.set(name, value);
        return;
      }
      case backend.backendKeyData:
        this.key = readBackendKeyData(body, 0, body.length);
        return;
      case backend.negotiateProtocolVersion: {
        const { unknownOptions } = readNegotiateProtocolVersion(body, 0, body.length);
        if (unknownOptions.length > 0)
          throw new ProtocolError("The server refused protocol options that were never sent. The connection is closed.");
        return;
      }
      case backend.errorResponse:
        throw this.#refusal(body);
      case backend.noticeResponse:
      case backend.notificationResponse:
        return;
      default:
        throw new ProtocolError(`The server sent ${messageName(code)} before it was ready. The connection is closed.`);
    }
  }

  /** Before the server has proved itself its words may be anybody's. */
  #refusal(body: Buffer): Error {
    return errorFromReport(serverReportOf(readReport(body, 0, body.length)), { mayHaveRun: false, connecting: true });
  }

  #check(): void {
    if (!this.#authenticator.isDone)
      throw new AuthenticationFailed("The server was ready without having authenticated us. The connection is closed.");
    for (const [name, value] of this.parameters) {
      const problem = unreadableSetting(name, value);
      if (problem !== null) throw new ProtocolError(problem);
    }
  }
}

/** Throws `AuthenticationFailed`, `ServerUnavailable` and what else the server may answer; the stream is closed then. */
export const startSession = async (
  wire: Wire,
  host: Host,
  config: ConnectConfig,
  parameters: Readonly<Record<string, string>>,
  password: () => Promise<string | null>,
): Promise<Started> => {
  const starter = new Starter(wire, host, config, parameters, password);
  try {
    await starter.run();
  } catch (error) {
    wire.destroy();
    throw error;
  }
  return { wire, host, parameters: starter.parameters, key: starter.key, deliverTo: (sink, fail) => starter.inbox.deliverTo(sink, fail) };
};
