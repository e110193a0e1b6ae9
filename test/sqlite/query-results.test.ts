/** Results in every form: of raw SQL, of statements, in batches, decoded late; and how a database explains itself. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { bigint, count, int, json, Model, select, sql, text, timestamp, type Engine } from "../../src/entry/index.ts";
import { bindings, fillBlog, openEngine } from "../support/make-database.ts";
import { allModels, Comment, Post, User } from "../support/models.ts";

class Reading extends Model("readings", {
  id: int().primaryKey(),
  level: bigint(),
  data: json<{ n: number }>(),
  at: timestamp(),
  note: text().nullable(),
}) {}

for (const binding of bindings()) {
  describe(`results on ${binding}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openEngine([...allModels, Reading], binding);
      await fillBlog(engine);
      const rows = Array.from({ length: 2500 }, (_, index) => ({
        id: index + 1,
        level: 2n ** 60n + BigInt(index),
        data: { n: index },
        at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)),
        note: index % 2 === 0 ? null : `note ${index}`,
      }));
      await engine.session().insertAll(Reading, rows);
    });
    after(() => engine.close());

    describe("raw SQL", () => {
      const threeUsers = () =>
        engine.execute<{ id: number; name: string; age: number | null }>("SELECT id, name, age FROM users ORDER BY id");

      test("rows as objects, tuples, one column, the first, a scalar, by a loop", async () => {
        const result = await threeUsers();
        const expected = [
          { id: 1, name: "Ann", age: 40 },
          { id: 2, name: "bob", age: null },
          { id: 3, name: "Çelik", age: 17 },
        ];
        assert.deepEqual(result.all(), expected);
        assert.deepEqual(result.tuples(), [
          [1, "Ann", 40],
          [2, "bob", null],
          [3, "Çelik", 17],
        ]);
        assert.deepEqual(result.column("name"), ["Ann", "bob", "Çelik"]);
        assert.deepEqual(result.first(), expected[0]);
        assert.equal(result.scalar(), 1);
        assert.deepEqual([...result], expected);
        assert.deepEqual([result.columns, result.rowCount], [["id", "name", "age"], 3]);
        assert.deepEqual(result.all(), expected, "a result can be read again");
      });

      test("one and oneOrNull count", async () => {
        const [none, one] = [await engine.execute("SELECT 1 AS a WHERE 0"), await engine.execute("SELECT 1 AS a")];
        assert.deepEqual([one.one(), one.oneOrNull()], [{ a: 1 }, { a: 1 }]);
        assert.deepEqual([none.oneOrNull(), none.first(), none.scalar(), none.all(), none.tuples()], [null, null, null, [], []]);
        assert.throws(() => none.one(), { name: "NoResultFound" });
        const many = await threeUsers();
        assert.throws(() => many.one(), { name: "MultipleResultsFound" });
        assert.throws(() => many.oneOrNull(), { name: "MultipleResultsFound" });
      });

      test("three kinds of placeholders, in any order, as often as you like", async () => {
        const row = async (text: string, values: readonly unknown[] | Record<string, unknown>) =>
          (await engine.execute(text, values)).tuples()[0];
        assert.deepEqual(await row("SELECT ?, ?", [1, "b"]), [1, "b"]);
        assert.deepEqual(await row("SELECT $2, $1, $2", [1, "b"]), ["b", 1, "b"]);
        assert.deepEqual(await row("SELECT :b, :a, :b", { a: 1, b: "b" }), ["b", 1, "b"]);
        assert.deepEqual(await row("SELECT '?', \"name\", ? -- ?\n FROM users /* $1 */ LIMIT 1", [5]), ["?", "Ann", 5]);
        assert.deepEqual(await row("SELECT ?, ?, ?, hex(?)", [null, true, 2n, new Uint8Array([1])]), [null, 1, 2, "01"]);
        assert.deepEqual(await row("SELECT 1", []), [1]);
        assert.deepEqual(await row("SELECT 1", {}), [1]);
      });

      test("too few, too many, or none of the right name", async () => {
        const refused = (text: string, values: unknown, message: RegExp) =>
          assert.rejects(engine.execute(text, values as never), { code: "E1001", message });
        await refused("SELECT ?, ?", [1], /has 2 parameters and was given 1\. Pass an array of 2/);
        await refused("SELECT ?", [1, 2], /has 1 parameter and was given 2/);
        await refused("SELECT 1", [1], /has 0 parameters and was given 1/);
        await refused("SELECT $1, $3", [1, 2], /names the parameter 2, which was not given/);
        await refused("SELECT :a", { b: 1 }, /names the parameter a, which was not given/);
        await refused("SELECT :a", [1], /Pass an object with the keys a/);
        await refused("SELECT ?", { a: 1 }, /Pass an array of 1/);
        await refused("SELECT ?", null, /are an array, or an object of names, and not null/);
        await refused("SELECT ?", "a", /are an array, or an object of names, and not a string/);
        await refused("SELECT ?, :a", [1], /mixes '\?' and ':name' placeholders/);
      });

      test("columns of one name are refused as objects, and kept as tuples", async () => {
        const result = await engine.execute("SELECT 1 AS a, 2 AS a, 3 AS b");
        assert.throws(() => result.all(), { code: "E1001", message: /two columns called 'a'.*read tuples\(\)/ });
        assert.deepEqual(result.tuples(), [[1, 2, 3]]);
        assert.deepEqual(result.columns, ["a", "a", "b"]);
        assert.equal(result.scalar(), 1);
      });

      test("an unknown column is named with the nearest one", async () => {
        const result = await threeUsers();
        assert.throws(() => result.column("nmae" as never), { code: "E1001", message: /no column 'nmae'\. Did you mean 'name'\?/ });
      });

      test("rows become instances of a model, decoded as its columns", async () => {
        const models = (await engine.execute("SELECT u.*, 1 AS extra FROM users u WHERE id = ?", [2])).toModels(User);
        const [bob] = models;
        assert.ok(bob instanceof User);
        assert.deepEqual({ ...bob }, { ...(await engine.query(User).filter({ id: 2 }).one()) });
        const some = await threeUsers();
        assert.throws(() => some.toModels(User), { code: "E1001", model: "User", message: /no column 'email', which User needs/ });
      });

      test("pieces of sql nest, and name models and columns", async () => {
        const old = sql`${User.columns.age} > ${18}`;
        const rows = await engine.execute(
          sql<{
            name: string;
          }>`SELECT ${User.columns.name} AS name FROM ${User} WHERE ${old} OR ${User.columns.id} IN (${sql.join([2, 99])}) ORDER BY ${User.columns.id}`,
        );
        assert.deepEqual(rows.column("name"), ["Ann", "bob"]);
        assert.deepEqual((await engine.execute(sql.raw("SELECT :x + :x AS n", { x: 4 }))).tuples(), [[8]]);
      });

      test("a placeholder in the text of a template, which would take another's value, is refused", async () => {
        for (const piece of [sql`SELECT ?, ${5}`, sql`SELECT ${5}, ?1`, sql`SELECT $1, ${5}`, sql`SELECT :a, ${5}`, sql.raw("SELECT ?")]) {
          await assert.rejects(engine.execute(piece), {
            code: "E1001",
            message: /has the placeholder '.{1,2}', which no value was given for/,
          });
        }
        assert.deepEqual(
          (await engine.execute(sql`SELECT '?', "?" AS a, ${5} -- ?`).catch((error: Error) => error.name)) as unknown,
          "QueryError",
          "no column is called ?",
        );
        assert.deepEqual((await engine.execute(sql`SELECT '? $1 :a', ${5} /* ? */`)).tuples(), [["? $1 :a", 5]]);
      });

      test("a typed value, for types that PostgreSQL has, is refused", async () => {
        await assert.rejects(async () => engine.execute(sql`SELECT ${sql.typed([1])}`), {
          code: "E1001",
          message: /^sql\.typed\(\) is for types of PostgreSQL's/,
        });
        assert.deepEqual((await engine.execute(sql`SELECT ${sql.typed(null)}`)).tuples(), [[null]]);
      });

      test("a value inside quotes is refused where it is written", () => {
        const refusal = { code: "E1001", message: /^Value 1 of sql`…` stands inside quotes or a comment/ };
        assert.throws(() => sql`SELECT '${5}'`, refusal);
        assert.throws(() => sql`SELECT "${"id"}"`, refusal);
        assert.throws(() => sql`SELECT 1 -- ${5}`, refusal);
        assert.throws(() => sql`SELECT 1 /* ${5} */`, refusal);
        assert.throws(() => sql`SELECT name LIKE '%${"a"}%'`, refusal);
        assert.doesNotThrow(() => sql`SELECT 'it''s', ${5}, '?'`);
        assert.throws(() => sql`SELECT ${1}, 'a' || '${2}'`, { message: /^Value 2 of sql/ });
      });

      test("writes say how many rows they changed", async () => {
        await engine
          .transaction(async (session) => {
            const result = await session.execute(sql`UPDATE users SET vip = ${true} WHERE id < ${3}`);
            assert.deepEqual([result.rowCount, result.all()], [2, []]);
            throw new Error("undo");
          })
          .catch((error: Error) => assert.equal(error.message, "undo"));
      });
    });

    describe("statements", () => {
      test("select() is executed in all forms", async () => {
        const statement = select(User)
          .where((user) => user.age.gte(17))
          .orderBy("name");
        const result = await engine.execute(statement);
        assert.ok(result.first() instanceof User);
        assert.deepEqual(
          result.all().map((user) => user.name),
          ["Ann", "Çelik"],
        );
        assert.deepEqual(result.column("preferences"), [
          { plan: "free", settings: { theme: "light" } },
          { plan: "free", settings: { theme: "light" } },
        ]);
        assert.deepEqual(result.tuples()[0]!.slice(0, 2), [1, "Ann"]);
        assert.deepEqual([result.rowCount, result.scalar()], [2, 1]);
        assert.deepEqual(result.columns, ["id", "name", "email", "age", "role", "vip", "preferences", "createdAt"]);
      });

      test("computed columns and partial rows, too", async () => {
        const result = await engine.execute(
          select(User)
            .only("name")
            .annotate({ posts2: count("posts") })
            .orderBy("id"),
        );
        assert.deepEqual(result.columns, ["id", "name", "posts2"]);
        assert.deepEqual(result.column("posts2"), [2, 1, 1]);
        const projected = await engine.execute(
          select(Post)
            .select((post) => ({ title: post.title.upper() }))
            .limit(1),
        );
        assert.deepEqual(projected.all(), [{ title: "HELLO AGAIN" }]);
      });

      test("relations are loaded by queries, not by execute", async () => {
        await assert.rejects(engine.execute(select(User).with("posts")), /execute\(\) reads plain results/);
      });

      test("a session executes them where it stands", async () => {
        await engine
          .transaction(async (session) => {
            await session.query(User).filter({ id: 1 }).update({ name: "Anna" });
            assert.deepEqual((await session.execute(select(User).filter({ id: 1 }))).column("name"), ["Anna"]);
            throw new Error("undo");
          })
          .catch((error: Error) => assert.equal(error.message, "undo"));
      });
    });

    describe("streams", () => {
      test("give every row once, in order, whatever the batches", async () => {
        for (const batchSize of [1, 7, 1000, 10_000]) {
          const ids: number[] = [];
          const all = engine.query(Reading).orderBy("id");
          for await (const row of (batchSize === 1 ? all.limit(50) : all).stream({ batchSize })) {
            assert.ok(row instanceof Reading);
            ids.push(row.id);
          }
          assert.deepEqual(
            ids,
            Array.from({ length: batchSize === 1 ? 50 : 2500 }, (_, index) => index + 1),
          );
        }
      });

      test("a query is a stream by itself, and loads relations batch by batch", async () => {
        const comments: string[] = [];
        for await (const post of engine.query(Post).orderBy("id").with("comments.author", "author")) {
          for (const comment of post.comments) comments.push(`${post.author.name}: ${comment.author.name}`);
        }
        assert.deepEqual(comments, ["Ann: bob", "Ann: Ann", "bob: Çelik"]);
      });

      test("leaving early, or throwing, ends the stream and frees the database", async () => {
        let seen = 0;
        for await (const _ of engine.query(Reading).stream({ batchSize: 10 })) if (++seen === 15) break;
        await assert.rejects(async () => {
          for await (const _ of engine.query(Reading).stream({ batchSize: 10 })) throw new Error("enough");
        }, /enough/);
        assert.equal(seen, 15);
        assert.equal(await engine.query(Comment).filter({ id: 1 }).update({ body: "First" }), 1);
      });

      test("a mistake shows when the stream is read", async () => {
        const stream = engine
          .query(User)
          .filter({ age: "x" } as never)
          .stream();
        await assert.rejects(
          async () => {
            for await (const _ of stream);
          },
          { name: "ValidationError" },
        );
      });
    });

    describe("lazy rows", () => {
      test("decode when they are read, and are whole when they are copied or written as JSON", async () => {
        const [row] = await engine.query(Reading).filter({ id: 2 }).lazy();
        const expected = { id: 2, level: 2n ** 60n + 1n, data: { n: 1 }, at: new Date("2026-01-01T00:00:01Z"), note: "note 1" };
        assert.deepEqual([row!.id, row!.level, row!.data.n, row!.at], [2, expected.level, 1, expected.at]);
        assert.equal(row!.data, row!.data);
        const [other] = await engine.query(User).filter({ id: 2 }).lazy();
        assert.deepEqual(JSON.parse(JSON.stringify(other)), JSON.parse(JSON.stringify(await engine.query(User).filter({ id: 2 }).one())));
      });

      test("have no relations", async () => {
        await assert.rejects(engine.query(User).with("posts").lazy(), /lazy\(\) rows have no relations/);
      });
    });

    test("a large result comes whole, with every type", async () => {
      const rows = await engine.query(Reading).orderBy("-id").all();
      assert.equal(rows.length, 2500);
      assert.deepEqual(
        { ...rows[0] },
        { id: 2500, level: 2n ** 60n + 2499n, data: { n: 2499 }, at: new Date(Date.UTC(2026, 0, 1, 0, 41, 39)), note: "note 2499" },
      );
      assert.equal(
        await engine
          .query(Reading)
          .filter({ id__in: rows.map((row) => row.id) })
          .count(),
        2500,
      );
    });

    test("explain says how the query runs, and runs nothing", async () => {
      assert.match(await engine.query(User).filter({ id: 1 }).explain(), /^SEARCH users USING INTEGER PRIMARY KEY/);
      assert.match(await engine.query(Post).filter({ authorId: 1 }).explain(), /USING INDEX/);
      await assert.rejects(
        engine.query(User).explain({ analyze: true }),
        /SQLite explains how it would run a query, but cannot run and measure it/,
      );
    });

    test("toSQL shows what would be sent, and sends nothing", async () => {
      const before = engine.statementCount;
      assert.deepEqual(engine.query(User).filter({ vip: true }).only("name").toSQL(), {
        sql: 'SELECT "id", "name" FROM "users" WHERE "vip" = ?',
        params: [1],
      });
      assert.equal(engine.statementCount, before);
    });
  });
}
