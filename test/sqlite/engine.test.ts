/** Engines on SQLite: opening and closing, tables, raw SQL, refusals in the words of the model, and what one writer means. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect, promisify } from "node:util";
import {
  belongsTo,
  CheckViolation,
  ConfigurationError,
  connect,
  ConnectionError,
  createEngine,
  DatabaseClosed,
  DatatypeMismatch,
  type Engine,
  ForeignKeyViolation,
  hasMany,
  int,
  json,
  Model,
  NotNullViolation,
  oneOf,
  outside,
  type PetrelError,
  QueryError,
  raw,
  select,
  sql,
  text,
  TransactionError,
  UniqueViolation,
} from "../../src/entry/index.ts";
import { failure } from "../suites/session-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

const directory = mkdtempSync(join(tmpdir(), "petrel-engine-"));
after(() => rmSync(directory, { recursive: true, force: true }));

class Author extends Model("authors", {
  id: int().primaryKey(),
  name: text({ minLength: 1 }),
  email: text().unique(),
  role: oneOf("editor", "writer").default("writer"),
  books: () => hasMany(Book, "authorId"),
}) {}
class Book extends Model(
  "books",
  {
    id: int().primaryKey(),
    title: text(),
    year: int().named("published_in"),
    authorId: int(),
    author: () => belongsTo(Author, "authorId"),
  },
  { unique: [["authorId", "title"]] },
) {}
const library = [Book, Author];

const tableNames = async (engine: Engine): Promise<unknown[]> =>
  (await engine.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")).column("name");

test("an engine refuses options it does not know, and names the nearest", async () => {
  const error = await failure(createEngine("sqlite::memory:", { busyTimout: 1 } as never), ConfigurationError);
  assert.match(error.message, /'busyTimout'.*Did you mean 'busyTimeout'/);
  await failure(createEngine("sqlite::memory:", { url: "sqlite:other.db" } as never), ConfigurationError);
  await failure(createEngine("sqlite::memory:", { readers: -1 }), ConfigurationError);
  await failure(createEngine("sqlite::memory:", { driver: "sqlite3" as never }), ConfigurationError);
  await failure(createEngine("sqlite::memory:", null as never), ConfigurationError);
  await failure(createEngine("sqlite::memory:", { readOnly: true }), ConfigurationError);
});

test("an engine refuses URLs it does not understand", async () => {
  await failure(createEngine(undefined as never), ConfigurationError);
  await failure(createEngine("app.db"), ConfigurationError);
  await failure(createEngine("sqlit:app.db"), ConfigurationError);
  await failure(createEngine("sqlite:"), ConfigurationError);
  await failure(createEngine(`sqlite:${directory}/no/such/directory.db`), ConnectionError);
  writeFileSync(`${directory}/text.db`, "this is not a database, only some text that is long enough to be looked at".repeat(20));
  await failure(createEngine(`sqlite:${directory}/text.db`), ConnectionError);
});

test("an engine opens files whose names need escaping, and keeps what was written", async () => {
  const path = `${directory}/a b ü 1.db`;
  {
    await using engine = await createEngine(`sqlite:${encodeURI(path)}`);
    await engine.createAll(library);
    await engine.session().insert(Author, { name: "Ann", email: "a@example.com" });
  }
  assert.ok(existsSync(path));
  await using again = await createEngine(`sqlite:${encodeURI(path)}?mode=ro`);
  assert.deepEqual(await again.query(Author).column("name"), ["Ann"]);
  await failure(again.session().insert(Author, { name: "Bob", email: "b@example.com" }), QueryError);
});

test("every engine in memory is a database of its own", async () => {
  await using one = await createEngine("sqlite::memory:");
  await using two = await createEngine("sqlite::memory:");
  await one.createAll(library);
  assert.deepEqual(await tableNames(two), []);
});

test("an engine closes at the end of its block, once, and says so afterwards", async () => {
  const kept: Engine[] = [];
  {
    await using engine = await createEngine("sqlite::memory:");
    kept.push(engine);
    await engine.close();
  }
  const [engine] = kept as [Engine];
  const error = await failure(engine.execute("SELECT 1"), DatabaseClosed);
  assert.match(error.message, /closed/);
});

test("close() lets a transaction finish, or rolls it back after its grace", async () => {
  const url = `sqlite:${directory}/grace.db`;
  const engine = await createEngine(url, { closeGrace: 5_000 });
  await engine.createAll(library);
  const tx = await engine.session().begin();
  await tx.insert(Author, { name: "Ann", email: "a@example.com" });
  const closed = engine.close();
  await tx.insert(Author, { name: "Bob", email: "b@example.com" });
  await tx.commit();
  await closed;
  const second = await createEngine(url, { closeGrace: 10 });
  const abandoned = await second.session().begin();
  await abandoned.insert(Author, { name: "Cleo", email: "c@example.com" });
  await second.close();
  await failure(abandoned.commit(), DatabaseClosed);
  await failure(abandoned.query(Author).all(), TransactionError);
  await abandoned[Symbol.asyncDispose]();
  await using third = await createEngine(url);
  assert.deepEqual(await third.query(Author).orderBy("id").column("name"), ["Ann", "Bob"]);
});

test("createAll makes what is missing in an order that foreign keys allow, and dropAll the reverse", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll(library);
  assert.deepEqual(await tableNames(engine), ["authors", "books"]);
  await engine.session().insert(Author, { name: "Ann", email: "a@example.com" });
  await engine.createAll(library);
  assert.equal(await engine.query(Author).count(), 1);
  await engine.dropAll(library);
  assert.deepEqual(await tableNames(engine), []);
  await engine.dropAll(library);
  await engine.createAll([]);
});

test("createAll without models makes the tables of all models", async () => {
  const script = `
    const { createEngine, int, Model } = await import(${JSON.stringify(new URL("../../src/entry/index.ts", import.meta.url).href)});
    class One extends Model("ones", { id: int().primaryKey() }) {}
    Model("twos", { id: int().primaryKey() });
    const engine = await createEngine("sqlite::memory:");
    await engine.createAll();
    console.log((await engine.execute("SELECT name FROM sqlite_schema")).column("name").join());
    await engine.dropAll();
    console.log((await engine.execute("SELECT count(*) FROM sqlite_schema")).scalar());
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--no-warnings", "-e", script]);
  assert.equal(stdout, "ones,twos\n0\n");
});

test("createAll is all or nothing", async () => {
  await using engine = await createEngine("sqlite::memory:");
  class Fine extends Model("fine", { id: int().primaryKey() }) {}
  class Broken extends Model("sqlite_reserved", { id: int().primaryKey() }) {}
  await failure(engine.createAll([Fine, Broken]), QueryError);
  assert.deepEqual(await tableNames(engine), []);
});

test("tables that refer to each other in a circle are created, filled and dropped", async () => {
  class Country extends Model("countries", {
    id: int().primaryKey(),
    capitalId: int().nullable(),
    capital: () => belongsTo(City, "capitalId"),
  }) {}
  class City extends Model("cities", { id: int().primaryKey(), countryId: int(), country: () => belongsTo(Country, "countryId") }) {}
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll([Country, City]);
  const session = engine.session();
  const country = await session.insert(Country, {});
  const city = await session.insert(City, { countryId: country.id });
  await session.update(country, { capitalId: city.id });
  await failure(session.remove(city), ForeignKeyViolation);
  await session.update(country, { capitalId: null });
  await session.remove(city);
  await engine.dropAll([Country, City]);
  assert.deepEqual(await tableNames(engine), []);
});

test("two models of one table are refused, what is no model is refused", async () => {
  await using engine = await createEngine("sqlite::memory:");
  class Painter extends Model("artists", { id: int().primaryKey() }) {}
  class Sculptor extends Model("artists", { id: int().primaryKey() }) {}
  const error = await failure(engine.createAll([Painter, Sculptor]), ConfigurationError);
  assert.match(error.message, /Painter and Sculptor have one table, 'artists'/);
  // Without models it is every model defined so far, and this file has these two.
  await failure(engine.createAll(), ConfigurationError);
  await failure(engine.createAll([Author, class {} as never]), ConfigurationError);
  await failure(engine.createAll(Author as never), ConfigurationError);
});

test("every statement is counted, and nothing else", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll(library);
  const before = engine.statementCount;
  const session = engine.session();
  await session.insert(Author, { name: "Ann", email: "a@example.com" });
  await engine.query(Author).all();
  await engine.transaction(async (tx) => {
    await tx.query(Author).count();
    await tx.transaction((inner) => inner.executeRaw("SELECT 1"));
  });
  assert.equal(engine.statementCount - before, 4);
});

test("SQL text and statements run on engines, sessions and transactions alike", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll(library);
  const session = engine.session();
  await session.insertAll(Author, [
    { name: "Ann", email: "a@example.com" },
    { name: "Bob", email: "b@example.com" },
  ]);
  const statement = select(Author).where((author) => author.name.eq("Bob"));
  const piece = sql<{ name: string }>`SELECT name FROM ${Author} WHERE ${Author.columns.id} = ${2}`;
  const text = "SELECT name FROM authors WHERE id = ";
  await session.transaction(async (tx) => {
    for (const name of [
      (await tx.execute(statement)).one().name,
      (await tx.execute(piece)).one().name,
      (await tx.executeRaw(`${text}$1`, [2])).scalar(),
      (await tx.executeRaw(`${text}?`, [2])).scalar(),
      (await tx.executeRaw(`${text}:id`, { id: 2 })).scalar(),
    ]) {
      assert.equal(name, "Bob");
    }
  });
  assert.equal((await engine.execute(statement)).one().name, "Bob");
  assert.equal((await engine.execute(piece)).one().name, "Bob");
  assert.equal((await engine.execute(`${text}:id`, { id: 2 })).scalar(), "Bob");
  assert.equal((await engine.execute("SELECT 1")).scalar(), 1);
  await failure(engine.execute(`${text}?`, []), ConfigurationError);
  await failure(engine.execute(`${text}?`, [1, 2]), ConfigurationError);
  await failure(engine.execute(`${text}:id`, { name: 2 }), ConfigurationError);
  await failure(engine.execute(`${text}?`, [{ evil: true }]), ConfigurationError);
  await failure(engine.execute({} as never), ConfigurationError);
  await failure(session.execute(undefined as never), ConfigurationError);
});

test("connect() opens the database that raw() uses", async () => {
  await failure(raw("SELECT 1"), ConfigurationError);
  const engine = await connect("sqlite::memory:");
  await engine.createAll(library);
  await raw("INSERT INTO authors (name, email) VALUES (:name, :email)", { name: "Ann", email: "a@example.com" });
  assert.deepEqual((await raw<{ name: string }>("SELECT name FROM authors WHERE id = ?", [1])).all(), [{ name: "Ann" }]);
  await engine.transaction(async () => {
    assert.equal((await raw("SELECT count(*) FROM authors")).scalar(), 1, "in the transaction");
  });
  await failure(connect("nonsense"), ConfigurationError);
  assert.equal((await raw("SELECT count(*) FROM authors")).scalar(), 1);
  await using other = await createEngine("sqlite::memory:");
  assert.equal((await raw("SELECT count(*) FROM sqlite_schema", [], other)).scalar(), 0);
  await using second = await connect("sqlite::memory:");
  assert.equal((await raw("SELECT count(*) FROM sqlite_schema")).scalar(), 0);
  assert.equal(await engine.query(Author).count(), 1);
  await engine.close();
  await second.close();
  await failure(raw("SELECT 1"), DatabaseClosed);
});

for (const { name, open, readsBesideWriter } of sqliteEngines()) {
  const check = (title: string, body: (engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, { timeout: 20_000 }, async () => {
      await using engine = await open();
      await engine.createAll(library);
      await body(engine);
    });
  };

  check("what would wait for its own transaction for ever is an error, and the rest of outside() works", async (engine) => {
    const names = (): Promise<string[]> => engine.query(Author).column("name");
    const insertOutside = (): Promise<unknown> =>
      outside(() => engine.session().insert(Author, { name: "Log", email: `${Math.random()}@example.com` }));
    await engine.transaction(async (tx) => {
      // The transaction has not begun yet: it owes its BEGIN.
      await insertOutside();
      await tx.insert(Author, { name: "Ann", email: "a@example.com" });
      const read = outside(names);
      if (readsBesideWriter) assert.deepEqual(await read, ["Log"]);
      else await failure(read, TransactionError);
      await failure(insertOutside(), TransactionError);
      await failure(
        outside(() => engine.transaction((other) => other.query(Author).count())),
        TransactionError,
      );
      await tx.transaction(async () => {
        await failure(insertOutside(), TransactionError);
      });
      await failure(
        outside(() => engine.close()),
        TransactionError,
      );
    });
    await insertOutside();
    assert.deepEqual(await names(), ["Log", "Ann", "Log"]);
  });

  check("a COMMIT that fails rolls everything back and says why", async (engine) => {
    await engine.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
    await engine.execute("CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)");
    const failed = engine.transaction(async (tx) => {
      await tx.insert(Author, { name: "Ann", email: "a@example.com" });
      await tx.executeRaw("INSERT INTO children (parent) VALUES (7)");
    });
    await failure(failed, ForeignKeyViolation);
    const tx = await engine.session().begin();
    await tx.executeRaw("INSERT INTO children (parent) VALUES (7)");
    await failure(tx.commit(), ForeignKeyViolation);
    await failure(tx.commit(), TransactionError);
    assert.equal((await engine.execute("SELECT count(*) FROM children")).scalar(), 0);
    assert.equal(await engine.query(Author).count(), 0);
    await engine.transaction(async (other) => {
      await other.executeRaw("INSERT INTO children (id, parent) VALUES (1, 7)");
      await other.executeRaw("INSERT INTO parents (id) VALUES (7)");
    });
    assert.equal((await engine.execute("SELECT count(*) FROM children")).scalar(), 1);
  });

  check("a statement may fail inside of a transaction, which goes on", async (engine) => {
    await engine.transaction(async (tx) => {
      await tx.insert(Author, { name: "Ann", email: "a@example.com" });
      await failure(tx.insert(Author, { name: "Bob", email: "a@example.com" }), UniqueViolation);
      await tx.insert(Author, { name: "Cleo", email: "c@example.com" });
    });
    assert.deepEqual(await engine.query(Author).column("name"), ["Ann", "Cleo"]);
  });

  check("a transaction that the database ended is never taken for committed", async (engine) => {
    await engine.execute("CREATE TABLE strict_ones (id INTEGER PRIMARY KEY ON CONFLICT ROLLBACK)");
    const insertOne = "INSERT INTO strict_ones (id) VALUES (1)";
    const swallowed = engine.transaction(async (tx) => {
      await tx.insert(Author, { name: "Ann", email: "a@example.com" });
      await tx.executeRaw(insertOne);
      await failure(tx.executeRaw(insertOne), UniqueViolation);
    });
    const error = await failure(swallowed, TransactionError);
    assert.ok(error.cause instanceof UniqueViolation);
    const used = engine.transaction(async (tx) => {
      await tx.executeRaw(insertOne);
      await failure(
        tx.transaction((inner) => inner.executeRaw(insertOne)),
        UniqueViolation,
      );
      await tx.insert(Author, { name: "Bob", email: "b@example.com" });
    });
    await failure(used, TransactionError);
    assert.equal(await engine.query(Author).count(), 0);
    await engine.session().insert(Author, { name: "Cleo", email: "c@example.com" });
  });

  check("refusals speak of models and properties", async (engine) => {
    const session = engine.session();
    const author = await session.insert(Author, { name: "Ann", email: "a@example.com" });
    await session.insert(Book, { title: "Terns", year: 2001, authorId: author.id });
    const fields = (error: PetrelError): unknown => [error.model, error.table, error.properties, error.property, error.columns];
    const unique = await failure(session.insert(Author, { name: "Bob", email: "a@example.com" }), UniqueViolation);
    assert.deepEqual(fields(unique), ["Author", "authors", ["email"], "email", ["email"]]);
    assert.match(unique.message, /^Author\.email already has this value/);
    const several = await failure(session.insert(Book, { title: "Terns", year: 2, authorId: author.id }), UniqueViolation);
    assert.deepEqual(fields(several), ["Book", "books", ["authorId", "title"], undefined, ["author_id", "title"]]);
    assert.match(several.message, /^Book\.authorId and Book\.title/);
    const key = await failure(session.insert(Author, { id: author.id, name: "x", email: "x@example.com" }), UniqueViolation);
    assert.deepEqual(fields(key), ["Author", "authors", ["id"], "id", ["id"]]);
    const notNull = await failure(
      session
        .query(Book)
        .filter({ id: 1 })
        .update({ year: sql`NULL` }),
      NotNullViolation,
    );
    assert.deepEqual(fields(notNull), ["Book", "books", ["year"], "year", ["published_in"]]);
    const check = await failure(
      session
        .query(Author)
        .filter({ id: 1 })
        .update({ role: sql`'chief'` }),
      CheckViolation,
    );
    assert.deepEqual([check.model, check.table], ["Author", "authors"]);
    const parentless = await failure(session.insert(Book, { title: "x", year: 1, authorId: 99 }), ForeignKeyViolation);
    assert.deepEqual([parentless.model, parentless.table], ["Book", "books"]);
    const childful = await failure(session.remove(author), ForeignKeyViolation);
    assert.equal(childful.model, "Author");
    const datatype = await failure(
      session
        .query(Book)
        .filter({ id: 1 })
        .update({ year: sql`'old'` }),
      DatatypeMismatch,
    );
    assert.deepEqual(fields(datatype), ["Book", "books", ["year"], "year", ["published_in"]]);
    const rawOne = await failure(session.executeRaw("INSERT INTO authors (name) VALUES ('x')"), NotNullViolation);
    assert.deepEqual(fields(rawOne), ["Author", "authors", ["email"], "email", ["email"]]);
    for (const error of [unique, several, notNull, check, parentless, datatype]) {
      assert.ok(error.sql !== undefined && error.cause !== undefined, error.message);
    }
  });

  check("no error shows a value, however it is printed", async (engine) => {
    const secret = "hunter2-s3cret";
    const session = engine.session();
    class Vault extends Model("vaults", {
      id: int().primaryKey(),
      owner: text({ maxLength: 3 }),
      kind: oneOf("a", "b"),
      data: json<object>().nullable(),
      size: int().nullable(),
    }) {}
    await session.insert(Author, { name: secret, email: secret });
    const calls: (() => Promise<unknown>)[] = [
      () => session.insert(Author, { name: "x", email: secret }),
      () => session.insertAll(Author, [{ name: "x", email: secret }]),
      () => session.upsert(Author, { id: 1, name: "x", email: "y" }, { conflictTarget: "email" }),
      () => session.insert(Author, { name: secret } as never),
      () => session.insert(Vault, { owner: secret, kind: secret as never, size: secret as never, data: [secret, () => {}] }),
      () => session.insert(Book, { title: secret, year: 1, authorId: 99 }),
      () =>
        session
          .query(Author)
          .filter({ name: secret })
          .update({ role: secret as never }),
      () =>
        session
          .query(Author)
          .filter({ name: secret })
          .update({ role: sql`${secret}` }),
      () =>
        session
          .query(Author)
          .filter({ name: secret })
          .update({ email: sql`NULL` }),
      () =>
        session
          .query(Book)
          .filter({ year: secret as never })
          .all(),
      () => session.query(Author).filter({ name: secret }).filter({ id: 5 }).one(),
      () => session.get(Author, secret as never),
      () => session.executeRaw("SELECT * FROM nowhere WHERE a = ?", [secret]),
      () => session.executeRaw("INSERT INTO authors (name, email) VALUES (?, ?)", [secret, secret]),
      () => session.executeRaw("INSERT INTO books (published_in) VALUES (?)", [secret]),
      () => session.executeRaw("SELECT ?", [secret, secret]),
      () => session.executeRaw("SELECT ?", [{ secret }]),
      () => session.execute(sql`SELECT * FROM nowhere WHERE a = ${secret}`),
      () => engine.transaction((tx) => tx.insert(Author, { name: "x", email: secret })),
      () => session.executeRaw("SELECT ?", [`${secret}\0`]),
    ];
    for (const call of calls) {
      const error = await failure(call(), Error);
      const shown = [
        error.message,
        error.stack,
        String(error),
        JSON.stringify(error),
        JSON.stringify(error.cause),
        inspect(error, { depth: 20, showHidden: true }),
      ];
      for (const print of shown) assert.ok(!print?.includes(secret), `${String(call)}: ${print}`);
    }
  });

  check("everything wrong in a raw statement is an error of ours", async (engine) => {
    for (const text of ["", ";", "SELECT 1; SELECT 2", "DROP TABLE nowhere", "SELECT", "'"]) {
      const error = await engine.execute(text).then(
        () => assert.fail(text),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof QueryError || error instanceof ConfigurationError, `${text}: ${String(error)}`);
    }
    await failure(engine.session().executeRaw(5 as never), ConfigurationError);
  });
}
