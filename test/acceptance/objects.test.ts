// Calls of a model, without an engine in hand; engines, their options, and results.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, createEngine, MultipleResultsFound, NoResultFound, raw, transaction, type Engine } from "../../src/entry/index.ts";
import { onEachDatabase } from "./databases.ts";
import { fillShop, idsOf, Post, shop, User } from "./shop.ts";

onEachDatabase("a model's own calls", shop, fillShop, ({ name: database, engine, newUrl }) => {
  /** The models use a database of their own, filled as the others are. */
  const connected = async (work: (engine: Engine) => Promise<void>): Promise<void> => {
    await using own = await connect(await newUrl());
    await own.createAll([...shop]);
    await fillShop(own);
    await work(own);
  };
  const dora = { name: "Dora", email: "dora@example.com" };

  test("connect(url), User.objects.filter(…), all(), first(), exists(), count(), orderBy().limit()", () =>
    connected(async () => {
      assert.deepEqual(idsOf(await User.objects.filter({ isActive: true }).orderBy("id").all()), [1, 3]);
      assert.equal((await User.objects.all()).length, 3);
      assert.deepEqual([(await User.objects.first())?.id, await User.objects.exists(), await User.objects.count()], [1, true, 3]);
      assert.deepEqual(idsOf(await User.objects.orderBy("-createdAt").limit(2).all()), [3, 2]);
    }));
  test("User.objects.get({ id: 1 }): one, none, several", () =>
    connected(async () => {
      assert.equal((await User.objects.get({ id: 1 })).name, "Alice");
      await assert.rejects(User.objects.get({ id: 9 }), NoResultFound);
      await assert.rejects(User.objects.get({ age__gt: 1 }), MultipleResultsFound);
    }));
  test("User.objects.with(…): prefetch_related and select_related", () =>
    connected(async () => {
      const [alice] = await User.objects.with("profile", "posts").orderBy("id").all();
      assert.deepEqual([alice!.profile?.bio, alice!.posts.length], ["Writes.", 2]);
    }));
  test("User.objects.create({ … }), a hundred at once", () =>
    connected(async () => {
      assert.equal((await User.objects.create(dora)).id, 4);
      const made = await Promise.all(
        Array.from({ length: 100 }, (_, index) => User.objects.create({ name: "x", email: `x${index}@example.com` })),
      );
      assert.equal(new Set(idsOf(made)).size, 100);
    }));
  test("User.objects.bulkCreate(list): thousands, in their order", () =>
    connected(async () => {
      const list = Array.from({ length: 2000 }, (_, index) => ({ name: `n${index}`, email: `n${index}@example.com` }));
      const made = await User.objects.bulkCreate(list);
      assert.deepEqual(
        made.map(({ name }) => name),
        list.map(({ name }) => name),
      );
      assert.deepEqual(
        idsOf(made),
        Array.from({ length: 2000 }, (_, index) => index + 4),
      );
    }));
  test('User.objects.bulkUpdate(users, ["isActive"]): what the objects hold, and how many', () =>
    connected(async () => {
      const users = await User.objects.all();
      for (const user of users) user.isActive = false;
      assert.equal(await User.objects.bulkUpdate(users, ["isActive"]), 3);
      assert.equal(await User.objects.filter({ isActive: true }).count(), 0);
    }));
  test("getOrCreate, updateOrCreate, latest, earliest, last, inBulk, none, paginate", () =>
    connected(async () => {
      assert.deepEqual((await User.objects.getOrCreate({ email: "bob@example.com" }, dora))[1], false);
      assert.deepEqual((await User.objects.getOrCreate({ email: dora.email }, { name: "Dora" }))[1], true);
      const [bob] = await User.objects.updateOrCreate({ email: "bob@example.com" }, { name: "Rob" });
      assert.deepEqual([bob.name, (await User.objects.last())?.id, (await User.objects.earliest("createdAt"))?.id], ["Rob", 4, 1]);
      assert.deepEqual([...(await User.objects.inBulk([2])).keys(), (await User.objects.latest("id"))?.id], [2, 4]);
      assert.deepEqual([await User.objects.none().count(), (await User.objects.paginate({ page: 1, perPage: 3 })).pages], [0, 2]);
      assert.deepEqual([(await User.objects.findAndCount())[1], (await User.objects.pageAfter(null, { limit: 9 })).next], [4, null]);
    }));
  test("transaction(async () => …): what is created inside joins it, at any depth", () =>
    connected(async () => {
      const undo = new Error("undo");
      const made = transaction(async () => {
        const user = await User.objects.create(dora);
        await transaction(async () => void (await Post.objects.create({ title: "New", authorId: user.id })));
        assert.equal(await User.objects.count(), 4);
        throw undo;
      });
      await assert.rejects(made, (error) => error === undo);
      assert.deepEqual([await User.objects.count(), await Post.objects.count()], [3, 4]);
    }));
  test("connect({ databases: { default, analytics } }) and using()", async () => {
    await using own = await connect({ databases: { default: await newUrl(), analytics: await newUrl() } });
    await own.createAll([User]);
    assert.equal(await User.objects.count(), 0);
    await assert.rejects(User.objects.using("analytics").count(), { name: "QueryError" });
    assert.throws(() => User.objects.using("analytic").filter({ id: 1 }).toSQL(), /Did you mean 'analytics'/);
  });
  test("raw() joins the transaction around it, and is undone with it", () =>
    connected(async () => {
      const undo = new Error("undo");
      const made = transaction(async () => {
        await raw("UPDATE users SET name = ? WHERE id = ?", ["Changed", 1]);
        assert.equal((await raw("SELECT name FROM users WHERE id = ?", [1])).scalar(), "Changed");
        throw undo;
      });
      await assert.rejects(made, (error) => error === undo);
      assert.equal((await raw("SELECT name FROM users WHERE id = ?", [1])).scalar(), "Alice");
    }));
  test("raw(text, parameters), raw(…, engine): common tables and all", () =>
    connected(async () => {
      const text = "WITH adults AS (SELECT * FROM users WHERE age >= ?) SELECT name FROM adults ORDER BY id";
      assert.deepEqual((await raw(text, [18])).all(), [{ name: "Alice" }, { name: "Charlie" }]);
      assert.deepEqual((await raw(text, [70], engine())).all(), [{ name: "Charlie" }]);
    }));
  test('engine.execute("SELECT … WHERE name = $1", ["Bob"]): all, tuples, column, first', async () => {
    const found = await engine().execute("SELECT id, name FROM users WHERE name = $1", ["Bob"]);
    assert.deepEqual(
      [found.all(), found.tuples(), found.column("name"), found.first(), found.columns],
      [[{ id: 2, name: "Bob" }], [[2, "Bob"]], ["Bob"], { id: 2, name: "Bob" }, ["id", "name"]],
    );
  });

  test(
    "createEngine(url, { minConnections, maxConnections }), and the other words for a pool",
    { skip: database === "SQLite" && "SQLite has no pool" },
    async () => {
      const url = await newUrl();
      for (const options of [
        { minConnections: 1, maxConnections: 4, acquireTimeout: "30s", idleTimeout: "10m" },
        { connectionPoolSize: 2, maxOverflow: 2, poolTimeout: 30, poolRecycle: 3600, poolPrePing: true },
      ] as const) {
        await using own = await createEngine(url, options);
        assert.equal((await own.execute("SELECT 1 AS one")).scalar(), 1);
        assert.deepEqual([own.poolStatus().available > 0, own.poolStatus().total], [true, 4]);
      }
      await assert.rejects(createEngine(url, { maxConnections: 4, connectionPoolSize: 5 }), { code: "E1001" });
    },
  );
});

/*
 * Lines of the documents that this folder does not try, and where they belong:
 *
 *     awaiting a query itself, exclude("field"), selectRelated, filterBy            decided otherwise: all(), defer(), with(joined()), filter()
 *     statement cache, pipelining, COMMIT in one message, `await user.profile`      test/wire, test/postgres; the last is an error on purpose
 */
