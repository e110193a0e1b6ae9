/** Spans and metrics of OpenTelemetry, by its own SDK, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { after, before, describe, test } from "node:test";
import * as api from "@opentelemetry/api";
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  type MetricData,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { type Engine } from "../../src/entry/index.ts";
import { openTelemetry, type OpenTelemetryOptions } from "../../src/entry/observe.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Post, User } from "../support/models.ts";
import type { WatchedEngine } from "./watching-suite.ts";

const storage = new AsyncLocalStorage<api.Context>();
const contexts: api.ContextManager = {
  active: () => storage.getStore() ?? api.ROOT_CONTEXT,
  with: (context, work, self, ...args) => storage.run(context, () => work.apply(self, args)),
  bind: (_context, target) => target,
  enable: () => contexts,
  disable: () => contexts,
};

const exporter = new InMemorySpanExporter();
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 2 ** 30 });
let isSetUp = false;

/** Beside `create_time` and `timeouts`, which have values only when there was one. */
const measured = [
  "db.client.connection.count {connection}",
  "db.client.connection.idle.max {connection}",
  "db.client.connection.idle.min {connection}",
  "db.client.connection.max {connection}",
  "db.client.connection.pending_requests {request}",
  "db.client.connection.use_time s",
  "db.client.connection.wait_time s",
];

/** OpenTelemetry has one of each for a process. */
const setUp = (): void => {
  if (isSetUp) return;
  isSetUp = true;
  api.context.setGlobalContextManager(contexts);
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
};

/** What the metrics are when `work` is done, by name. */
export const metricsAfter = async (work: () => Promise<unknown>): Promise<ReadonlyMap<string, MetricData>> => {
  setUp();
  metricExporter.reset();
  await work();
  await reader.forceFlush();
  const metrics = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
  return new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
};

