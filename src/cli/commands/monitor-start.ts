/**
 * `petrel monitor start`: what a PostgreSQL server does with this database, again and again until Ctrl-C: sessions, waits for locks, slow statements, rates.
 * With `--web` as a page on this machine. Of an SQLite file it says how large it is, how long its log, and whether somebody writes.
 */
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError } from "../../base/errors.ts";
import { milliseconds } from "../../config/duration.ts";
import { PostgresSource } from "../../observe/monitor/postgres-source.ts";
import type { ServerFigures } from "../../observe/monitor/sample.ts";
import { serveMonitor } from "../../observe/monitor/serve-monitor.ts";
import type { Engine } from "../../session/engine.ts";
import type { Call, Run } from "../command.ts";
import { databaseName } from "../database-name.ts";
import { numberOption } from "../number-option.ts";
import { sqliteFigures } from "../sqlite-figures.ts";
import type { SqliteFigures } from "../sqlite-figures.ts";
import { printable } from "../text-table.ts";

type Sample = Omit<ServerFigures, "statements" | "cacheHit"> & { readonly at: string };

const sampleText = ({ at, sessions, waiting, slow, rates }: Sample): string => {
  const rated =
    rates === null
      ? ""
      : `; per second ${rates.commits.toFixed(1)} commits, ${rates.rollbacks.toFixed(1)} rollbacks, ${rates.rowsRead.toFixed(0)} rows read, ${rates.rowsWritten.toFixed(0)} written`;
  return [
    `${at.slice(11, 19)}  ${sessions.active} active, ${sessions.idle} idle, ${sessions.idleInTransaction} idle in transaction, of ${sessions.limit}${rated}`,
    ...waiting.map(
      (each) => `          ${each.pid} waits ${each.seconds.toFixed(1)} s for ${each.blockedBy}: ${printable(each.statement)}`,
    ),
    ...slow.map((each) => `          ${each.pid} runs ${each.seconds.toFixed(1)} s: ${printable(each.statement)}`),
  ].join("\n");
};

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
const fileText = (at: string, { size, log, pages, freePages, journal, written }: SqliteFigures): string =>
  `${at.slice(11, 19)}  ${kilobytes(size)} in ${pages} pages, ${freePages} of them free; journal ${journal}, ${kilobytes(log)} in the log` +
  (written === null ? "" : written ? "; written since the last look" : "; not written");

interface Settings {
  readonly interval: number;
  readonly slowMs: number;
}

/** Tells what there is to be seen now. */
type Look = () => Promise<void>;

const lookAtServer = (call: Call, engine: Engine, { slowMs }: Settings): Look => {
  const source = new PostgresSource(engine, slowMs);
  return async () => {
    const { sessions, waiting, slow, rates } = await source.take(false);
    const sample: Sample = { at: new Date().toISOString(), sessions, waiting, slow, rates };
    call.output.item(sample, sampleText(sample));
  };
};

const lookAtFile = (call: Call, engine: Engine, path: string): Look => {
  const take = sqliteFigures(engine, path);
  return async () => {
    const figures = await take();
    const at = new Date().toISOString();
    call.output.item({ at, ...figures }, fileText(at, figures));
  };
};

const watch = async (call: Call, look: Look, { interval }: Settings, signal: AbortSignal): Promise<void> => {
  const count = numberOption(call.options, "count") ?? Infinity;
  // It also ends when nobody reads any more.
  for (let number = 1; !signal.aborted && call.system.stdout.writable; number++) {
    await look();
    if (number >= count) return;
    await sleep(interval, undefined, { signal }).catch(() => null);
  }
};

const serve = async (call: Call, engine: Engine, settings: Settings, signal: AbortSignal): Promise<void> => {
  await using monitor = await serveMonitor(engine, { ...settings, port: numberOption(call.options, "port"), process: false });
  call.output.item({ url: monitor.url }, monitor.url);
  call.output.note("Open it in a browser on this machine: the part behind # is its key. Ctrl-C ends it.");
  if (!signal.aborted) await once(signal, "abort");
};

export const run: Run = async (call) => {
  const database = await databaseName(call);
  const isWeb = call.options.flag("web");
  if (database.kind === "sqlite") {
    const instead = "Inside of your program, serveMonitor(engine) of petrel/observe shows what it asks of the database.";
    if (isWeb) throw new ConfigurationError(`SQLite has no server that a page could show: leave out --web. ${instead}`);
    if (database.memory) throw new ConfigurationError(`A database in memory is this process's own: there is nothing to watch. ${instead}`);
  }
  if (isWeb && call.options.text("count") !== undefined) throw new ConfigurationError("--count is for lines: leave it out with --web.");
  if (!isWeb && call.options.text("port") !== undefined) throw new ConfigurationError("--port is for --web.");
  const settings: Settings = {
    interval: milliseconds(call.options.text("interval") ?? "2s", "--interval"),
    slowMs: milliseconds(call.options.text("slow") ?? "1s", "--slow"),
  };
  const engine = await call.open(database.kind === "sqlite" ? { readers: 0 } : { maxConnections: 1 });
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    const look = database.kind === "sqlite" ? lookAtFile(call, engine, database.name) : lookAtServer(call, engine, settings);
    await (isWeb ? serve(call, engine, settings, stop.signal) : watch(call, look, settings, stop.signal));
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
  return undefined;
};
