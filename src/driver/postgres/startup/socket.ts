/**
 * A stream of bytes to the server, plain or TLS.
 *
 * Plain sockets read into one buffer that all connections of the thread share: the callback is synchronous, so its bytes are consumed
 * before the next socket reads. TLS has to allocate for itself and reads by events.
 */
import { connect as connectPlain } from "node:net";
import type { OnReadOpts, Socket, TcpNetConnectOpts } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { ConnectionError } from "../../../base/errors.ts";
import type { ConnectConfig, Host } from "./config.ts";

/** `bytes[0, length)` are valid during the call. */
export type OnBytes = (bytes: Buffer, length: number) => void;

const shared = Buffer.allocUnsafeSlow(65_536);

export class Wire {
  readonly #socket: Socket;
  readonly isEncrypted: boolean;
  onBytes: OnBytes = () => undefined;
  /** Comes once, when the stream is over; the reason is null for an orderly end. */
  onEnd: (reason: Error | null) => void = () => undefined;
  #reason: Error | null = null;
  #isResting = false;

  constructor(socket: Socket, reads: "events" | "shared buffer") {
    this.#socket = socket;
    this.isEncrypted = "getPeerCertificate" in socket;
    if (reads === "events") socket.on("data", (chunk: Buffer) => this.onBytes(chunk, chunk.length));
    socket.on("error", (error) => (this.#reason = error));
    socket.on("close", () => this.onEnd(this.#reason));
  }

  /** The server's certificate in DER, for channel binding; null without TLS. */
  get certificate(): Buffer | null {
    if (!this.isEncrypted) return null;
    // Checked by `isEncrypted`: only TLS sockets have certificates.
    return (this.#socket as TLSSocket).getPeerCertificate()?.raw ?? null;
  }

  /** `done` is called when the chunks may be overwritten; also after an error. */
  write(chunks: readonly Buffer[], done: () => void): void {
    if (this.#isResting) this.#wake();
    if (chunks.length === 1) {
      this.#socket.write(chunks[0]!, done);
      return;
    }
    this.#socket.cork();
    for (let at = 0; at < chunks.length - 1; at++) this.#socket.write(chunks[at]!);
    this.#socket.write(chunks[chunks.length - 1]!, done);
    this.#socket.uncork();
  }

  /** Resolves when at most `bytes` wait for the operating system, or the stream is over. */
  async drained(bytes: number): Promise<void> {
    const socket = this.#socket;
    while (socket.writableLength > bytes && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          socket.off("drain", go).off("close", go);
          resolve();
        };
        socket.on("drain", go).on("close", go);
      });
    }
  }

  /** Nothing is expected: until something is written, this socket alone does not keep the process. */
  rest(): void {
    this.#isResting = true;
    this.#socket.unref();
  }

  #wake(): void {
    this.#isResting = false;
    this.#socket.ref();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends what is written and closes. A peer that does not answer is dropped after a second. */
  end(): void {
    this.#socket.end();
    const impatience = setTimeout(() => this.#socket.destroy(), 1000);
    impatience.unref();
    this.#socket.once("close", () => clearTimeout(impatience));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

const cannotConnect = (host: Host, cause: Error): ConnectionError =>
  new ConnectionError(
    `Cannot connect to PostgreSQL at ${host.path ?? `${host.name}:${host.port}`}: ${reasonOf(cause)}. Is the server running, and is the address right?`,
    { cause, mayHaveRun: false },
  );

const reasonOf = (error: Error): string => {
  const code = (error as NodeJS.ErrnoException).code;
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nothing listens there",
    ENOENT: "there is no such socket",
    ENOTFOUND: "the name is unknown",
    ETIMEDOUT: "no answer",
    EACCES: "access to the socket is denied",
  };
  return (code === undefined ? undefined : known[code]) ?? error.message;
};

export const timedOut = (host: Host, timeoutMs: number): ConnectionError =>
  new ConnectionError(
    `PostgreSQL at ${host.path ?? `${host.name}:${host.port}`} did not let us in within ${timeoutMs} ms (connect_timeout).`,
    {
      mayHaveRun: false,
    },
  );

/** Opens a socket and waits until it is connected. `onread` null leaves reading to events. */
const dial = (host: Host, config: ConnectConfig, onread: OnReadOpts | null, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const where =
      host.path === null
        ? { host: host.address, port: host.port, noDelay: true, keepAlive: config.keepAlive, keepAliveInitialDelay: config.keepAliveIdleMs }
        : { path: host.path };
    // Both forms are legal; only their union is not spelled in Node's types.
    const socket = connectPlain({ ...where, ...(onread === null ? {} : { onread }) } as unknown as TcpNetConnectOpts);
    const stop = (): void => void socket.destroy(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    const failed = (error: Error): void => {
      signal.removeEventListener("abort", stop);
      reject(signal.aborted ? error : cannotConnect(host, error));
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      signal.removeEventListener("abort", stop);
      socket.off("error", failed);
      resolve(socket);
    });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

/** A plain connection that reads into the shared buffer. */
export const openPlain = async (host: Host, config: ConnectConfig, signal: AbortSignal): Promise<Wire> => {
  let wire: Wire | null = null;
  const onread: OnReadOpts = {
    buffer: shared,
    callback: (length, bytes) => {
      // A server speaks only when spoken to, so there is a wire by now. Node gives back the buffer that it got.
      wire?.onBytes(bytes as Buffer, length);
      return true;
    },
  };
  const socket = await dial(host, config, onread, signal);
  wire = new Wire(socket, "shared buffer");
  return wire;
};

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** The server's one byte. Anything that comes with it was sent by somebody who wants it to be taken for the encrypted stream. */
const answerToSslRequest = (socket: Socket, host: Host, signal: AbortSignal): Promise<"S" | "N" | "E"> =>
  new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      socket.off("data", onData);
      socket.off("error", onError);
      socket.off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      act();
    };
    const refuse = (text: string, cause?: unknown): void =>
      finish(() => {
        socket.destroy();
        reject(new ConnectionError(`${text} (${host.name}:${host.port})`, cause === undefined ? {} : { cause }));
      });
    const onData = (chunk: Buffer): void => {
      const byte = String.fromCharCode(chunk[0]!);
      if (byte === "E") return finish(() => resolve("E"));
      if (chunk.length > 1) return refuse("Unencrypted bytes came before the TLS handshake: somebody may be between us and the server.");
      if (byte === "S" || byte === "N") return finish(() => resolve(byte));
      refuse("The server did not understand the request for TLS. Is it PostgreSQL?");
    };
    const onError = (error: Error): void => refuse("The connection failed while asking for TLS.", error);
    const onClose = (): void => refuse("The server closed the connection when asked for TLS.");
    const onAbort = (): void => finish(() => (socket.destroy(), reject(signal.reason)));
    socket.on("data", onData);
    socket.on("error", onError);
    socket.on("close", onClose);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.write(sslRequest);
  });

const tlsOptions = (host: Host, config: ConnectConfig, socket: Socket): ConnectionOptions => {
  const { tls } = config;
  const isIp = /^[\d.]+$|:/.test(host.name);
  // libpq: with a root certificate at hand, `require` checks the chain as verify-ca does.
  const checksChain = tls.mode.startsWith("verify") || (tls.mode === "require" && tls.ca !== null);
  return {
    socket,
    ALPNProtocols: ["postgresql"],
    minVersion: "TLSv1.2",
    rejectUnauthorized: checksChain,
    ...(tls.mode === "verify-full" ? { host: host.name } : { checkServerIdentity: () => undefined }),
    ...(tls.sni && !isIp ? { servername: host.name } : {}),
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.cert === null ? {} : { cert: tls.cert }),
    ...(tls.key === null ? {} : { key: tls.key.reveal() }),
    ...(tls.passphrase === null ? {} : { passphrase: tls.passphrase.reveal() }),
  };
};

const handshake = (host: Host, config: ConnectConfig, socket: Socket, signal: AbortSignal): Promise<Wire> =>
  new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      const text = `TLS with PostgreSQL at ${host.name}:${host.port} failed: ${cause.message}. Check sslmode, sslrootcert and the certificates.`;
      reject(signal.aborted ? signal.reason : new ConnectionError(text, { cause, mayHaveRun: false }));
    };
    const stop = (): void => void socket.destroy();
    let secure: TLSSocket;
    try {
      secure = connectTls(tlsOptions(host, config, socket));
    } catch (cause) {
      return failed(cause as Error);
    }
    const closed = (): void => failed(new Error("the connection was closed during the handshake"));
    signal.addEventListener("abort", stop, { once: true });
    secure.once("error", failed);
    secure.once("close", closed);
    secure.once("secureConnect", () => {
      signal.removeEventListener("abort", stop);
      secure.off("error", failed);
      secure.off("close", closed);
      if (config.tls.direct && secure.alpnProtocol !== "postgresql") {
        return failed(new Error("the server does not speak PostgreSQL over direct TLS (ALPN)"));
      }
      resolve(new Wire(secure, "events"));
    });
  });

/**
 * A connection with TLS as `sslmode` wants it: encrypted, or plain where the mode allows it and the server has no TLS.
 * Throws `ConnectionError` where the mode demands TLS and there is none.
 */
export const openEncrypted = async (host: Host, config: ConnectConfig, signal: AbortSignal): Promise<Wire> => {
  const socket = await dial(host, config, null, signal);
  if (config.tls.direct) return handshake(host, config, socket, signal);
  const answer = await answerToSslRequest(socket, host, signal);
  if (answer === "S") return handshake(host, config, socket, signal);
  socket.destroy();
  if (config.tls.mode === "prefer" || config.tls.mode === "allow") return openPlain(host, config, signal);
  throw new ConnectionError(
    `PostgreSQL at ${host.name}:${host.port} has no TLS, and sslmode=${config.tls.mode} demands it. Switch TLS on in the server, or use another sslmode.`,
    { mayHaveRun: false },
  );
};