export const openTelemetrySuite = ({ name, open }: WatchedEngine): void => {
  describe(`OpenTelemetry on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      setUp();
      engine = await open();
      await engine.createAll(blog);
      await fillBlog(engine);
    });
    after(() => engine.close());

    /** The spans of what `work` asks for. */
    const spansOf = async (work: () => Promise<unknown>, options: OpenTelemetryOptions = {}): Promise<ReadableSpan[]> => {
      exporter.reset();
      const stop = await openTelemetry({ engine, ...options });
      await work().finally(stop);
      return exporter.getFinishedSpans();
    };

    test("a statement is a client span with the stable names, and without values", async () => {
      const [span, ...more] = await spansOf(() => engine.query(User).filter({ email: "ann@example.com" }).all());
      assert.deepEqual(more, []);
      assert.deepEqual([span!.name, span!.kind, span!.status.code], ["SELECT users", api.SpanKind.CLIENT, api.SpanStatusCode.UNSET]);
      const { attributes } = span!;
      assert.deepEqual(
        ["db.system.name", "db.operation.name", "db.collection.name", "db.query.summary"].map((key) => attributes[key]),
        [engine.dialect.name === "postgres" ? "postgresql" : "sqlite", "SELECT", "users", "SELECT users"],
      );
      assert.match(String(attributes["db.query.text"]), /^SELECT .* WHERE "email" = (?:\$1|\?)$/);
      assert.equal(JSON.stringify(attributes).includes("ann@"), false);
      if (engine.dialect.name === "postgres") {
        assert.match(String(attributes["db.namespace"]), /^scratch_\d+$/);
        assert.deepEqual([typeof attributes["server.address"], attributes["petrel.connection.id"]], ["string", 1]);
      }
      assert.equal(attributes["db.response.returned_rows"], 1);
      for (const key of ["petrel.connection.wait_time", "petrel.decode_time", "petrel.request.size", "petrel.response.size"])
        assert.equal(typeof attributes[key], engine.dialect.name === "postgres" ? "number" : "undefined", key);
    });

    test("values are told where they are asked for", async () => {
      const work = (): Promise<unknown> => engine.query(User).filter({ email: "ann@example.com" }).all();
      const [span] = await spansOf(work, { parameters: true });
      assert.equal(span!.attributes["db.query.parameter.0"], "ann@example.com");
    });

    /** The names of a span and of those above it: `SELECT posts < transaction < reads`. */
    const lineage = (spans: readonly ReadableSpan[], span: ReadableSpan): string => {
      const above = spans.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId);
      return above === undefined ? span.name : `${span.name} < ${lineage(spans, above)}`;
    };
    const lineages = (spans: readonly ReadableSpan[]): string[] =>
      spans
        .filter(({ kind }) => kind === api.SpanKind.CLIENT)
        .map((span) => lineage(spans, span))
        .toSorted();
    const tracer = api.trace.getTracer("test");
    const under = (label: string, work: () => Promise<unknown>): Promise<unknown> =>
      tracer.startActiveSpan(label, async (span) => {
        await work();
        span.end();
      });

    test("a span stands below the one that is active where it was asked for, also inside of transactions and side by side", async () => {
      const spans = await spansOf(() =>
        Promise.all([
          under("reads", () => engine.query(User).count()),
          under("writes", () => engine.transaction((session) => session.query(Post).count())),
        ]),
      );
      assert.deepEqual(lineages(spans), ["SELECT posts < transaction < writes", "SELECT users < reads"]);
    });

    test("a transaction is a span from its beginning to its end, which says how it ended; savepoints are none", async () => {
      const spans = await spansOf(() =>
        under("request", async () => {
          await engine.transaction(async (session) => {
            await under("step", () => session.query(Post).count());
            await session.transaction((inner) => inner.query(User).count());
          });
          await using begun = await engine.session().begin();
          await begun.query(User).count();
          await begun.rollback();
          await engine.query(User).count();
        }),
      );
      assert.deepEqual(lineages(spans), [
        "SELECT posts < step < transaction < request",
        "SELECT users < request",
        "SELECT users < transaction < request",
        "SELECT users < transaction < request",
      ]);
      const transactions = spans.filter(({ name: called }) => called === "transaction");
      assert.deepEqual(
        transactions.map(({ kind, attributes, status }) => [
          kind,
          attributes["petrel.transaction.outcome"],
          attributes["petrel.transaction.read_only"],
          attributes["db.system.name"],
          status.code,
        ]),
        ["committed", "rolled back"].map((outcome) => [
          api.SpanKind.INTERNAL,
          outcome,
          false,
          engine.dialect.name === "postgres" ? "postgresql" : "sqlite",
          api.SpanStatusCode.UNSET,
        ]),
      );
    });

    test("transactions: false leaves their spans out, and nobody else's database has any", async () => {
      const other = await open();
      const spans = await spansOf(() => under("request", () => engine.transaction((session) => session.query(Post).count())), {
        transactions: false,
      });
      assert.deepEqual(lineages(spans), ["SELECT posts < request"]);
      const others = await spansOf(() => other.transaction((session) => session.executeRaw("SELECT 1")));
      assert.deepEqual(others, []);
      await other.close();
    });

    test("a failure has its kind and the database's code, and no message of the database", async () => {
      const twice = (): Promise<unknown> => engine.session().insert(User, { name: "Ann", email: "ann@example.com" });
      const [span] = await spansOf(() => assert.rejects(twice(), { name: "UniqueViolation" }));
      assert.deepEqual(
        [span!.status, span!.attributes["error.type"], span!.attributes["db.response.status_code"], span!.name],
        [
          { code: api.SpanStatusCode.ERROR, message: "UniqueViolation" },
          "UniqueViolation",
          engine.dialect.name === "postgres" ? "23505" : undefined,
          "INSERT users",
        ],
      );
      assert.equal(span!.events[0]!.attributes!["exception.type"], "E2301");
      assert.equal(JSON.stringify([span!.attributes, span!.events]).includes("ann@"), false);
    });

    test("durations are a histogram of seconds with the advised buckets; a pool shows its connections", async () => {
      const stop = await openTelemetry({ engine, spans: false });
      exporter.reset();
      const found = await metricsAfter(async () => {
        await engine.query(User).count();
        await engine.transaction((session) => session.query(User).count());
      });
      stop();
      assert.deepEqual(exporter.getFinishedSpans(), []);
      const duration = found.get("db.client.operation.duration")!;
      const { buckets } = duration.dataPoints[0]!.value as Histogram;
      assert.deepEqual([duration.descriptor.unit, buckets.boundaries], ["s", [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]]);
      assert.equal(
        duration.dataPoints.some(
          ({ attributes }) => attributes["db.query.summary"] === "SELECT users" && attributes["db.query.text"] === undefined,
        ),
        true,
      );
      const rows = found.get("db.client.response.returned_rows")!;
      assert.equal(rows.descriptor.unit, "{row}");
      assert.deepEqual((rows.dataPoints[0]!.value as Histogram).buckets.boundaries.slice(0, 3), [1, 2, 5]);
      const states = found.get("db.client.connection.count")?.dataPoints.map(({ attributes }) => attributes["db.client.connection.state"]);
      const isPostgres = engine.dialect.name === "postgres";
      assert.deepEqual(states?.sort(), isPostgres ? ["idle", "used"] : undefined);
      const pool = [...found.values()].filter(({ descriptor }) => descriptor.name.startsWith("db.client.connection."));
      const always = pool.filter(({ descriptor }) => !/create_time|timeouts/.test(descriptor.name));
      assert.deepEqual(always.map(({ descriptor }) => `${descriptor.name} ${descriptor.unit}`).toSorted(), isPostgres ? measured : []);
      if (!isPostgres) return;
      const one = (called: string): unknown => found.get(`db.client.connection.${called}`)!.dataPoints[0]!.value;
      assert.deepEqual([one("idle.max"), one("idle.min"), one("max"), one("pending_requests")], [10, 1, 10, 0]);
      const { count, max } = one("wait_time") as Histogram;
      assert.equal(count >= 2 && max! < 30, true);
      assert.equal((one("use_time") as Histogram).count >= 2, true);
    });

    test("what is no option is named", async () => {
      await assert.rejects(openTelemetry({ span: true } as object), { code: "E1001", message: /Did you mean 'spans'/ });
    });
  });
};
