/** Spans and metrics of OpenTelemetry, by the stable semantic conventions for databases, from the engine's one seam. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { Database } from "../../engine/database.ts";
import { intercept } from "../../engine/watching/interceptor.ts";
import type { WatchedStatement } from "../../engine/watching/watched-statement.ts";
import { clientKind, errorStatus, loadApi } from "./api.ts";
import type { Histogram, OpenTelemetryApi, Span } from "./api.ts";
import { watchPool } from "./pool-metrics.ts";
import { errorAttributes, statementAttributes, textAttributes } from "./statement-attributes.ts";

export interface OpenTelemetryOptions<Context = unknown> {
  /** What `import * as api from "@opentelemetry/api"` gave; loaded by itself unless said. */
  readonly api?: OpenTelemetryApi<Context> | undefined;
  /** Whose statements; those of every engine unless said. On PostgreSQL its pool is measured, too. */
  readonly engine?: Database | undefined;
  /** A span per statement. True unless said. */
  readonly spans?: boolean | undefined;
  /** Durations, and the pool of `engine`. True unless said. */
  readonly metrics?: boolean | undefined;
  /** Put the values of parameters, which may be anybody's secrets, into spans. False unless said. */
  readonly parameters?: boolean | undefined;
}

const names = ["api", "engine", "spans", "metrics", "parameters"];
/** Seconds, as the conventions advise. */
const boundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

const scope = "petrel";

const durations = (api: OpenTelemetryApi): Histogram =>
  api.metrics.getMeter(scope).createHistogram("db.client.operation.duration", {
    description: "Duration of database client operations.",
    unit: "s",
    advice: { explicitBucketBoundaries: boundaries },
  });

const tell = (span: Span, attributes: ReturnType<typeof errorAttributes>, error: unknown): void => {
  for (const [name, value] of Object.entries(attributes)) span.setAttribute(name, value);
  const kind = String(attributes["error.type"]);
  const code = (error as { readonly code?: unknown } | null)?.code;
  span.recordException({ name: kind, code: typeof code === "string" ? code : "", message: kind });
  span.setStatus({ code: errorStatus, message: kind });
};

/** What ends the watching of one statement. */
type Done = (error: unknown) => void;

/**
 * Tells OpenTelemetry of every statement, until the returned function is called: a span `SELECT posts` below the span that is active where it was asked for,
 * and its duration in `db.client.operation.duration`. Values of parameters and messages of the database are in none of it. Throws `ConfigurationError`
 * where `@opentelemetry/api` is neither given nor installed.
 *
 *     const stop = await openTelemetry({ engine });
 */
export const openTelemetry = async <Context = unknown>(options: OpenTelemetryOptions<Context> = {}): Promise<() => void> => {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`openTelemetry() has no option '${unknown}'.${didYouMean(unknown, names)}`);
  const { engine, spans = true, metrics = true, parameters = false } = options;
  const api = (options.api ?? (await loadApi())) as OpenTelemetryApi<Context>;
  const tracer = spans ? api.trace.getTracer(scope) : null;
  const histogram = metrics ? durations(api) : null;
  const began = (statement: WatchedStatement): { readonly context: Context | null; readonly done: Done } => {
    const attributes = statementAttributes(statement);
    const active = api.context.active();
    const name = String(attributes["db.query.summary"]);
    const withText = { ...attributes, ...textAttributes(statement, parameters) };
    const span = tracer?.startSpan(name, { kind: clientKind, attributes: withText }, active) ?? null;
    const startedAt = performance.now();
    const done: Done = (error) => {
      const failure = error === null ? {} : errorAttributes(error);
      histogram?.record((performance.now() - startedAt) / 1000, { ...attributes, ...failure });
      if (span === null) return;
      if (statement.connection !== null) span.setAttribute("petrel.connection.id", statement.connection);
      if (error !== null) tell(span, failure, error);
      span.end();
    };
    return { context: span === null ? null : api.trace.setSpan(active, span as never), done };
  };
  const stopStatements = intercept((statement, next) => {
    const { context, done } = began(statement);
    const failed = (error: unknown): never => {
      done(error);
      throw error;
    };
    try {
      const answer = context === null ? next() : api.context.with(context, next);
      if (answer instanceof Promise)
        return answer.then((given) => {
          done(null);
          return given;
        }, failed);
      done(null);
      return answer;
    } catch (error) {
      return failed(error);
    }
  }, engine?.identity ?? null);
  const stopPool = metrics && engine !== undefined ? watchPool(api, engine) : null;
  return () => {
    stopStatements();
    stopPool?.();
  };
};
