/** What profilers, monitors and expectations see, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { type Engine, isPetrelError } from "../../src/entry/index.ts";
import {
  AlertManager,
  configure,
  expectQueries,
  noNPlusOne,
  PerformanceMonitor,
  QueryProfiler,
  type Alert,
  type NPlusOne,
} from "../../src/entry/observe.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Post, User } from "../support/models.ts";
import type { WatchedEngine } from "./watching-suite.ts";

export const observingSuite = ({ name, open }: WatchedEngine): void => {
  describe(`profilers and expectations on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll(blog);
      await fillBlog(engine);
    });
    after(() => engine.close());
    afterEach(() => configure({}));

    const loadOneByOne = async (): Promise<void> => {
      const posts = await engine.query(Post).orderBy("id").all();
      for (const post of posts) await engine.load(post, "author");
    };

    test("a profiler reports as the seed does", async () => {
      using profiler = new QueryProfiler();
      await engine.query(User).with("posts").all();
      profiler.stop();
      await engine.query(User).count();
      assert.match(
        profiler.report(),
        engine.dialect.name === "postgres"
          ? /^Query Profile:\n {2}Total queries: 2\n {2}Total time: \d+\.\dms\n {2}Slowest: SELECT [^\n]+ \(\d+\.\dms\)\n {2}Waited: \d+\.\dms, ran: \d+\.\dms, decoded: \d+\.\dms\n {2}Bytes: \d+ B sent, [\d.]+ k?B received$/
          : /^Query Profile:\n {2}Total queries: 2\n {2}Total time: \d+\.\dms\n {2}Slowest: SELECT [^\n]+ \(\d+\.\dms\)$/,
      );
      assert.equal(profiler.totalQueries, 2);
      assert.deepEqual(
        profiler.queries.map(({ model, rows, failed }) => [model, rows, failed]),
        [
          ["User", 3, false],
          ["Post", 4, false],
        ],
      );
      assert.equal(profiler.totalTime >= Math.max(...profiler.queries.map(({ duration }) => duration)), true);
    });

    test("a profiler is JSON: sums, and each query with what its time was spent on", async () => {
      const { profiler } = await QueryProfiler.run(() => engine.query(User).filter({ email: "ann@example.com" }).all());
      const text = JSON.stringify(profiler);
      const told = JSON.parse(text) as ReturnType<QueryProfiler["toJSON"]>;
      assert.equal(text.includes("ann@"), false);
      const [query] = told.queries;
      assert.deepEqual([told.totalQueries, told.slowest, told.queries.length], [1, query, 1]);
      const isPostgres = engine.dialect.name === "postgres";
      for (const { waited, ran, decoded, bytesSent, bytesReceived } of [told, query!]) {
        assert.equal(ran > 0 && waited >= 0, true);
        assert.deepEqual(
          [decoded, bytesSent, bytesReceived].map((cost) => typeof cost),
          Array.from({ length: 3 }, () => (isPostgres ? "number" : "object")),
        );
      }
      assert.equal(Math.abs(query!.waited + query!.ran + (query!.decoded ?? 0) - query!.duration) < 0.001, true);
    });

    test("a profiler that is given the work sees nothing of what runs beside it", async () => {
      const [one, two] = await Promise.all([
        QueryProfiler.run(async () => {
          await engine.query(User).all();
          await sleep(5);
          return engine.query(User).count();
        }),
        QueryProfiler.run(() => engine.query(Post).all()),
      ]);
      assert.deepEqual([one.profiler.totalQueries, one.result], [2, 3]);
      assert.deepEqual([two.profiler.totalQueries, two.result.length], [1, 4]);
    });

    test("a profiler times work by name, and counts what failed", async () => {
      const profiler = new QueryProfiler();
      await profiler.profile("complex_user_query", () => engine.query(User).filter({ age__gte: 18 }).all());
      await profiler.profile("complex_user_query", () => engine.query(User).count());
      await assert.rejects(profiler.profile("failing", () => engine.execute("SELECT nothing FROM nowhere")));
      await engine.query(User).count();
      const results = profiler.getResults();
      assert.deepEqual(Object.keys(results), ["complex_user_query", "failing"]);
      const { duration, memory, queries, runs, totalDuration, queryTime } = results["complex_user_query"]!;
      assert.deepEqual([queries, runs], [1, 2]);
      assert.equal(duration > 0 && duration >= queryTime && totalDuration > duration && memory >= 0, true);
      assert.deepEqual(
        profiler.queries.map(({ failed }) => failed),
        [false, false, true],
      );
    });

    test("profilers inside each other both see what the inner one does", async () => {
      const { profiler, result } = await QueryProfiler.run(async () => {
        await engine.query(User).count();
        return QueryProfiler.run(() => engine.query(User).count());
      });
      assert.deepEqual([profiler.totalQueries, result.profiler.totalQueries], [2, 1]);
    });

    test("a performance monitor counts work and what it sent, failures too", async () => {
      const monitor = new PerformanceMonitor({ slowMs: 10_000 });
      await monitor.trackQuery("user_query", () => engine.query(User).with("posts").all());
      await assert.rejects(
        monitor.trackQuery("failing", () => Promise.reject(new RangeError("no"))),
        new RangeError("no"),
      );
      {
        using _ = monitor.trackQuery("user_query");
        await engine.query(User).count();
      }
      const metrics = monitor.getMetrics();
      const { total_queries, totalQueries, statements, errors, slow } = metrics;
      assert.deepEqual(
        { total_queries, totalQueries, statements, errors, slow },
        { total_queries: 3, totalQueries: 3, statements: 3, errors: 1, slow: 0 },
      );
      assert.equal(metrics.avg_query_time, metrics.avgQueryTime);
      assert.equal(metrics.avgQueryTime > 0 && metrics.p50 <= metrics.p95 && metrics.p95 <= metrics.p99, true);
      assert.deepEqual([metrics.byName["user_query"]?.runs, metrics.byName["user_query"]?.statements], [2, 3]);
    });

    test("alerts tell of slow statements, without values, until they are stopped", async () => {
      const heard: Alert[] = [];
      const alerts = new AlertManager({ slowQueryMs: 0 });
      alerts.on("alert", (alert) => heard.push(alert));
      await engine.query(User).filter({ email: "secret@example.com" }).all();
      await sleep(1);
      alerts.stop();
      await engine.query(User).count();
      await sleep(1);
      assert.deepEqual(
        heard.map(({ kind, threshold }) => [kind, threshold]),
        [["slowQuery", 0]],
      );
      assert.match(heard[0]!.message, /^Slow query \(\d\.\d{3}s\): SELECT /);
      assert.equal(JSON.stringify(heard).includes("secret"), false);
    });

    test("alerts tell of the heap once, and again when it is below the threshold", async () => {
      const heard: string[] = [];
      using alerts = new AlertManager({ highMemory: 0, hysteresis: 0 });
      alerts.on("alert", ({ kind }) => heard.push(kind));
      alerts.check();
      alerts.check();
      await sleep(1);
      assert.deepEqual(heard, ["highMemory"]);
      assert.throws(() => new AlertManager({ highMemory: 80 }), { code: "E1001" });
    });

    test("expectQueries gives what the work gives, and lists what it sent otherwise", async () => {
      assert.equal((await expectQueries(2, () => engine.query(User).with("posts").all())).length, 3);
      await expectQueries(0, () => 1);
      await assert.rejects(
        expectQueries(1, () =>
          engine
            .query(User)
            .filter({ email: "secret@example.com" })
            .with("posts")
            .all()
            .then(() => engine.query(User).count()),
        ),
        (error) => {
          assert.ok(isPetrelError(error) && error instanceof Error);
          assert.equal(error.code, "E1802");
          assert.match(error.message, /^1 query was expected, and 2 sent:\n {2}1\. SELECT .*\n {2}2\. SELECT /);
          assert.equal(error.message.includes("secret"), false);
          return true;
        },
      );
    });

    test("noNPlusOne throws for a relation that is loaded object by object, and says what to do", async () => {
      await assert.rejects(noNPlusOne(loadOneByOne), { code: "E1801", message: /Post\.author accessed 4 times\n.*\.with\("author"\)/ });
      await noNPlusOne(async () => {
        const posts = await engine.query(Post).with("author").all();
        await engine.load(posts, "comments");
      });
      await noNPlusOne(loadOneByOne, { threshold: 5 });
    });

    test("noNPlusOne throws for rows that are read one by one, and not for one row that is read often", async () => {
      const one = (id: number): Promise<User | null> => engine.query(User).filter({ id }).first();
      await assert.rejects(
        noNPlusOne(async () => {
          for (const id of [1, 2, 3]) await one(id);
        }),
        { code: "E1801", message: /User accessed 3 times/ },
      );
      await noNPlusOne(async () => {
        for (const id of [1, 1, 1, 1, 2]) await one(id);
      });
    });

    test("configure({ warnOnNPlusOne }) warns once, with the last count, in the seed's words", async () => {
      const lines: string[] = [];
      configure({ warnOnNPlusOne: true, logging: { format: "pretty", write: (line) => lines.push(line) } });
      await loadOneByOne();
      assert.equal(lines.length, 0);
      await sleep(250);
      assert.equal(lines.length, 1);
      assert.equal(lines[0]!.split("\n")[0], "WARNING: N+1 query detected - Post.author accessed 4 times");
      assert.match(lines[0]!, /\.with\("author"\)/);
    });

    test("what unrelated callers ask for side by side is no N+1; what one of them asks for in a loop is", async () => {
      const found: NPlusOne[] = [];
      configure({ warnOnNPlusOne: true, onNPlusOne: (each) => found.push(each) });
      const one = (id: number): Promise<User | null> => engine.query(User).filter({ id }).first();
      /** As a server calls a handler: from nobody's flow. */
      const handled = (handle: () => Promise<unknown>): Promise<unknown> =>
        new Promise((resolve) => setTimeout(() => resolve(handle()), 1));
      await Promise.all([1, 2, 3, 1, 2, 3].map((id) => handled(() => one(id))));
      await sleep(250);
      assert.deepEqual(found, []);
      const loop = handled(async () => {
        for (const id of [1, 2, 3]) await one(id);
      });
      await Promise.all([loop, ...[1, 2, 3].map((id) => handled(() => one(id)))]);
      configure({});
      assert.deepEqual(
        found.map(({ subject, count }) => [subject, count]),
        [["User", 3]],
      );
    });

    test("configure({ onNPlusOne }) throws at the threshold, or calls a function", async () => {
      configure({ warnOnNPlusOne: true, onNPlusOne: "throw", nPlusOneThreshold: 2 });
      await assert.rejects(loadOneByOne(), { code: "E1801", message: /Post\.author accessed 2 times/ });
      const found: NPlusOne[] = [];
      configure({ warnOnNPlusOne: true, onNPlusOne: (each) => found.push(each) });
      await loadOneByOne();
      configure({});
      assert.deepEqual(
        found.map(({ subject, count }) => [subject, count]),
        [["Post.author", 4]],
      );
    });

    test("the query log shows statements and failures, and values only where it is told to", async () => {
      const lines: string[] = [];
      const write = (line: string): unknown => lines.push(line);
      configure({ debug: true, logging: { format: "json", write } });
      await engine.query(User).filter({ email: "ann@example.com" }).all();
      await assert.rejects(engine.execute("SELECT nothing FROM nowhere WHERE 'ann@example.com' = ''"));
      const [read, failed] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual([read?.["message"], read?.["rows"], read?.["model"], read?.["parameters"]], ["query", 1, "User", undefined]);
      assert.equal(lines[0]!.includes("ann@"), false);
      const isPostgres = engine.dialect.name === "postgres";
      for (const name of ["waitedMs", "decodedMs", "bytesSent", "bytesReceived", "connection"])
        assert.equal(typeof read?.[name], isPostgres ? "number" : "undefined");
      assert.match(String(failed?.["error"]), /^\w+ E2\d{3}$/);
      lines.length = 0;
      configure({ logging: { queries: true, parameters: true, format: "pretty", write } });
      await engine.query(User).filter({ email: "ann@example.com" }).all();
      assert.match(lines[0]!, /^SELECT .* \["ann@example\.com"\] .*\(\d+\.\dms, 1 row\)/);
    });

    test("a slow statement is logged with the database's plan for it", async () => {
      const lines: string[] = [];
      configure({ logging: { slowQueryMs: 0, format: "pretty", write: (line) => lines.push(line) } });
      await engine.query(User).filter({ name: "Ann" }).all();
      for (let turn = 0; lines.length === 0 && turn < 200; turn++) await sleep(5);
      const [first, ...plan] = lines.join("\n").split("\n");
      assert.match(first!, /^Slow query \(\d\.\d{3}s\): SELECT /);
      assert.match(plan.join("\n"), /SCAN users|Seq Scan on users/);
      assert.equal(lines.join("\n").includes("Ann"), false, "the plan shows the value of a parameter");
    });

    test("configure names the option that it does not know", () => {
      assert.throws(() => configure({ warnOnNPlusOn: true } as object), { code: "E1001", message: /Did you mean 'warnOnNPlusOne'/ });
      assert.throws(() => configure({ logging: { slowQueryMs: Number.NaN } }), { code: "E1001" });
      assert.throws(() => configure({ nPlusOneThreshold: 1 }), { code: "E1001" });
    });
  });
};
