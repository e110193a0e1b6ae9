/** The monitor's page and its stream, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { get, type IncomingHttpHeaders } from "node:http";
import { after, before, describe, test } from "node:test";
import type { Engine } from "../../src/entry/index.ts";
import { serveMonitor, type Monitor } from "../../src/entry/observe.ts";
import type { Sample } from "../../src/observe/monitor/sample.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, User } from "../support/models.ts";
import type { WatchedEngine } from "./watching-suite.ts";

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends headers that `fetch` would not let anybody set. */
const ask = (url: string, headers: Record<string, string> = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    }).once("error", reject);
  });

const parts = ({ url }: Monitor): { readonly origin: string; readonly port: string; readonly key: string } => {
  const { origin, port, hash } = new URL(url);
  return { origin, port, key: hash.slice(1) };
};

/** Events until `isEnough`, and then no more. */
const follow = async (monitor: Monitor, isEnough: (sample: Sample) => boolean): Promise<Sample> => {
  const { origin, key } = parts(monitor);
  const stop = new AbortController();
  const response = await fetch(`${origin}/events`, { headers: { Authorization: `Bearer ${key}` }, signal: stop.signal });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  let text = "";
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const [name, data] = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        if (name !== "event: sample") continue;
        const sample = JSON.parse(data!.slice("data: ".length)) as Sample;
        if (isEnough(sample)) return sample;
      }
    }
  } finally {
    stop.abort();
  }
  throw new Error("The stream ended.");
};

