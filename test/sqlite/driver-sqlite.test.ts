/** What only the SQLite driver does, on both libraries. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { BoundValue } from "../../src/base/bound-value.ts";
import {
  CheckViolation,
  ConfigurationError,
  ConnectionError,
  DatabaseBusy,
  DatabaseClosed,
  DatatypeMismatch,
  ForeignKeyViolation,
  NotNullViolation,
  QueryError,
  TransactionError,
  UniqueViolation,
} from "../../src/base/errors.ts";
import type { PetrelError } from "../../src/base/errors.ts";
import type { Driver } from "../../src/driver/driver.ts";
import type { SqliteOptions } from "../../src/driver/sqlite/sqlite.ts";
import { openSqlite } from "../../src/driver/sqlite/sqlite.ts";
import { failure, request, run, turn } from "../suites/driver-suite.ts";

const directory = mkdtempSync(join(tmpdir(), "petrel sqlite ü-"));
after(() => rmSync(directory, { recursive: true }));
const urlOf = (name: string): string => `sqlite:${encodeURI(join(directory, name))}`;

const fill = (driver: Driver, rows: number): Promise<unknown> =>
  run(
    driver,
    "INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, 'row ' || i FROM n",
    [rows],
    {
      writes: true,
    },
  );

for (const library of ["node:sqlite", "better-sqlite3"] as const) {
  let opened = 0;
  const check = (title: string, options: Partial<SqliteOptions>, body: (driver: Driver, url: string) => Promise<void>): void => {
    const url = options.url ?? urlOf(`${library.slice(0, 4)}${++opened}.db`);
    test(`${library}: ${title}`, async () => {
      const driver = await openSqlite({ driver: library, ...options, url });
      try {
        await run(driver, "CREATE TABLE numbers (i INTEGER PRIMARY KEY, name TEXT NOT NULL)");
        await body(driver, url);
      } finally {
        await driver.close();
      }
    });
  };

  check("a whole number is stored as an integer, everything else as it looks", {}, async (driver) => {
    const typeOf = async (value: BoundValue): Promise<unknown> => (await run(driver, "SELECT typeof(?), ?", [value, value])).rows[0];
    assert.deepEqual(await typeOf(1), ["integer", 1]);
    assert.deepEqual(await typeOf(2 ** 53 - 1), ["integer", 2 ** 53 - 1]);
    assert.deepEqual(await typeOf(1.5), ["real", 1.5]);
    assert.deepEqual(await typeOf(1e300), ["real", 1e300]);
    assert.deepEqual(await typeOf(-0), ["real", -0]);
    assert.deepEqual(await typeOf(Number.POSITIVE_INFINITY), ["real", Number.POSITIVE_INFINITY]);
    assert.deepEqual(await typeOf(true), ["integer", 1]);
    assert.deepEqual(await typeOf(false), ["integer", 0]);
    assert.deepEqual(await typeOf("ünï 🐦"), ["text", "ünï 🐦"]);
    assert.deepEqual(await typeOf(null), ["null", null]);
    const [type, bytes] = (await typeOf(new Uint8Array([0, 255]))) as [string, Uint8Array];
    assert.deepEqual([type, [...bytes]], ["blob", [0, 255]]);
    assert.deepEqual((await run(driver, "SELECT typeof(?), ?", [2n ** 63n - 1n, -(2n ** 63n)], { bigints: true })).rows, [
      ["integer", -(2n ** 63n)],
    ]);
    for (const value of [2n ** 63n, new Date(0), [1]]) assert.ok((await failure(() => typeOf(value))) instanceof QueryError);
  });

  check("an integer beyond 2^53 is read whole as bigint, and never rounded", {}, async (driver) => {
    const big = 2n ** 53n + 1n;
    assert.deepEqual((await run(driver, "SELECT ?, 1, 1.5, 'x'", [big], { bigints: true })).rows, [[big, 1n, 1.5, "x"]]);
    for (const options of [{}, { batched: true }, { writes: true }]) {
      const error = await failure(() => run(driver, "SELECT ?, 'secret'", [big], options));
      assert.ok(error instanceof QueryError && /2\^53/.test(error.message) && !error.message.includes(String(big)));
    }
    const returning = await failure(() => run(driver, "INSERT INTO numbers VALUES (?, 'a') RETURNING i", [big]));
    assert.ok(returning instanceof QueryError);
    assert.equal((await run(driver, "SELECT count(*) FROM numbers")).rows[0]![0], 1, "ran once");
    const stream = async (): Promise<void> => {
      for await (const _ of driver.stream(request("SELECT i FROM numbers"), 10));
    };
    assert.ok((await failure(stream)) instanceof QueryError);
    assert.deepEqual((await run(driver, "SELECT 1e300, -1e17, 1")).rows, [[1e300, -1e17, 1]]);
    assert.deepEqual((await run(driver, "SELECT 1")).rows, [[1]], "bigints of the statement before do not stay");
  });

  check("constraint errors know their constraint, table and columns, and never the values", {}, async (driver) => {
    await run(driver, "CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT");
    await run(
      driver,
      "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT, age INTEGER CONSTRAINT adult CHECK (age >= 18), " +
        "parent INTEGER REFERENCES parents, UNIQUE (email, name)) STRICT",
    );
    const insert = (email: unknown, name: unknown, age: unknown, parent: unknown): Promise<PetrelError> =>
      failure(() =>
        run(driver, "INSERT INTO users (email, name, age, parent) VALUES (?, ?, ?, ?)", [email, name, age, parent] as BoundValue[]),
      ) as Promise<PetrelError>;
    await run(driver, "INSERT INTO users (email, name) VALUES ('secret@x', 'Ada')");

    const unique = await insert("secret@x", "Ada", 20, null);
    assert.ok(unique instanceof UniqueViolation);
    assert.deepEqual([unique.table, unique.columns, unique.constraint], ["users", ["email", "name"], "users.email, users.name"]);
    await run(driver, "CREATE UNIQUE INDEX by_lower ON users (lower(email))");
    const byIndex = await insert("SECRET@x", "Eve", 20, null);
    assert.ok(byIndex instanceof UniqueViolation);
    assert.equal(byIndex.constraint, "by_lower");
    const key = (await failure(() => run(driver, "INSERT INTO users (id, email) VALUES (1, 'y')"))) as PetrelError;
    assert.ok(key instanceof UniqueViolation);
    assert.deepEqual([key.table, key.column], ["users", "id"]);
    const notNull = await insert(null, "Eve", 20, null);
    assert.ok(notNull instanceof NotNullViolation);
    assert.deepEqual([notNull.table, notNull.column], ["users", "email"]);
    const checked = await insert("e", "Eve", 3, null);
    assert.ok(checked instanceof CheckViolation);
    assert.equal(checked.constraint, "adult");
    assert.ok((await insert("e", "Eve", 20, 77)) instanceof ForeignKeyViolation);
    const mismatch = await insert("e", "Eve", "secret", null);
    assert.ok(mismatch instanceof DatatypeMismatch);
    assert.deepEqual([mismatch.table, mismatch.column], ["users", "age"]);
    for (const error of [unique, byIndex, notNull, checked, mismatch]) {
      assert.ok(!/secret@x|'secret'/i.test(error.message), error.message);
      assert.ok(error.cause instanceof Error);
    }
  });

  check("a syntax error says where, when the word stands only once", {}, async (driver) => {
    const error = (await failure(() => run(driver, "SELECT i FRM numbers WHERE i = ?", [1]))) as QueryError;
    assert.ok(error instanceof QueryError);
    assert.equal(error.position, 14);
  });

  check("functions for text and JSON work beyond ASCII and pass NULL on", {}, async (driver) => {
    const value = async (text: string, values: BoundValue[] = []): Promise<unknown> =>
      (await run(driver, `SELECT ${text}`, values)).rows[0]![0];
    assert.equal(await value("petrel_lower('ÄÖ')"), "äö");
    assert.equal(await value("petrel_upper('äö')"), "ÄÖ");
    assert.equal(await value("'Straße' REGEXP '^s'"), 0);
    assert.equal(await value("regexp_i('^s', 'Straße')"), 1);
    assert.equal(await value("petrel_json(?)", ['{"b":1,"a":[{"d":1,"c":2}]}']), '{"a":[{"c":2,"d":1}],"b":1}');
    assert.equal(await value("petrel_json_contains(?, ?)", ['{"a":[1,2]}', '{"a":[2]}']), 1);
    for (const call of [
      "petrel_lower(NULL)",
      "petrel_upper(NULL)",
      "petrel_json(NULL)",
      "petrel_json('{')",
      "regexp(NULL, 'a')",
      "regexp('a', NULL)",
    ]) {
      assert.equal(await value(call), null, call);
    }
    const error = await failure(() => value("regexp(?, 'a')", ["(secret"]));
    assert.ok(error instanceof QueryError && !error.message.includes("secret"));
  });

  check("settings are as promised, and as asked for", {}, async (driver, url) => {
    const settings = async (asked: Driver): Promise<unknown[]> => {
      const names = ["journal_mode", "foreign_keys", "synchronous", "trusted_schema", "cache_size", "user_version"];
      return Promise.all(names.map(async (name) => (await run(asked, `PRAGMA ${name}`)).rows[0]![0]));
    };
    assert.deepEqual(await settings(driver), ["wal", 1, 1, 0, -16384, 0]);
    await driver.close();
    const other = await openSqlite({
      driver: library,
      url,
      journalMode: "delete",
      foreignKeys: false,
      synchronous: "full",
      cacheSize: 100,
      pragmas: { user_version: 7 },
    });
    assert.deepEqual(await settings(other), ["delete", 0, 2, 0, 100, 7]);
    await other.close();
    for (const wrong of [
      { journalMode: "wal; DROP" },
      { pragmas: { "x; DROP": 1 } },
      { pragmas: { user_version: "1; DROP" } },
      { readers: -1 },
      { driver: "sqlite" },
    ]) {
      assert.ok((await failure(() => openSqlite({ url, ...(wrong as object) }))) instanceof ConfigurationError, JSON.stringify(wrong));
    }
  });

  check("double quotes never make a string, and extensions stay out", {}, async (driver) => {
    assert.ok((await failure(() => run(driver, 'SELECT "nope"'))) instanceof QueryError);
    assert.ok((await failure(() => run(driver, "SELECT load_extension('x')"))) instanceof QueryError);
  });

  check("a reader beside a transaction cannot write, whatever it is told", {}, async (driver) => {
    const writer = await driver.reserve({ write: true });
    const error = await failure(() => run(driver, "INSERT INTO numbers VALUES (1, 'a')", [], { writes: false }));
    writer.release();
    assert.ok(error instanceof QueryError);
    assert.deepEqual((await run(driver, "SELECT * FROM numbers")).rows, []);
  });

  check("a temporary table is found also while a transaction is open", {}, async (driver) => {
    await run(driver, "CREATE TEMP TABLE mine AS SELECT 1 AS one");
    const reserved = await driver.reserve({ write: true });
    const read = run(driver, "SELECT one FROM mine");
    await turn();
    reserved.release();
    assert.deepEqual((await read).rows, [[1]]);
  });

  check("300,000 rows come whole and consistent while timers tick and a writer writes", {}, async (driver) => {
    await fill(driver, 300_000);
    let ticks = 0;
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      ticks++;
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    for (let round = 0; round < 2; round++) {
      const reading = run(driver, "SELECT i, name FROM numbers ORDER BY i", [], { batched: true });
      await turn();
      await run(driver, "UPDATE numbers SET name = 'changed' WHERE i > 299000");
      const { rows, count } = await reading;
      assert.equal(count, 300_000);
      assert.equal(
        rows.every(([i], index) => i === index + 1),
        true,
      );
      const changed = rows.filter(([, name]) => name === "changed").length;
      assert.equal(changed, round === 0 ? 0 : 1_000);
    }
    clearInterval(timer);
    assert.ok(ticks > 20, `${ticks} ticks`);
  });

  for (const [where, options] of [
    ["in memory", { url: "sqlite::memory:" }],
    ["without WAL", { journalMode: "delete" }],
  ] as const) {
    check(`a large read ${where} keeps writers waiting until it is whole`, options, async (driver) => {
      await fill(driver, 50_000);
      const reading = run(driver, "SELECT i, name FROM numbers", [], { batched: true });
      const writing = run(driver, "UPDATE numbers SET name = 'changed'");
      const { rows } = await reading;
      assert.equal(rows.length, 50_000);
      assert.equal(rows.filter(([, name]) => name === "changed").length, 0);
      assert.equal((await writing).count, 50_000);
    });
  }

  check("a batched read gives the same rows for every kind of text, small and large", {}, async (driver) => {
    await fill(driver, 12_000);
    const texts = [
      "SELECT i FROM numbers ORDER BY i DESC",
      "SELECT i FROM numbers ORDER BY i LIMIT 10500",
      "SELECT i FROM numbers UNION ALL SELECT -i FROM numbers ORDER BY 1",
      "WITH n AS (SELECT i FROM numbers) SELECT i FROM n -- the end",
      "SELECT i FROM numbers /* the end */",
      "SELECT i FROM numbers /* open",
      "SELECT i, '/*' FROM numbers",
      "SELECT i FROM numbers;",
      "VALUES (1), (2)",
      "PRAGMA table_info(numbers)",
      "EXPLAIN SELECT i FROM numbers",
      "SELECT i FROM numbers WHERE i < 0",
    ];
    for (const text of texts) {
      const expected = (await run(driver, text)).rows;
      for (let round = 0; round < 3; round++) assert.deepEqual((await run(driver, text, [], { batched: true })).rows, expected, text);
    }
    const by = "SELECT i FROM numbers WHERE i <= ? ORDER BY i";
    for (const limit of [5, 10_000, 10_001, 12_000, 3, 10_000, 0]) {
      assert.equal((await run(driver, by, [limit], { batched: true })).rows.length, limit);
    }
    const tooFew = await failure(() => run(driver, "SELECT i FROM numbers WHERE i = ? /*", [], { batched: true }));
    assert.ok(tooFew instanceof QueryError);
  });

  check("10,000 rows of a batched read are there at once", {}, async (driver) => {
    await fill(driver, 10_000);
    const answer = driver.run(request("SELECT i, name FROM numbers", [], { batched: true }));
    assert.ok(!(answer instanceof Promise));
    assert.equal(answer.rows.length, 10_000);
  });

  check("an aborted batched read stops at the next batch and frees its connection", { url: "sqlite::memory:" }, async (driver) => {
    await fill(driver, 50_000);
    const abort = new AbortController();
    const reason = new Error("enough");
    const reading = failure(() => run(driver, "SELECT i FROM numbers", [], { batched: true, signal: abort.signal }));
    await turn();
    abort.abort(reason);
    assert.equal(await reading, reason);
    assert.equal((await run(driver, "DELETE FROM numbers")).count, 50_000);
  });

  check("calls of one transaction wait for its own stream, and no longer than its end", {}, async (driver) => {
    await fill(driver, 10);
    const reserved = await driver.reserve({ write: true });
    await run(reserved, "BEGIN IMMEDIATE");
    const stream = reserved.stream(request("SELECT i FROM numbers"), 3)[Symbol.asyncIterator]();
    assert.equal((await stream.next()).value!.rows.length, 3);
    const waiting = run(reserved, "DELETE FROM numbers");
    await turn();
    await stream.return?.();
    assert.equal((await waiting).count, 10);
    const second = reserved.stream(request("SELECT 1 UNION ALL SELECT 2"), 1)[Symbol.asyncIterator]();
    await second.next();
    const late = failure(() => run(reserved, "SELECT 1"));
    reserved.release();
    assert.ok((await late) instanceof TransactionError);
    assert.ok((await failure(() => second.next())) instanceof TransactionError);
    assert.deepEqual((await run(driver, "SELECT count(*) FROM numbers")).rows, [[10]], "rolled back");
  });

  check("more statements than the cache holds all answer", { statementCacheSize: 3 }, async (driver) => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 50; i++) assert.deepEqual((await run(driver, `SELECT ${i}, ?`, [i])).rows, [[i, i]]);
    }
  });

  check("a statement answers rightly after its table has changed", {}, async (driver) => {
    await fill(driver, 1);
    assert.deepEqual((await run(driver, "SELECT * FROM numbers", [], { batched: true })).rows, [[1, "row 1"]]);
    await run(driver, "ALTER TABLE numbers ADD COLUMN more TEXT DEFAULT 'm'");
    const answer = await run(driver, "SELECT * FROM numbers", [], { batched: true });
    assert.deepEqual(answer.rows, [[1, "row 1", "m"]]);
    assert.deepEqual(answer.columns, ["i", "name", "more"]);
    await run(driver, "DROP TABLE numbers");
    assert.ok((await failure(() => run(driver, "SELECT * FROM numbers"))) instanceof QueryError);
  });

  check("more readers than there are wait for one another", { readers: 2 }, async (driver) => {
    await fill(driver, 100);
    const streams = Array.from({ length: 6 }, async () => {
      let rows = 0;
      for await (const batch of driver.stream(request("SELECT i FROM numbers"), 7)) rows += batch.rows.length;
      return rows;
    });
    const writing = run(driver, "DELETE FROM numbers WHERE i > 100");
    assert.deepEqual(await Promise.all(streams), [100, 100, 100, 100, 100, 100]);
    await writing;
  });

  check(
    "two drivers on one file: the second waits without stopping the first, then is refused",
    { busyTimeout: 60 },
    async (driver, url) => {
      const other = await openSqlite({ driver: library, url, busyTimeout: 60 });
      const reserved = await driver.reserve({ write: true });
      await run(reserved, "BEGIN IMMEDIATE");
      await run(reserved, "INSERT INTO numbers VALUES (1, 'a')");
      const error = await failure(() => run(other, "INSERT INTO numbers VALUES (2, 'b')"));
      assert.ok(error instanceof DatabaseBusy);
      const waiting = run(other, "INSERT INTO numbers VALUES (2, 'b')");
      await turn();
      await run(reserved, "COMMIT");
      reserved.release();
      assert.equal((await waiting).count, 1);
      assert.deepEqual((await run(driver, "SELECT i FROM numbers")).rows, [[1], [2]]);
      await other.close();
    },
  );

  check("nobody opens a transaction on the connection that all share", {}, async (driver) => {
    for (const text of ["BEGIN", " begin immediate", "/* a */ SAVEPOINT a", "-- a\nBEGIN"]) {
      for (const writes of [true, false])
        assert.ok((await failure(() => run(driver, text, [], { writes }))) instanceof TransactionError, text);
    }
    assert.equal((await run(driver, "INSERT INTO numbers VALUES (1, 'a')")).count, 1);
  });

  check("every database in memory is its own", { url: "sqlite::memory:" }, async (driver) => {
    const other = await openSqlite({ driver: library, url: "sqlite::memory:" });
    assert.ok((await failure(() => run(other, "SELECT * FROM numbers"))) instanceof QueryError);
    await other.close();
    assert.deepEqual((await run(driver, "SELECT * FROM numbers")).rows, []);
  });

  check("close rolls back a transaction that does not end, and its calls then say so", { closeGrace: 20 }, async (driver, url) => {
    const reserved = await driver.reserve({ write: true });
    await run(reserved, "BEGIN IMMEDIATE");
    await run(reserved, "INSERT INTO numbers VALUES (1, 'a')");
    const waiting = failure(() => run(driver, "DELETE FROM numbers"));
    await driver.close();
    assert.ok((await waiting) instanceof DatabaseClosed);
    assert.ok((await failure(() => run(reserved, "COMMIT"))) instanceof DatabaseClosed);
    reserved.release();
    const again = await openSqlite({ driver: library, url });
    assert.deepEqual((await run(again, "SELECT * FROM numbers")).rows, []);
    await again.close();
  });

  check("close ends a stream that nobody reads on", { closeGrace: 20 }, async (driver) => {
    await fill(driver, 100);
    const stream = driver.stream(request("SELECT i FROM numbers"), 10)[Symbol.asyncIterator]();
    await stream.next();
    await driver.close();
    assert.ok((await failure(() => stream.next())) instanceof DatabaseClosed);
  });

  check("close lets a large read finish and leaves one file behind", {}, async (driver, url) => {
    await fill(driver, 50_000);
    const reading = run(driver, "SELECT i FROM numbers", [], { batched: true });
    await driver.close();
    assert.equal((await reading).rows.length, 50_000);
    const name = decodeURI(url).split("/").at(-1)!;
    assert.deepEqual(
      readdirSync(directory).filter((file) => file.startsWith(name)),
      [name],
    );
  });

  test(`${library}: paths with spaces, unicode, percent and question marks are the file's name`, async () => {
    const folder = join(directory, `${library.slice(0, 4)} 日本 ?#%41`);
    mkdirSync(folder);
    const driver = await openSqlite({ driver: library, url: pathToFileURL(join(folder, "a b ü.db")).href });
    await run(driver, "CREATE TABLE t (a)");
    await driver.close();
    assert.deepEqual(readdirSync(folder), ["a b ü.db"]);
  });

  test(`${library}: a file that cannot be used is said to be so, with its path`, async () => {
    const garbage = join(directory, `${library.slice(0, 4)} garbage.db`);
    writeFileSync(garbage, "this is no database ".repeat(200));
    for (const [url, path] of [
      [urlOf("garbage".replace("garbage", `${library.slice(0, 4)} garbage.db`)), garbage],
      [urlOf("missing/folder/a.db"), join(directory, "missing/folder/a.db")],
      [`${urlOf("not there.db")}?mode=rw`, join(directory, "not there.db")],
      [`${urlOf("not there.db")}?mode=ro`, join(directory, "not there.db")],
      [urlOf("."), directory],
    ] as const) {
      const error = await failure(() => openSqlite({ driver: library, url }));
      assert.ok(error instanceof ConnectionError && error.message.includes(path), `${url}: ${String(error)}`);
    }
    assert.equal(readFileSync(garbage, "utf8").startsWith("this is no database"), true);
  });

  test(`${library}: a database opened to read only refuses writes`, async () => {
    const url = urlOf(`${library.slice(0, 4)} read only.db`);
    const writer = await openSqlite({ driver: library, url });
    await run(writer, "CREATE TABLE t (a)");
    await run(writer, "INSERT INTO t VALUES (1)");
    await writer.close();
    for (const driver of [
      await openSqlite({ driver: library, url, readOnly: true }),
      await openSqlite({ driver: library, url: `${url}?mode=ro` }),
    ]) {
      assert.deepEqual((await run(driver, "SELECT a FROM t")).rows, [[1]]);
      assert.ok((await failure(() => run(driver, "INSERT INTO t VALUES (2)"))) instanceof QueryError);
      await driver.close();
    }
  });
}
