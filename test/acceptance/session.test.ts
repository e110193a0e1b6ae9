// Sessions: each write, transaction and kind of raw SQL that the documents show.
import assert from "node:assert/strict";
import { test } from "node:test";
import { F, jsonSet, NoResultFound, Session, sql, TransactionError } from "../../src/entry/index.ts";
import { onEachDatabase } from "./databases.ts";
import { Article, fillShop, idsOf, Post, PostTag, shop, Tag, User } from "./shop.ts";

const undo = new Error("undo");
const isUndo = (error: unknown): boolean => error === undo;

onEachDatabase("sessions", shop, fillShop, ({ engine }) => {
  const users = () => engine().query(User);
  const dora = { name: "Dora", email: "dora@example.com" };

  test("new Session(engine), engine.session(), await using", async () => {
    assert.equal(await new Session(engine()).query(User).count(), 3);
    await using session = engine().session();
    assert.equal(await session.query(User).count(), 3);
  });
  test("insert(User, values), insert(new User(…)): generated key and defaults are there", async () => {
    const first = await engine().session().insert(User, dora);
    const second = await engine()
      .session()
      .insert(new User({ ...dora, email: "dora2@example.com" }));
    assert.deepEqual([first.id, first.role, second.id, first instanceof User], [4, "member", 5, true]);
  });
  test("insertAll: keys in the order of the rows; [] of nothing; all or none", async () => {
    const session = engine().session();
    const made = await session.insertAll(
      Tag,
      ["x", "y", "z"].map((name) => ({ name })),
    );
    assert.deepEqual(
      made.map(({ id, name }) => [id, name]),
      [
        [3, "x"],
        [4, "y"],
        [5, "z"],
      ],
    );
    assert.deepEqual(await session.insertAll(Tag, []), []);
    await assert.rejects(session.insertAll(Tag, [{ name: "new" }, { name: "x" }]), { name: "UniqueViolation" });
    assert.equal(await engine().query(Tag).filter({ name: "new" }).exists(), false);
  });
  test("get and getOrThrow, the same object again, composite keys", async () => {
    const session = engine().session();
    const alice = await session.get(User, 1);
    assert.equal(await session.getOrThrow(User, 1), alice);
    assert.equal(await session.get(User, 99), null);
    await assert.rejects(session.getOrThrow(User, 99), NoResultFound);
    assert.equal((await session.get(PostTag, { postId: 1, tagId: 2 }))?.tagId, 2);
  });
  test('update(user, { name: "Alicia" }): the row and the object', async () => {
    const session = engine().session();
    const alice = await session.getOrThrow(User, 1);
    await session.update(alice, { name: "Alicia", age: null });
    assert.deepEqual([alice.name, (await users().get({ id: 1 })).name, alice.age], ["Alicia", "Alicia", null]);
  });
  test("remove(user)", async () => {
    const session = engine().session();
    await session.remove(await session.getOrThrow(User, 2));
    assert.deepEqual(await users().orderBy("id").column("id"), [1, 3]);
  });
  test('upsert(…, { conflictTarget: "email", updateFields: ["name"] })', async () => {
    const session = engine().session();
    const options = { conflictTarget: "email", updateFields: ["name"] } as const;
    const changed = await session.upsert(User, { email: "alice@example.com", name: "Alys", age: 1 }, options);
    const made = await session.upsert(new User({ email: "new@example.com", name: "New" }), options);
    assert.deepEqual([changed.id, changed.name, changed.age, made.id > 3], [1, "Alys", 25, true]);
    assert.equal(await users().count(), 4);
  });
  test("upsertAll: the right row for each, [] changes nothing", async () => {
    const session = engine().session();
    const rows = [
      { postId: 1, tagId: 1 },
      { postId: 2, tagId: 2 },
    ];
    const found = await session.upsertAll(PostTag, rows, { conflictTarget: ["postId", "tagId"] });
    assert.deepEqual(
      found.map(({ postId, tagId }) => ({ postId, tagId })),
      rows,
    );
    const kept = await session.upsertAll(User, [{ ...dora, email: "bob@example.com" }], { conflictTarget: "email", updateFields: [] });
    assert.deepEqual([kept[0]!.id, kept[0]!.name], [2, "Bob"]);
    assert.deepEqual(await session.upsertAll(Tag, [], { conflictTarget: "name" }), []);
  });
  test("query(User).filter(…).update(…) is bulk_update(User, values, filters)", async () => {
    assert.equal(
      await engine()
        .session()
        .query(User)
        .filter({ age__gt: 18 })
        .update({ amount: F("amount").plus(1), vip: true }),
      2,
    );
    assert.deepEqual(await users().orderBy("id").column("amount"), [11, 20, 31]);
    await users()
      .filter({ id: 3 })
      .update({ metadata: jsonSet({ settings: { theme: "light" } }) });
    assert.deepEqual((await users().get({ id: 3 })).metadata, { plan: "premium", settings: { theme: "light" }, tags: ["a", "b"] });
  });
  test("softDelete, restore, forceDelete", async () => {
    const session = engine().session();
    const article = await session.getOrThrow(Article, 1);
    await session.softDelete(article);
    assert.deepEqual([await engine().query(Article).count(), article.deletedAt instanceof Date], [0, true]);
    await session.restore(article);
    assert.deepEqual([await engine().query(Article).count(), article.deletedAt], [1, null]);
    await session.forceDelete(article);
    assert.equal(await engine().query(Article).withDeleted().count(), 1);
  });
  test("softDelete and restore twice are as once; get() gives no deleted row; a model without deletedAt is refused", async () => {
    const session = engine().session();
    const article = await session.getOrThrow(Article, 1);
    for (const _ of [1, 2]) await session.softDelete(article);
    assert.equal(await engine().session().get(Article, 1), null);
    for (const _ of [1, 2]) await session.restore(article);
    assert.equal((await engine().session().get(Article, 1))?.id, 1);
    const user = await session.getOrThrow(User, 1);
    await assert.rejects(session.softDelete(user as never), { code: "E1001" });
  });
  test("statements about many rows call no hooks", async () => {
    const session = engine().session();
    const calls: string[] = [];
    session.on("beforeInsert", User, ({ name }) => void calls.push(name));
    session.on("beforeUpdate", User, ({ name }) => void calls.push(name));
    await session.insertAll(User, [{ name: "Many", email: "many@example.com" }]);
    await session.query(User).filter({ name: "Many" }).update({ age: 3 });
    assert.deepEqual(calls, []);
    await session.insert(User, { name: "One", email: "one@example.com" });
    assert.deepEqual(calls, ["One"]);
  });
  test("begin(), tx.add(…), commit(): one transaction; leaving the block without it rolls back", async () => {
    const session = engine().session();
    {
      await using tx = await session.begin();
      tx.add(new Tag({ name: "one" }), new Tag({ name: "two" }));
      await tx.commit();
      await assert.rejects(tx.insert(Tag, { name: "late" }), TransactionError);
    }
    {
      await using tx = await session.begin();
      await tx.insert(Tag, { name: "three" });
    }
    assert.deepEqual(await engine().query(Tag).filter({ id__gt: 2 }).orderBy("name").column("name"), ["one", "two"]);
  });
  test("add(), commit() and rollback() of a session", async () => {
    const session = engine().session();
    const author = new User(dora);
    session.add(new Post({ title: "New", author }));
    await session.commit();
    assert.equal((await engine().query(Post).filter({ authorId: author.id }).one()).title, "New");
    author.name = "changed";
    await session.flush();
    await session.rollback();
    assert.equal(author.name, "Dora");
  });
  test("engine.transaction(…) is session_context: commits on return, rolls back on throw", async () => {
    await engine().transaction(async (session) => void (await session.insert(Tag, { name: "kept" })));
    await assert.rejects(
      engine().transaction(async (session) => {
        await session.insert(Tag, { name: "lost" });
        await session.executeRaw("UPDATE tags SET name = ? WHERE name = ?", ["other", "kept"]);
        throw undo;
      }),
      isUndo,
    );
    assert.deepEqual(await engine().query(Tag).filter({ id__gt: 2 }).column("name"), ["kept"]);
  });
  test("an empty transaction sends nothing", async () => {
    const before = engine().statementCount;
    await engine().transaction(async () => undefined);
    assert.equal(engine().statementCount, before);
  });
  test("transactions inside each other are savepoints", async () => {
    await engine().transaction(async (session) => {
      await session.insert(Tag, { name: "outer" });
      await assert.rejects(
        session.transaction(async (inner) => {
          await inner.insert(Tag, { name: "inner" });
          throw undo;
        }),
        isUndo,
      );
    });
    assert.deepEqual(await engine().query(Tag).filter({ id__gt: 2 }).column("name"), ["outer"]);
  });
  test("calls made at once on one session run in their order", async () => {
    const session = engine().session();
    const made = await Promise.all(["a", "b", "c"].map((name) => session.insert(Tag, { name })));
    assert.deepEqual(idsOf(made), [3, 4, 5]);
  });
  test('executeRaw("… age > ?", [18]), $1 and :name; all(), tuples(), column(), first(), scalar()', async () => {
    const session = engine().session();
    const adults = await session.executeRaw<{ name: string; age: number }>("SELECT name, age FROM users WHERE age > ? ORDER BY id", [18]);
    assert.deepEqual(
      adults.all().map((row) => row["name"]),
      ["Alice", "Charlie"],
    );
    assert.deepEqual(adults.tuples(), [
      ["Alice", 25],
      ["Charlie", 70],
    ]);
    assert.deepEqual([adults.column("name"), adults.first(), adults.rowCount], [["Alice", "Charlie"], { name: "Alice", age: 25 }, 2]);
    assert.equal((await session.executeRaw("SELECT count(*) AS n FROM users WHERE age > $1", [18])).scalar(), 2);
    assert.equal((await session.executeRaw("SELECT count(*) AS n FROM users WHERE age > :age", { age: 18 })).scalar(), 2);
    assert.equal((await session.executeRaw("SELECT name FROM users WHERE id = ?", [99])).first(), null);
  });
  test("execute(sql`…${value}`): bound, models and columns as names", async () => {
    const minimum = 18;
    const found = await engine()
      .session()
      .execute(sql<{ name: string }>`SELECT name FROM ${User} WHERE ${User.columns.age} > ${minimum} ORDER BY id`);
    assert.deepEqual(found.column("name"), ["Alice", "Charlie"]);
    const models = (await engine().execute("SELECT * FROM tags ORDER BY id")).toModels(Tag);
    assert.deepEqual(
      models.map((tag) => [tag instanceof Tag, tag.name]),
      [
        [true, "python"],
        [true, "sql"],
      ],
    );
  });
});
