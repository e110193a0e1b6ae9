/** Tables in a schema of their own, beside tables of the same name in the default one: PostgreSQL's schemas, and attached files of SQLite. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  belongsTo,
  ConfigurationError,
  type Engine,
  F,
  hasMany,
  int,
  isPetrelError,
  manyToMany,
  Model,
  select,
  oneOf,
  softDelete,
  sql,
  text,
  UniqueViolation,
} from "../../src/entry/index.ts";

export class User extends Model("users", { id: int().primaryKey(), name: text().unique(), points: int().default(0) }) {}

export class BillingUser extends Model(
  "users",
  {
    id: int().primaryKey(),
    email: text().unique(),
    points: int().default(0),
    state: oneOf("open", "closed").default("open"),
    invoices: () => hasMany(Invoice, "userId"),
    labels: () => manyToMany(Label, { through: "user_labels" }),
    ...softDelete,
  },
  { schema: "billing" },
) {}

export class Invoice extends Model(
  "invoices",
  { id: int().primaryKey(), userId: int(), total: int(), user: () => belongsTo(BillingUser, "userId", { onDelete: "cascade" }) },
  { schema: "billing", indexes: [["userId", "total"]] },
) {}

class Label extends Model("labels", { id: int().primaryKey(), name: text() }, { schema: "billing" }) {}
class UserLabel extends Model(
  "user_labels",
  { userId: int(), labelId: int(), user: () => belongsTo(BillingUser, "userId"), label: () => belongsTo(Label, "labelId") },
  { schema: "billing", primaryKey: ["userId", "labelId"] },
) {}

export class Cross extends Model("crosses", { id: int().primaryKey(), userId: int(), user: () => belongsTo(BillingUser, "userId") }) {}
export class Odd extends Model('odd "x".y', { id: int().primaryKey() }, { schema: 'b "i".z' }) {}

export const models = [User, BillingUser, Invoice, Label, UserLabel];

/** `open` gives an engine of an empty database that has the schemas `billing` and `b "i".z`, or may make them. */
export const schemasSuite = (name: string, open: () => Promise<Engine>): void => {
  describe(`schemas on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
    });
    after(() => engine.close());
    beforeEach(async () => {
      await engine.dropAll(models);
      await engine.createAll(models);
      await engine.createAll(models);
    });

    test("two tables of one name are two tables", async () => {
      const session = engine.session();
      const ann = await session.insert(User, { name: "Ann" });
      const billed = await session.insert(BillingUser, { email: "ann@example.com" });
      assert.equal(ann.id, billed.id);
      assert.equal(await session.get(User, ann.id), ann);
      assert.equal(await session.get(BillingUser, ann.id), billed);
      assert.deepEqual([await engine.query(User).count(), await engine.query(BillingUser).count()], [1, 1]);
      await session.insertAll(BillingUser, [{ email: "b" }, { email: "c", state: "closed" }]);
      assert.deepEqual([await engine.query(User).count(), await engine.query(BillingUser).count()], [1, 3]);
    });

    test("the schema stands in front of the table, and nowhere else", () => {
      assert.equal(
        engine
          .query(Invoice)
          .filter({ user__email: "x", total__gt: 1 })
          .toSQL()
          .sql.replaceAll(/\$\d|\?/g, "?"),
        'SELECT "invoices"."id", "invoices"."user_id", "invoices"."total" FROM "billing"."invoices" LEFT JOIN "billing"."users" AS "user" ON "user"."id" = "invoices"."user_id" AND "user"."deleted_at" IS NULL WHERE "user"."email" = ? AND "invoices"."total" > ?',
      );
    });

    test("queries, joins, subqueries and loaded relations find their schema", async () => {
      const session = engine.session();
      const [ann, bob] = await session.insertAll(BillingUser, [{ email: "ann" }, { email: "bob" }]);
      await session.insertAll(Invoice, [
        { userId: ann!.id, total: 10 },
        { userId: ann!.id, total: 20 },
        { userId: bob!.id, total: 5 },
      ]);
      assert.deepEqual(await engine.query(Invoice).filter({ user__email: "ann" }).orderBy("id").column("total"), [10, 20]);
      assert.deepEqual(await engine.query(BillingUser).filter({ invoices__total__gt: 15 }).column("email"), ["ann"]);
      const loaded = await engine.query(BillingUser).with("invoices").orderBy("id").all();
      assert.deepEqual(
        loaded.map(({ invoices }) => invoices.map(({ total }) => total)),
        [[10, 20], [5]],
      );
      const joined = await engine.query(Invoice).with("user").orderBy("id").first();
      assert.equal(joined!.user!.email, "ann");
    });

    test("updates, deletes and upserts write to their schema", async () => {
      const session = engine.session();
      await session.insert(User, { name: "Ann" });
      const billed = await session.insert(BillingUser, { email: "ann" });
      await session.insert(Invoice, { userId: billed.id, total: 3 });
      assert.equal(
        await engine
          .query(BillingUser)
          .filter({ invoices__total: 3 })
          .update({ points: F("points").plus(5) }),
        1,
      );
      await session.update(billed, { points: 7 });
      const again = await session.upsert(BillingUser, { id: billed.id, email: "ann", points: 9 }, { conflictTarget: "id" });
      assert.equal(again.points, 9);
      assert.equal((await engine.query(User).first())!.points, 0);
      assert.equal(await engine.query(Invoice).filter({ user__email: "ann" }).delete(), 1);
      await engine.query(BillingUser).filter({ email: "ann" }).delete();
      assert.deepEqual([await engine.query(User).count(), await engine.query(BillingUser).count()], [1, 0]);
    });

    test("a unit of work orders its rows by schema and name", async () => {
      await using session = engine.session();
      const user = new BillingUser({ email: "ann" });
      const other = new User({ name: "Ann" });
      session.add(new Invoice({ user, total: 1 } as never));
      session.add(other);
      await session.commit();
      assert.equal(await engine.query(Invoice).filter({ user__email: "ann" }).count(), 1);
      await session.collection(user, "labels").add(await session.insert(Label, { name: "vip" }));
      assert.deepEqual(await engine.query(BillingUser).filter({ labels__name: "vip" }).column("email"), ["ann"]);
      session.delete(other);
      await session.commit();
      assert.deepEqual([await engine.query(User).count(), await engine.query(Invoice).count()], [0, 1]);
    });

    test("in SQL of the user's own, a model and its columns name the schema", async () => {
      await engine.session().insert(BillingUser, { email: "ann" });
      const rows = await engine.execute(
        sql`SELECT ${BillingUser.columns.email} AS email FROM ${BillingUser} WHERE ${BillingUser.columns.points} = ${0}`,
      );
      assert.deepEqual(rows.all(), [{ email: "ann" }]);
    });

    test("a refusal names the model of the right schema", async () => {
      const session = engine.session();
      await session.insert(User, { name: "Ann" });
      await session.insert(BillingUser, { email: "ann" });
      await assert.rejects(session.insert(BillingUser, { email: "ann" }), (error: unknown) => {
        assert.ok(error instanceof UniqueViolation);
        assert.match(error.message, /^BillingUser\.email already/);
        assert.deepEqual([error.schema, error.table], ["billing", "users"]);
        return true;
      });
      await assert.rejects(session.insert(User, { name: "Ann" }), /^UniqueViolation[^:]*: User\.name|User\.name already/);
    });

    test("watchers are told the full name", async () => {
      const seen: unknown[] = [];
      const stop = engine.intercept((statement, next) => {
        seen.push([statement.reads, statement.writes]);
        return next();
      });
      await engine.query(Invoice).filter({ user__email: "x" }).count();
      await engine.session().insert(User, { name: "Ann" });
      await engine.session().insert(BillingUser, { email: "ann" });
      stop();
      assert.deepEqual(seen, [
        [["billing.invoices", "billing.users"], []],
        [[], ["users"]],
        [[], ["billing.users"]],
      ]);
    });

    test("a kept answer is void when the table of its own schema changes", async () => {
      const hits = async (work: () => Promise<unknown>): Promise<number> => {
        const before = engine.statementCount;
        await work();
        return engine.statementCount - before;
      };
      const users = () => engine.query(User).cache({ ttl: 60 }).count();
      const billed = () => engine.query(BillingUser).cache({ ttl: 60 }).count();
      assert.deepEqual([await hits(users), await hits(billed), await hits(users), await hits(billed)], [1, 1, 0, 0]);
      await engine.session().insert(BillingUser, { email: "ann" });
      assert.deepEqual([await hits(users), await hits(billed)], [0, 1]);
      await engine.session().insert(User, { name: "Ann" });
      assert.deepEqual([await hits(users), await hits(billed)], [1, 0]);
      assert.deepEqual([await users(), await billed()], [1, 1]);
    });

    test("rows go from one schema to the other by one statement", async () => {
      const session = engine.session();
      await session.insertAll(User, [{ name: "Ann" }, { name: "Bob" }]);
      await session.insertFrom(BillingUser, select(User).select((row) => ({ email: row.name })) as never);
      assert.deepEqual(await engine.query(BillingUser).orderBy("id").column("email"), ["Ann", "Bob"]);
    });

    test("names may hold anything", async () => {
      await engine.dropAll([Odd]);
      await engine.createAll([Odd]);
      await engine.session().insertAll(Odd, [{}, {}]);
      assert.equal(await engine.query(Odd).count(), 2);
      await engine.dropAll([Odd]);
    });

    test("a schema is a name", async () => {
      for (const schema of ["", "a\0b", 1, "x".repeat(64)] as string[]) {
        class Wrong extends Model("wrong", { id: int().primaryKey() }, { schema }) {}
        assert.throws(
          () => engine.query(Wrong),
          (error: unknown) => error instanceof ConfigurationError && /has a schema whose name/.test(error.message),
        );
      }
    });

    test("a foreign key into another schema", async () => {
      if (engine.dialect.name === "postgres") {
        await engine.createAll([Cross]);
        const session = engine.session();
        const user = await session.insert(BillingUser, { email: "ann" });
        await session.insert(Cross, { userId: user.id });
        assert.equal(await engine.query(Cross).filter({ user__email: "ann" }).count(), 1);
        await assert.rejects(session.insert(Cross, { userId: -1 }), /foreign key of Cross\.userId/);
        await engine.dropAll([Cross]);
      } else {
        await assert.rejects(
          engine.createAll([Cross]),
          (error: unknown) =>
            isPetrelError(error) && /'crosses' has a foreign key to 'billing\.users', and SQLite keeps/.test(error.message),
        );
      }
    });
  });
};