export const monitorSuite = ({ name, open }: WatchedEngine): void => {
  describe(`the monitor on ${name}`, () => {
    let engine: Engine;
    let monitor: Monitor;
    before(async () => {
      engine = await open();
      await engine.createAll(blog);
      await fillBlog(engine);
      monitor = await serveMonitor(engine, { interval: 20, slowMs: 0 });
    });
    after(async () => {
      await monitor.close();
      await engine.close();
    });

    test("the page stands alone, allows its own script and style only, and holds no key", async () => {
      const { origin, key } = parts(monitor);
      const [page, again] = [await ask(`${origin}/`), await ask(`${origin}/`)];
      assert.equal(page.status, 200);
      const policy = String(page.headers["content-security-policy"]);
      const [, nonce] = /script-src 'nonce-([\w-]{24})'/.exec(policy)!;
      assert.match(
        policy,
        /^default-src 'none'; .*style-src 'nonce-.*connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      );
      assert.equal(page.text.includes(`<script nonce="${nonce}">`), true);
      assert.equal(String(again.headers["content-security-policy"]).includes(nonce!), false);
      assert.equal(
        /(?:src|href)=|https?:\/\/(?!www\.w3\.org\/2000\/svg)|style="| on\w+="/.test(page.text),
        false,
        "it loads something, or has what the policy refuses",
      );
      assert.equal(page.text.includes(key), false);
      assert.deepEqual(
        ["cache-control", "referrer-policy", "x-content-type-options", "cross-origin-resource-policy"].map(
          (header) => page.headers[header],
        ),
        ["no-store", "no-referrer", "nosniff", "same-origin"],
      );
    });

    test("figures are for whoever has the key, which is long, and another one for each monitor", async () => {
      const { origin, key } = parts(monitor);
      assert.match(key, /^[\w-]{32}$/);
      for (const wrong of ["", key.slice(1), `${key}x`, "é"]) {
        const headers: Record<string, string> = wrong === "" ? {} : { Authorization: `Bearer ${encodeURIComponent(wrong)}` };
        const { status, text } = await ask(`${origin}/events`, headers);
        assert.deepEqual([status, text], [401, "The key is missing or wrong: open the URL that the monitor gave.\n"]);
      }
      assert.equal((await ask(`${origin}/events?key=${key}`, { Authorization: `Bearer ${key}` })).status, 404);
      await using other = await serveMonitor(engine);
      assert.notEqual(parts(other).key, key);
      assert.equal((await ask(`${parts(other).origin}/events`, { Authorization: `Bearer ${key}` })).status, 401);
    });

    test("a name that is not its own is refused, whoever knows the key: no DNS server makes it one", async () => {
      const { origin, port, key } = parts(monitor);
      const authorised = { Authorization: `Bearer ${key}` };
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1",
        `127.0.0.1:${Number(port) + 1}`,
        `127.0.0.1.nip.io:${port}`,
      ]) {
        assert.equal((await ask(`${origin}/`, { Host: host })).status, 421, host);
        assert.equal((await ask(`${origin}/events`, { Host: host, ...authorised })).status, 421, host);
      }
      assert.equal((await ask(`${origin}/`, { Host: `localhost:${port}` })).status, 200);
      assert.equal((await fetch(`${origin}/`, { method: "POST" })).status, 405);
      assert.equal((await ask(`${origin}/../package.json`)).status, 404);
    });

    test("a sample shows throughput, latency, statements and failures of the process, without values", async () => {
      const asked = setInterval(() => void engine.query(User).filter({ email: "secret@example.com" }).all(), 5);
      await assert.rejects(engine.execute("SELECT nothing FROM nowhere"));
      try {
        const isBusy = ({ process: own }: Sample): boolean =>
          own!.latency !== null && own!.statements.some(({ sql, plan }) => sql.includes('"email"') && plan !== null);
        const sample = await follow(monitor, isBusy);
        const own = sample.process!;
        assert.equal(own.perSecond > 0 && own.latency!.p50 <= own.latency!.p95 && own.latency!.p95 <= own.latency!.max, true);
        const read = own.statements.find(({ sql }) => sql.includes('"email"'))!;
        assert.equal(read.calls > 0 && read.errors === 0 && read.meanMs <= read.maxMs! && read.totalMs > 0, true);
        assert.equal(own.statements.find(({ sql }) => sql.includes("nowhere"))!.errors, 1);
        assert.equal(JSON.stringify(own).includes("secret"), false);
        assert.equal(own.pool === null, engine.dialect.name === "sqlite");
        assert.equal(
          own.statements.some(({ sql }) => sql.includes("pg_stat_activity")),
          false,
          "the monitor's own statements are shown",
        );
      } finally {
        clearInterval(asked);
      }
    });

    test("PostgreSQL tells its sessions, and who waits for whom; SQLite has no server", async () => {
      if (engine.dialect.name === "sqlite") {
        const { server, failure } = await follow(monitor, () => true);
        assert.deepEqual([server, failure], [null, null]);
        return;
      }
      const holder = engine.newTransaction();
      const write = { values: [], writes: true, bigints: false, batched: false };
      await holder.send({ ...write, text: "UPDATE users SET name = name WHERE id = 1" });
      const waiting = engine.query(User).filter({ id: 1 }).update({ name: "Ann" });
      // Sessions and waits are asked one after the other: a sample may have begun before the transaction, and ended behind the update.
      const isWhole = ({ server: seen }: Sample): boolean =>
        seen !== null && seen.waiting.length > 0 && seen.sessions.idleInTransaction > 0;
      const { server, failure } = await follow(monitor, isWhole);
      await holder.rollback();
      await waiting;
      const [wait] = server!.waiting;
      assert.equal(failure, null);
      assert.match(wait!.statement, /^UPDATE "users"/);
      assert.match(wait!.holder!, /^idle in transaction for \d+ s, UPDATE users SET name = name WHERE id = 1$/);
      assert.equal(server!.sessions.limit > 0 && server!.sessions.idleInTransaction === 1 && wait!.seconds >= 0, true);
      assert.deepEqual([typeof server!.cacheHit, server!.statements], ["number", null]);
      const { server: later } = await follow(monitor, (sample) => sample.server !== null && sample.server.rates !== null);
      assert.equal(later!.rates!.commits >= 0, true);
    });

    test("it ends its streams when it is closed, and watches no more; options are checked", async () => {
      const own = await serveMonitor(engine, { interval: 10 });
      const { origin, key } = parts(own);
      const ended = ask(`${origin}/events`, { Authorization: `Bearer ${key}` });
      await new Promise((resolve) => setTimeout(resolve, 30));
      await own.close();
      await ended.catch(() => null);
      await assert.rejects(ask(`${origin}/`), { code: "ECONNREFUSED" });
      await assert.rejects(serveMonitor(engine, { prot: 1 } as object), { code: "E1001", message: /Did you mean 'port'/ });
      await assert.rejects(serveMonitor(engine, { port: 70_000 }), { code: "E1001" });
      await assert.rejects(serveMonitor(engine, { port: Number(parts(monitor).port) }), {
        code: "E1001",
        message: /cannot listen on 127\.0\.0\.1/,
      });
    });
  });
};
