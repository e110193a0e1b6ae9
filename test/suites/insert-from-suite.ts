/** INSERT … SELECT on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bigint,
  concat,
  ConfigurationError,
  count,
  decimal,
  type Engine,
  float,
  from,
  int,
  json,
  Model,
  now,
  oneOf,
  select,
  type Session,
  softDelete,
  sum,
  text,
  timestamp,
  union,
  UniqueViolation,
  when,
} from "../../src/entry/index.ts";
import { type EngineUnderTest, failure } from "./session-suite.ts";

class Post extends Model("if_posts", {
  id: int().primaryKey(),
  title: text(),
  views: int(),
  price: decimal({ precision: 8, scale: 2 }),
  meta: json<{ lang: string }>().default({ lang: "en" }),
  ...softDelete,
}) {}
class Archive extends Model("if_archive", {
  id: int().primaryKey(),
  title: text().unique(),
  views: bigint().nullable(),
  weight: float().nullable(),
  price: decimal({ precision: 10, scale: 3 }).nullable(),
  meta: json<{ lang: string }>().nullable(),
  state: oneOf("kept", "gone").default("kept"),
  keptAt: timestamp().default(now),
  note: text().nullable(),
}) {}
class Made extends Model("if_made", { id: int().primaryKey(), code: text().default(() => "fresh"), title: text() }) {}

export const insertFromSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll([Post, Archive, Made]);
      await using session = engine.session();
      await session.insertAll(Post, [
        { title: "a", views: 1, price: "1.50" },
        { title: "b", views: 20, price: "2.25", meta: { lang: "de" } },
        { title: "c", views: 300, price: "0.05" },
        { title: "gone", views: 4, price: "9.99", deletedAt: new Date(0) },
      ]);
      await body(session, engine);
    });
  };

  check("insertFrom() writes the rows of a query by one statement, with defaults for what it does not say", async (session, engine) => {
    const posts = session.query(Post).filter({ views__gt: 1 }).orderBy("-views");
    const before = engine.statementCount;
    const written = await session.insertFrom(
      Archive,
      posts.select((post) => ({ title: post.title.upper(), weight: post.views, price: post.price, meta: post.meta })),
    );
    assert.deepEqual([written, engine.statementCount - before], [2, 1]);
    const kept = await engine.query(Archive).orderBy("id").all();
    assert.deepEqual(
      kept.map(({ id, title, views, weight, price, meta, state, note }) => ({ id, title, views, weight, price, meta, state, note })),
      [
        { id: 1, title: "C", views: null, weight: 300, price: "0.050", meta: { lang: "en" }, state: "kept", note: null },
        { id: 2, title: "B", views: null, weight: 20, price: "2.250", meta: { lang: "de" }, state: "kept", note: null },
      ],
    );
    assert.ok(kept.every(({ keptAt }) => Math.abs(keptAt.getTime() - Date.now()) < 600_000));
    assert.equal(await engine.query(Archive).filter({ price__gt: "0.5" }).count(), 1);
  });

  check("insertFrom() gives back the columns that were asked for", async (session) => {
    const rows = await session.insertFrom(
      Archive,
      session
        .query(Post)
        .orderBy("id")
        .limit(2)
        .select((post) => ({ title: post.title })),
      { returning: ["id", "title", "state"] },
    );
    assert.deepEqual(rows, [
      { id: 1, title: "a", state: "kept" },
      { id: 2, title: "b", state: "kept" },
    ]);
  });

  check("insertFrom() takes groups, sources and rows of the same table, each time with its own values", async (session, engine) => {
    const groups = (least: number) =>
      session
        .query(Post)
        .filter({ views__gte: least })
        .annotate((post) => ({ size: when(post.views.gt(20), "big").otherwise("small") }))
        .groupBy("size")
        .annotate((post) => ({ weight: count(), cost: sum(post.price) }));
    const grouped = (least: number, mark: string) =>
      session.insertFrom(
        Archive,
        from(groups(least))
          .orderBy("size")
          .select((row) => ({ title: concat(row.size, mark), weight: row.weight, price: row.cost })),
      );
    assert.deepEqual([await grouped(300, "!"), await grouped(1, "?"), await grouped(301, ".")], [1, 2, 0]);
    assert.deepEqual(await engine.query(Archive).orderBy("id").valuesList("title", "weight", "price"), [
      ["big!", 1, "0.050"],
      ["big?", 1, "0.050"],
      ["small?", 2, "3.750"],
    ]);
    const again = (suffix: string) =>
      session.insertFrom(
        Archive,
        session
          .query(Archive)
          .filter({ weight: 1 })
          .select((row) => ({ title: row.title.replace("i", suffix), weight: row.weight.plus(9) })),
      );
    assert.deepEqual([await again("x"), await again("yy")], [2, 2]);
    const both = union(
      select(Post)
        .filter({ title: "a" })
        .select((post) => ({ title: post.title })),
      select(Post)
        .filter({ title: "b" })
        .select((post) => ({ title: post.title })),
    );
    assert.equal(
      await session.insertFrom(
        Archive,
        both.select((row) => ({ title: row.title })),
      ),
      2,
    );
    assert.equal(
      await session.insertFrom(
        Archive,
        session
          .query(Post)
          .none()
          .select((post) => ({ title: post.title })),
      ),
      0,
    );
    const titles = await engine.query(Archive).orderBy("id").column("title");
    assert.deepEqual(titles.slice(3, 7).toSorted(), ["bxg!", "bxg?", "byyg!", "byyg?"]);
    assert.deepEqual(titles.slice(7).toSorted(), ["a", "b"]);
    const louder = session
      .query(Archive)
      .filter({ title: "a" })
      .select((row) => ({ title: row.title.upper() }));
    assert.deepEqual(await session.insertFrom(Archive, louder, { returning: ["title"] }), [{ title: "A" }]);
  });

  check("insertFrom() is a part of the transaction, sees what is unwritten, and all of it fails or nothing", async (session, engine) => {
    const posts = () => session.query(Post).select((post) => ({ title: post.title }));
    session.add(new Post({ title: "d", views: 0, price: "0.00" }));
    assert.equal(await session.insertFrom(Archive, posts()), 4);
    await session.rollback();
    assert.equal(await engine.query(Archive).count(), 0);
    await session.insert(Archive, { title: "c" });
    await failure(session.insertFrom(Archive, posts()), UniqueViolation);
    assert.deepEqual(await engine.query(Archive).column("title"), ["c"]);
  });

  check("insertFrom() refuses rows that do not fit, before anything is sent", async (session, engine) => {
    const posts = session.query(Post);
    const untyped = session as unknown as { insertFrom(model: unknown, query: unknown, options?: object): Promise<unknown> };
    const refused = async (work: Promise<unknown>, message: RegExp): Promise<void> => {
      assert.match((await failure(work, ConfigurationError)).message, message);
    };
    const before = engine.statementCount;
    await refused(untyped.insertFrom(Archive, posts), /whole rows of Post/);
    await refused(
      untyped.insertFrom(
        Archive,
        posts.select((post) => ({ titel: post.title })),
      ),
      /no column 'titel'.*title/s,
    );
    await refused(
      untyped.insertFrom(
        Archive,
        posts.select((post) => ({ title: post.views })),
      ),
      /of kind int.*of kind text/s,
    );
    await refused(
      untyped.insertFrom(
        Archive,
        posts.select((post) => ({ note: post.title })),
      ),
      /nothing for Archive.title/,
    );
    await refused(
      untyped.insertFrom(
        Made,
        posts.select((post) => ({ title: post.title })),
      ),
      /default of Made.code is a function/,
    );
    await refused(
      untyped.insertFrom(
        Archive,
        posts.distinct().select((post) => ({ title: post.title })),
      ),
      /distinct/,
    );
    await refused(untyped.insertFrom(Archive, { title: "x" }), /takes a model and a query/);
    await refused(
      untyped.insertFrom(
        Archive,
        posts.select((post) => ({ title: post.title })),
        { returning: ["nothing"] },
      ),
      /no column 'nothing'/,
    );
    assert.equal(engine.statementCount, before);
    assert.equal(
      await session.insertFrom(
        Made,
        posts.select((post) => ({ title: post.title, code: post.title.upper() })),
      ),
      3,
    );
  });
};
