/** A page on this machine that shows what a database does, live. */
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { ConfigurationError, isPetrelError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { Database } from "../../engine/database.ts";
import { targetOf } from "../../engine/target.ts";
import { hasToken, isOwnHost, newToken, pageHeaders, plainHeaders } from "./guard.ts";
import { monitorPage } from "./page.ts";
import { PostgresSource } from "./postgres-source.ts";
import { ProcessSource } from "./process-source.ts";
import type { Sample } from "./sample.ts";

export interface MonitorOptions {
  /** The port on 127.0.0.1; 0, a free one, unless said. */
  readonly port?: number | undefined;
  /** Milliseconds between two samples. 2000 unless said. */
  readonly interval?: number | undefined;
  /** From how many milliseconds on a statement is slow. 1000 unless said. */
  readonly slowMs?: number | undefined;
  /** Show what this process asks of the database. True unless said. */
  readonly process?: boolean | undefined;
}

export interface Monitor extends AsyncDisposable {
  /** To be opened in a browser. What stands behind `#` is the key: it is made anew for each monitor, and sent to nobody. */
  readonly url: string;
  /** Serves no more. The engine stays open. */
  close(): Promise<void>;
}

const names = ["port", "interval", "slowMs", "process"];
/** Samples that a page is given when it is opened. */
const kept = 150;
const mostStreams = 16;

const check = (options: MonitorOptions): void => {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`serveMonitor() has no option '${unknown}'.${didYouMean(unknown, names)}`);
  const { port = 0, interval = 2000, slowMs = 1000 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigurationError("serveMonitor(): port is a number from 0 to 65535.");
  if (!(interval >= 10 && interval < 2 ** 31)) throw new ConfigurationError("serveMonitor(): interval is milliseconds, from 10 on.");
  if (!(slowMs >= 0)) throw new ConfigurationError("serveMonitor(): slowMs is a number of milliseconds.");
};

/** A database may put values into its messages. */
const kindOf = (error: unknown): string => {
  if (isPetrelError(error)) return `${error.name} ${error.code}`;
  return error instanceof Error ? error.name : "an error";
};

const eventText = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** For the history only figures that are drawn as lines matter. */
const withoutLists = ({ at, process, server, failure }: Sample): Sample => ({
  at,
  process: process === null ? null : { ...process, statements: [], repeated: [] },
  server: server === null ? null : { ...server, statements: null, waiting: [], slow: [] },
  failure,
});

/** Takes samples, and tells them to whoever listens. */
class Sampling {
  readonly #process: ProcessSource | null;
  readonly #server: PostgresSource | null;
  readonly #timer: NodeJS.Timeout;
  readonly #streams = new Set<ServerResponse>();
  readonly #history: Sample[] = [];
  #isTaking = false;

  constructor(database: Database, { interval = 2000, slowMs = 1000, process = true }: MonitorOptions) {
    this.#process = process ? new ProcessSource(database, slowMs) : null;
    this.#server = database.dialect.name === "postgres" ? new PostgresSource(database, slowMs) : null;
    this.#timer = setInterval(() => void this.#take(), interval);
    this.#timer.unref();
  }

  /** A server that hangs is asked once at a time. */
  async #take(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      this.#tell(await this.#sample());
    } finally {
      this.#isTaking = false;
    }
  }

  async #sample(): Promise<Sample> {
    const figures = { at: Date.now(), process: this.#process?.take() ?? null };
    try {
      const server = this.#server === null ? null : await this.#server.take(this.#streams.size > 0);
      return { ...figures, server, failure: null };
    } catch (error) {
      return { ...figures, server: null, failure: kindOf(error) };
    }
  }

  #tell(sample: Sample): void {
    this.#history.push(withoutLists(sample));
    if (this.#history.length > kept) this.#history.shift();
    for (const stream of this.#streams) {
      // One that does not read gets what is next when it reads again.
      if (!stream.writableNeedDrain) stream.write(eventText("sample", sample));
    }
  }

  get isFull(): boolean {
    return this.#streams.size >= mostStreams;
  }

  follow(response: ServerResponse): void {
    response.writeHead(200, { ...plainHeaders, "Content-Type": "text/event-stream" });
    response.write(eventText("history", this.#history));
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
    void this.#take();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#process?.stop();
    for (const stream of this.#streams) stream.end();
  }
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new ConfigurationError(`serveMonitor() cannot listen on 127.0.0.1:${port}.`, { cause: error })));
    server.listen(port, "127.0.0.1", () => resolve((server.address() as { readonly port: number }).port));
  });

const titleOf = (database: Database): string => {
  const target = targetOf(database);
  return target === null ? "SQLite" : `${target.database} on ${target.host}:${target.port}`;
};

/**
 * Serves one page on 127.0.0.1 that shows throughput, latency, connections, slow and repeated statements, and on PostgreSQL what the server says of sessions,
 * locks and statements. It sends nothing anywhere, and shows no values of parameters of this process; the server's own views show the text of statements.
 * Throws `ConfigurationError` where the port is taken.
 *
 *     await using monitor = await serveMonitor(engine);
 *     console.log(monitor.url);   // http://127.0.0.1:40123/#…
 */
export const serveMonitor = async (database: Database, options: MonitorOptions = {}): Promise<Monitor> => {
  check(options);
  const token = newToken();
  const title = titleOf(database);
  let port = 0;
  const refuse = (response: ServerResponse, status: number, text: string): void => void response.writeHead(status, plainHeaders).end(text);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (!isOwnHost(request, port)) return refuse(response, 421, "This is not a name of the monitor.\n");
    if (request.method !== "GET") return refuse(response, 405, "There is only GET.\n");
    if (request.url === "/") {
      const nonce = randomBytes(18).toString("base64url");
      return void response.writeHead(200, pageHeaders(nonce)).end(monitorPage(title, nonce));
    }
    if (request.url !== "/events") return refuse(response, 404, "There is nothing here.\n");
    if (!hasToken(request, token)) return refuse(response, 401, "The key is missing or wrong: open the URL that the monitor gave.\n");
    if (sampling.isFull) return refuse(response, 503, "Too many pages are open.\n");
    sampling.follow(response);
  };
  const server = createServer(answer);
  port = await listening(server, options.port ?? 0);
  const sampling = new Sampling(database, options);
  const close = async (): Promise<void> => {
    sampling.stop();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  };
  return { url: `http://127.0.0.1:${port}/#${token}`, close, [Symbol.asyncDispose]: close };
};
