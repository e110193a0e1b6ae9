/** Spans and metrics of OpenTelemetry, by the stable semantic conventions for databases, from the engine's one seam. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { Database } from "../../engine/database.ts";
import { intercept } from "../../engine/watching/interceptor.ts";
import type { WatchedStatement } from "../../engine/watching/watched-statement.ts";
import { clientKind, errorStatus, loadApi } from "./api.ts";
import type { Histogram, OpenTelemetryApi, Span } from "./api.ts";
import type { Rows } from "../../engine/run.ts";
import { measurePool } from "./pool-metrics.ts";
import { errorAttributes, statementAttributes, textAttributes } from "./statement-attributes.ts";
import { transactionSpans } from "./transaction-spans.ts";

export interface OpenTelemetryOptions<Context = unknown> {
  /** What `import * as api from "@opentelemetry/api"` gave; loaded by itself unless said. */
  readonly api?: OpenTelemetryApi<Context> | undefined;
  /** Whose statements; those of every engine unless said. On PostgreSQL its pool is measured, too. */
  readonly engine?: Database | undefined;
  /** A span per statement. True unless said. */
  readonly spans?: boolean | undefined;
  /** A span per transaction, which its statements stand below. As `spans` unless said. */
  readonly transactions?: boolean | undefined;
  /** Durations, and the pool of `engine`. True unless said. */
  readonly metrics?: boolean | undefined;
  /** Put the values of parameters, which may be anybody's secrets, into spans. False unless said. */
  readonly parameters?: boolean | undefined;
}

const names = ["api", "engine", "spans", "transactions", "metrics", "parameters"];
/** As the conventions advise. */
const seconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const rowCounts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

const scope = "petrel";

interface Histograms {
  readonly duration: Histogram;
  readonly rows: Histogram;
}

const histogramsOf = (api: OpenTelemetryApi): Histograms => {
  const meter = api.metrics.getMeter(scope);
  return {
    duration: meter.createHistogram("db.client.operation.duration", {
      description: "Duration of database client operations.",
      unit: "s",
      advice: { explicitBucketBoundaries: seconds },
    }),
    rows: meter.createHistogram("db.client.response.returned_rows", {
      description: "The actual number of records returned by the database operation.",
      unit: "{row}",
      advice: { explicitBucketBoundaries: rowCounts },
    }),
  };
};

const tell = (span: Span, attributes: ReturnType<typeof errorAttributes>, error: unknown): void => {
  for (const [name, value] of Object.entries(attributes)) span.setAttribute(name, value);
  const kind = String(attributes["error.type"]);
  const code = (error as { readonly code?: unknown } | null)?.code;
  span.recordException({ name: kind, code: typeof code === "string" ? code : "", message: kind });
  span.setStatus({ code: errorStatus, message: kind });
};

/** What ends the watching of one statement: its answer, or why there is none. */
type Done = (answer: Rows | null, error: unknown) => void;

/** Rows that came back; a write without RETURNING has none. */
const returnedRows = ({ way, mayWrite }: WatchedStatement, { rows, objects, count }: Rows): number =>
  way === "stream" || !mayWrite ? count : (objects?.length ?? rows.length);

/** What no convention has a name for; durations in seconds, sizes in bytes. */
const tellCosts = (span: Span, { connection, waited, decoded, bytesSent, bytesReceived }: WatchedStatement): void => {
  if (connection !== null) {
    span.setAttribute("petrel.connection.id", connection);
    span.setAttribute("petrel.connection.wait_time", waited / 1000);
  }
  if (decoded !== null) span.setAttribute("petrel.decode_time", decoded / 1000);
  if (bytesSent !== null) span.setAttribute("petrel.request.size", bytesSent);
  if (bytesReceived !== null) span.setAttribute("petrel.response.size", bytesReceived);
};

/**
 * Tells OpenTelemetry of every statement, until the returned function is called: a span `SELECT posts` below the span that is active where it was asked for, or
 * below its transaction's, and its duration in `db.client.operation.duration`. Values of parameters and messages of the database are in none of it. Throws `ConfigurationError`
 * where `@opentelemetry/api` is neither given nor installed.
 *
 *     const stop = await openTelemetry({ engine });
 */
export const openTelemetry = async <Context = unknown>(options: OpenTelemetryOptions<Context> = {}): Promise<() => void> => {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`openTelemetry() has no option '${unknown}'.${didYouMean(unknown, names)}`);
  const { engine, spans = true, transactions = spans, metrics = true, parameters = false } = options;
  const api = (options.api ?? (await loadApi())) as OpenTelemetryApi<Context>;
  const tracer = spans ? api.trace.getTracer(scope) : null;
  const inTransactions = transactions ? transactionSpans(api, scope, engine?.identity ?? null) : null;
  const histograms = metrics ? histogramsOf(api) : null;
  const began = (statement: WatchedStatement): { readonly context: Context | null; readonly done: Done } => {
    const attributes = statementAttributes(statement);
    const active = inTransactions === null ? api.context.active() : inTransactions.parentOf(statement);
    const name = String(attributes["db.query.summary"]);
    const withText = { ...attributes, ...textAttributes(statement, parameters) };
    const span = tracer?.startSpan(name, { kind: clientKind, attributes: withText }, active) ?? null;
    const startedAt = performance.now();
    const done: Done = (answer, error) => {
      const failure = answer === null ? errorAttributes(error) : {};
      const rows = answer === null ? null : returnedRows(statement, answer);
      histograms?.duration.record((performance.now() - startedAt) / 1000, { ...attributes, ...failure });
      if (rows !== null) histograms?.rows.record(rows, attributes);
      if (span === null) return;
      tellCosts(span, statement);
      if (rows !== null) span.setAttribute("db.response.returned_rows", rows);
      if (answer === null) tell(span, failure, error);
      span.end();
    };
    return { context: span === null ? null : api.trace.setSpan(active, span as never), done };
  };
  const stopStatements = intercept((statement, next) => {
    const { context, done } = began(statement);
    const failed = (error: unknown): never => {
      done(null, error);
      throw error;
    };
    try {
      const answer = context === null ? next() : api.context.with(context, next);
      if (answer instanceof Promise)
        return answer.then((given) => {
          done(given, null);
          return given;
        }, failed);
      done(answer, null);
      return answer;
    } catch (error) {
      return failed(error);
    }
  }, engine?.identity ?? null);
  const stopPool = metrics && engine !== undefined ? measurePool(api, engine) : null;
  return () => {
    stopStatements();
    inTransactions?.stop();
    stopPool?.();
  };
};
