// The documents' lines about watching, caching, configuring, measuring, migrating, files and columns, on both databases.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { tableFromIPC } from "apache-arrow";
import sharp from "sharp";
import { BenchmarkSuite, LoadTest } from "../../src/entry/bench.ts";
import { cached, cachedQuery } from "../../src/entry/cache.ts";
import { diskStore, file, FileManager, image, ImageProcessor } from "../../src/entry/files.ts";
import { connect, defineConfig, int, Model } from "../../src/entry/index.ts";
import { toIPC } from "../../src/entry/arrow.ts";
import { canonical, diff, introspect, snapshot } from "../../src/entry/migrate.ts";
import { AlertManager, configure, ConnectionMonitor, MemoryMonitor, PerformanceMonitor, QueryProfiler } from "../../src/entry/observe.ts";
import { petrelHere } from "../support/petrel-here.ts";
import { onEachDatabase } from "./databases.ts";
import { fillShop, Post, shop, User } from "./shop.ts";

const folder = mkdtempSync(join(tmpdir(), "petrel-acceptance-"));
after(() => rmSync(folder, { recursive: true }));

onEachDatabase("the documents' tools", shop, fillShop, ({ name, engine, newUrl }) => {
  test("Config(databases={'default': …}, performance={…}), connect(config), User.objects", async () => {
    const config = defineConfig({
      databases: { default: await newUrl(), analytics: await newUrl() },
      performance: {
        // connection_pool_size, max_overflow, pool_timeout, pool_recycle, pool_pre_ping; SQLite has one pool of its own kind
        ...(name === "PostgreSQL"
          ? {
              connectionPoolSize: 4,
              maxOverflow: 2,
              poolTimeout: 30,
              poolRecycle: 3600,
              poolPrePing: true,
              memoryPool: { size: 8, maxSize: 16, cleanupInterval: 300 },
            }
          : {}),
        queryCache: { enabled: true, ttl: 300, maxSize: 1000, evictionPolicy: "lru" },
      },
    });
    await using database = await connect(config);
    await database.createAll(shop);
    await fillShop(database);
    const people = (await User.objects.all()).length;
    assert.ok(people > 0);
    const before = database.statementCount;
    assert.equal((await User.objects.all()).length, people);
    assert.equal(database.statementCount, before, "the second time from the cache");
    await User.objects.create({ name: "New", email: "new@example.com" });
    assert.equal((await User.objects.all()).length, people + 1, "and never an old answer");
  });

  test("configure(debug=True, warn_on_n_plus_one=True)", async () => {
    const lines: string[] = [];
    const found: string[] = [];
    configure({
      debug: true,
      warnOnNPlusOne: true,
      onNPlusOne: ({ message }) => void found.push(message),
      logging: { write: (line) => void lines.push(line) },
    });
    try {
      const posts = await engine().query(Post).all();
      for (const post of posts) await engine().load(post, "author");
      assert.ok(posts.length >= 3);
    } finally {
      configure({});
    }
    assert.ok(lines.length > 0);
    assert.match(found.join("\n"), /^WARNING: N\+1 query detected - Post\.author accessed \d+ times$/m);
  });

  test("slow queries are logged with their time, and without values", async () => {
    const lines: string[] = [];
    configure({ logging: { slowQueryMs: 0.0001, write: (line) => void lines.push(line), format: "pretty" } });
    try {
      await engine().query(User).filter({ name: "secret-value" }).all();
      // The database's plan is asked for behind the statement, so the line comes a little later.
      while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      configure({});
    }
    assert.match(lines.join("\n"), /^Slow query \(\d+\.\d{3}s\): /m);
    assert.ok(!lines.join("\n").includes("secret-value"));
  });

  test("with QueryProfiler() as profiler: … profiler.report()", async () => {
    using profiler = new QueryProfiler();
    await engine().query(User).with("posts").all();
    profiler.stop();
    assert.match(profiler.report(), /^Query Profile:\n {2}Total queries: 2\n/);
  });

  test("profiler.profile('complex_user_query'), profiler.get_results()['complex_user_query']['duration']", async () => {
    const profiler = new QueryProfiler();
    await profiler.profile("complex_user_query", () =>
      engine().query(User).filter({ age__gte: 18, isActive: true }).orderBy("-createdAt").limit(100).all(),
    );
    const { duration, memory, queries } = profiler.getResults()["complex_user_query"]!;
    assert.ok(duration > 0 && memory >= 0);
    assert.equal(queries, 1);
  });

  test("monitor.track_query('user_creation'), monitor.get_metrics()['avg_query_time' | 'total_queries']", async () => {
    const monitor = new PerformanceMonitor();
    await monitor.trackQuery("user_creation", () => engine().session().insert(User, { name: "John", email: "john@example.com" }));
    const metrics = monitor.getMetrics();
    assert.ok(metrics.avg_query_time > 0);
    assert.equal(metrics.total_queries, 1);
    assert.equal(metrics.avgQueryTime, metrics.avg_query_time);
  });

  test("MemoryMonitor().track(), get_usage()", async () => {
    const monitor = new MemoryMonitor();
    await monitor.track(() => engine().query(User).all());
    assert.ok(monitor.getUsage() >= 0);
  });

  test("ConnectionMonitor().get_pool_status()['available' | 'total']", async () => {
    await engine().query(User).count();
    const status = new ConnectionMonitor(engine()).getPoolStatus();
    assert.ok(status.total >= 1 && status.available >= 0 && status.available <= status.total);
  });

  test("alerts for performance issues", async () => {
    const told: string[] = [];
    const alerts = new AlertManager({ engine: engine(), slowQueryMs: 0.0001 });
    alerts.on("alert", ({ kind }) => void told.push(kind));
    await engine().query(User).all();
    alerts.stop();
    assert.deepEqual(told, ["slowQuery"]);
  });

  test("@lru_cache get_user_cached(user_id), invalidate_user(user_id)", async () => {
    let asked = 0;
    const getUserCached = cached(
      async (id: number) => {
        asked++;
        return engine().query(User).filter({ id }).first();
      },
      { key: (id: number) => `user:${id}`, ttl: 60, max: 1000 },
    );
    const [first, second] = await Promise.all([getUserCached(1), getUserCached(1)]);
    assert.deepEqual([first?.id, second?.id, asked], [1, 1, 1]);
    getUserCached.invalidate("user:1");
    await getUserCached(1);
    assert.equal(asked, 2);
  });

  test("cached_query('daily_stats', fetch), CACHE_TTL = 60", async () => {
    let asked = 0;
    const fetch = (): Promise<number> => {
      asked++;
      return engine().query(User).count();
    };
    const key = `daily_stats:${name}`;
    const counts = [await cachedQuery(key, fetch), await cachedQuery(key, fetch, { ttl: 60 })];
    assert.equal(counts[0], counts[1]);
    assert.equal(asked, 1);
  });

  test("suite.benchmark('user_creation'), suite.run()['user_creation']['avg_time']", async () => {
    const suite = new BenchmarkSuite();
    suite.benchmark("user_query", () => engine().query(User).filter({ isActive: true }).limit(100).all());
    const results = await suite.run({ iterations: 3, warmup: 1 });
    assert.ok(results["user_query"]!.avg_time! > 0);
    assert.equal(results["user_query"]!.successRate, 1);
  });

  test("LoadTest(concurrency=…, duration=…, ramp_up_time=…).scenario(…).run(): throughput, avg_response_time", async () => {
    const load = new LoadTest({ concurrency: 4, duration: "200ms", rampUpTime: "50ms" });
    load.scenario("user_reads", () => engine().query(User).count());
    const { throughput, avg_response_time: mean, errorCount } = await load.run();
    assert.ok(throughput > 0 && mean! > 0);
    assert.equal(errorCount, 0);
  });

  test("benchmark performance --url --iterations --output; monitor start --url --interval", async () => {
    const cwd = mkdtempSync(join(folder, "cli-"));
    const url = name === "SQLite" ? `sqlite:${join(cwd, "app.db")}` : await newUrl();
    const output = join(cwd, "report.json");
    const benchmark = ["benchmark", "performance", "--url", url, "--iterations", "2", "--warmup", "0", "--output", output, "--json"];
    const measured = await petrelHere(benchmark, { cwd });
    assert.equal(measured.status, 0, measured.out + measured.err);
    const monitor = await petrelHere(["monitor", "start", "--url", url, "--interval", "10ms", "--count", "1", "--json"], { cwd });
    assert.equal(monitor.status, 0, monitor.err);
    assert.equal(typeof JSON.parse(monitor.out.split("\n")[0]!), "object");
  });

  test("to_arrow()", async () => {
    const table = await engine().query(User).orderBy("id").toArrow();
    assert.equal(table.numRows, await engine().query(User).count());
    const again = tableFromIPC(await toIPC(table));
    assert.deepEqual([...again.getChild("name")!], await engine().query(User).orderBy("id").column("name"));
  });

  test("migrations: the models against the database", async () => {
    const there = await introspect(engine());
    const { changes } = diff(there, await canonical(engine(), snapshot(engine(), shop)));
    assert.deepEqual(changes, []);
  });

  test("file operations: upload_to, max_size, allowed_extensions", async () => {
    class Upload extends Model("acceptance_uploads", {
      id: int().primaryKey(),
      attachment: file({
        store: diskStore(join(folder, name)),
        uploadTo: "uploads/",
        maxSize: 10 * 1024 * 1024,
        allowedExtensions: ["txt", "pdf"],
      }),
    }) {}
    await engine().createAll([Upload]);
    const files = FileManager.of(Upload, "attachment");
    const { id } = await engine().transaction(async (session) => {
      const attachment = await files.saveUpload({ name: "../../note.txt", body: "a note" }, { session });
      return session.insert(Upload, { attachment });
    });
    const { attachment } = await engine().query(Upload).get({ id });
    assert.equal(Buffer.from(await files.read(attachment)).toString(), "a note");
    assert.deepEqual([await files.exists(attachment), await files.size(attachment), attachment.name], [true, 6, "note.txt"]);
    assert.equal(await files.delete(attachment), true);
    await engine().dropAll([Upload]);
  });

  test("image processing: resize_to, create_thumbnail, thumbnail_size", async () => {
    class Avatar extends Model("acceptance_avatars", {
      id: int().primaryKey(),
      picture: image({
        store: diskStore(join(folder, name)),
        uploadTo: "images/",
        maxSize: "5MB",
        allowedFormats: ["jpg", "png", "gif", "webp"],
        resizeTo: { width: 400, height: 400 },
        createThumbnail: true,
        thumbnailSize: 150,
      }),
    }) {}
    await engine().createAll([Avatar]);
    const files = FileManager.of(Avatar, "picture");
    const body = await sharp({ create: { width: 800, height: 600, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    const picture = await files.saveUpload({ name: "me.png", body });
    await engine().session().insert(Avatar, { picture });
    assert.deepEqual([picture.width, picture.height, picture.thumbnail?.width], [400, 300, 150]);
    const soft = await new ImageProcessor().blur(await files.read(picture), 2);
    assert.equal((await new ImageProcessor().info(soft)).format, "png");
    await engine().dropAll([Avatar]);
  });
});
