// Batches and COPY in sessions on PostgreSQL. What COPY itself does is in copy-and-listen.test.ts and features.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Engine,
  int,
  Model,
  type Session,
  sql,
  text,
  TransactionError,
  UniqueViolation,
  ValidationError,
} from "../../src/entry/index.ts";
import { sessionBatchSuite } from "../suites/session-batch-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

sessionBatchSuite({ name: "PostgreSQL", open });

class Line extends Model("copied_lines", { id: int().primaryKey(), content: text() }) {}

const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
  test(`COPY in a session ${title}`, async () => {
    await using engine = await open();
    await engine.createAll([Line]);
    await using session = engine.session();
    await body(session, engine);
  });
};
const contents = (runner: Pick<Session, "query">): Promise<string[]> => runner.query(Line).orderBy("content").column("content");
const csvOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  let csv = "";
  for await (const chunk of chunks) csv += Buffer.from(chunk).toString();
  return csv;
};

check("writes what is in hand first, sees what the transaction wrote, and is rolled back with it", async (session, engine) => {
  session.add(new Line({ id: 7, content: "in hand" }));
  assert.equal(await session.copyFrom(Line, [{ content: "copied" }]), 1);
  assert.deepEqual(await contents(session), ["copied", "in hand"]);
  assert.equal(await csvOf(session.copyTo(Line)), "id,content\n7,in hand\n1,copied\n");
  assert.deepEqual(await contents(engine), []);
  await session.rollback();
  assert.deepEqual(await contents(engine), []);
  await engine.transaction((tx) => tx.copyFrom(Line, [{ content: "kept" }]));
  assert.deepEqual(await contents(engine), ["kept"]);
});

check("fails alone: the transaction goes on without it", async (_session, engine) => {
  await engine.transaction(async (tx) => {
    await tx.insert(Line, { id: 1, content: "first" });
    await assert.rejects(
      tx.copyFrom(Line, [
        { id: 2, content: "a" },
        { id: 1, content: "b" },
      ]),
      UniqueViolation,
    );
    await assert.rejects(
      tx.copyFrom(
        Line,
        (function* () {
          yield { content: "a" };
          throw new Error("the source broke");
        })(),
      ),
      /the source broke/,
    );
    assert.deepEqual(await contents(tx), ["first"]);
  });
  assert.deepEqual(await contents(engine), ["first"]);
});

check("has the transaction for itself until it is done, and says so to whoever asks in between", async (_session, engine) => {
  await engine.transaction(async (tx) => {
    await tx.insertAll(Line, [{ content: "a" }, { content: "b" }]);
    const rows = async function* (): AsyncGenerator<{ content: string }> {
      for (const content of await contents(tx)) yield { content };
    };
    await assert.rejects(tx.copyFrom(Line, rows()), TransactionError);
    let asked = 0;
    for await (const _ of tx.copyTo(Line)) {
      await assert.rejects(contents(tx), TransactionError);
      asked++;
      break;
    }
    assert.equal(asked, 1);
    assert.deepEqual(await contents(tx), ["a", "b"]);
    assert.equal(await csvOf(tx.copyTo(Line, { format: "text" })), "1\ta\n2\tb\n");
  });
});

check("outside of a transaction takes rows from its own session, and commits by itself", async (session, engine) => {
  await session.insertAll(Line, [{ content: "a" }, { content: "b" }]);
  const rows = async function* (): AsyncGenerator<{ content: string }> {
    for await (const { content } of session.query(Line).stream()) yield { content: `${content}!` };
  };
  assert.equal(await session.copyFrom(Line, rows()), 2);
  assert.deepEqual(await contents(engine), ["a", "a!", "b", "b!"]);
});

check("stops for its signal while it waits for a lock, for its source, and for whoever reads", async (session, engine) => {
  await session.insert(Line, { content: "a" });
  const silent = async function* (): AsyncGenerator<{ content: string }> {
    yield { content: "b" };
    await new Promise(() => {});
  };
  {
    await using tx = await engine.session().begin();
    await assert.rejects(tx.copyFrom(Line, silent(), { timeout: 20 }), /did not end within 20 ms/);
    assert.deepEqual(await contents(tx), ["a"]);
    await tx.executeRaw("LOCK TABLE copied_lines IN ACCESS EXCLUSIVE MODE");
    await assert.rejects(session.copyFrom(Line, [{ content: "c" }], { timeout: 20 }), /did not end within 20 ms/);
    await assert.rejects(csvOf(session.copyTo(Line, { timeout: 20 })), /did not end within 20 ms/);
  }
  const stop = new AbortController();
  const reason = new Error("enough");
  await assert.rejects(async () => {
    for await (const _ of session.copyTo(Line, { signal: stop.signal })) stop.abort(reason);
  }, reason);
  assert.deepEqual(await contents(session), ["a"]);
});

class Sum extends Model("copied_sums", {
  id: int().primaryKey(),
  a: int(),
  note: text().nullable(),
  twice: int()
    .nullable()
    .generatedAs(sql`a * 2`),
}) {}

test("COPY leaves generated columns to the database, on its way out it has them, and a row that gives one is refused", async () => {
  await using engine = await open();
  await engine.createAll([Sum]);
  assert.equal(await engine.copyFrom(Sum, [{ a: 1 }, { a: 2, note: "x" }, { a: 3, note: null }]), 3);
  await using session = engine.session();
  await session.copyFrom(Sum, [{ a: 4 }]);
  assert.deepEqual(await engine.query(Sum).orderBy("id").column("twice"), [2, 4, 6, 8]);
  assert.equal((await csvOf(session.copyTo(Sum))).split("\n")[1], "1,1,,2");
  const error: unknown = await engine.copyFrom(Sum, [{ a: 5, twice: 1 } as { a: number }]).catch((reason: unknown) => reason);
  assert.ok(error instanceof ValidationError);
  assert.match(error.message, /^Row 1 of copyFrom\(\): Sum was not written: twice is computed by the database and takes no value\./);
});
