/** Spans and metrics of OpenTelemetry, by its own SDK, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { after, before, describe, test } from "node:test";
import * as api from "@opentelemetry/api";
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
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

/** OpenTelemetry has one of each for a process. */
const setUp = (): void => {
  if (isSetUp) return;
  isSetUp = true;
  api.context.setGlobalContextManager(contexts);
  api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
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

    test("a span stands below the one that is active where it was asked for, also inside of transactions and side by side", async () => {
      const tracer = api.trace.getTracer("test");
      const parents = new Map<string, string>();
      const under = (label: string, work: () => Promise<unknown>): Promise<unknown> =>
        tracer.startActiveSpan(label, async (span) => {
          parents.set(span.spanContext().spanId, label);
          await work();
          span.end();
        });
      const spans = await spansOf(() =>
        Promise.all([
          under("reads", () => engine.query(User).count()),
          under("transaction", () => engine.transaction((session) => session.query(Post).count())),
        ]),
      );
      const found = spans
        .filter((span) => span.kind === api.SpanKind.CLIENT)
        .map((span) => [span.name, parents.get(span.parentSpanContext?.spanId ?? "")]);
      assert.deepEqual(found.sort(), [
        ["SELECT posts", "transaction"],
        ["SELECT users", "reads"],
      ]);
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
      metricExporter.reset();
      exporter.reset();
      await engine.query(User).count();
      await reader.forceFlush();
      stop();
      assert.deepEqual(exporter.getFinishedSpans(), []);
      const metrics = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
      const found = new Map(metrics.map((metric) => [metric.descriptor.name, metric]));
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
      assert.deepEqual(states?.sort(), engine.dialect.name === "postgres" ? ["idle", "used"] : undefined);
    });

    test("what is no option is named", async () => {
      await assert.rejects(openTelemetry({ span: true } as object), { code: "E1001", message: /Did you mean 'spans'/ });
    });
  });
};
