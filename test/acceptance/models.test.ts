// Models: each declaration and column option that the documents show.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bool,
  bytes,
  ConfigurationError,
  date,
  float,
  int,
  json,
  Model,
  text,
  time,
  timestamp,
  ValidationError,
} from "../../src/entry/index.ts";
import { onEachDatabase } from "./databases.ts";

class Everything extends Model(
  "everything",
  {
    id: int().primaryKey(),
    whole: int().nullable(),
    words: text({ maxLength: 5 }).unique().index(),
    real: float().default(1.5),
    flag: bool().default(true),
    raw: bytes().nullable(),
    at: timestamp().default(() => new Date("2026-01-01T00:00:00.123Z")),
    day: date().nullable(),
    hour: time().nullable(),
    document: json<Record<string, unknown>>().default({}),
    list: json<unknown[]>().default([]),
    otherId: int().nullable().references("everything.id", { onDelete: "set null", onUpdate: "cascade" }),
  },
  { indexes: [["words", "flag"]] },
) {}

onEachDatabase(
  "models",
  [Everything],
  async () => undefined,
  ({ engine }) => {
    test("a model with a table name and an integer key that counts up", async () => {
      const rows = await engine()
        .session()
        .insertAll(Everything, [{ words: "a" }, { words: "b" }]);
      assert.deepEqual(
        rows.map(({ id }) => id),
        [1, 2],
      );
    });
    test("every type of the table comes back as it was", async () => {
      const values = {
        whole: -7,
        words: "Äö",
        real: 0.1,
        flag: false,
        raw: new Uint8Array([0, 255]),
        at: new Date("2026-02-03T04:05:06.789Z"),
        day: "2024-02-29",
        hour: "23:59:59",
        document: { a: [1, { b: null }] },
        list: [1, "x"],
      };
      const { id } = await engine().session().insert(Everything, values);
      assert.deepEqual({ ...(await engine().query(Everything).get({ id })) }, { id, ...values, otherId: null });
    });
    test("columns are NOT NULL unless they say otherwise, nullable ones and defaults are filled in", async () => {
      const { id, ...rest } = await engine().session().insert(Everything, { words: "x" });
      assert.equal(id, 1);
      assert.deepEqual(
        { ...rest },
        {
          whole: null,
          words: "x",
          real: 1.5,
          flag: true,
          raw: null,
          at: new Date("2026-01-01T00:00:00.123Z"),
          day: null,
          hour: null,
          document: {},
          list: [],
          otherId: null,
        },
      );
      await assert.rejects(
        engine()
          .session()
          .insert(Everything, { words: null } as never),
        ValidationError,
      );
    });
    test("maxLength and unique are held", async () => {
      const session = engine().session();
      await assert.rejects(session.insert(Everything, { words: "123456" }), ValidationError);
      await session.insert(Everything, { words: "x" });
      await assert.rejects(session.insert(Everything, { words: "x" }), { name: "UniqueViolation", property: "words" });
    });
    test('references("everything.id", { onDelete: "set null" })', async () => {
      const session = engine().session();
      const first = await session.insert(Everything, { words: "a" });
      const second = await session.insert(Everything, { words: "b", otherId: first.id });
      await assert.rejects(session.insert(Everything, { words: "c", otherId: 99 }), { name: "ForeignKeyViolation" });
      await session.remove(first);
      assert.equal((await engine().query(Everything).get({ id: second.id })).otherId, null);
    });
    test("an index on a column that is not declared is an error at the first use", () => {
      class Wrong extends Model("wrong", { id: int().primaryKey() }, { indexes: [["isActive"]] as never }) {}
      assert.throws(() => engine().query(Wrong), ConfigurationError);
    });
    test("createAll() twice changes nothing, dropAll() takes the tables away", async () => {
      await engine().createAll([Everything]);
      await engine().dropAll([Everything]);
      await assert.rejects(engine().query(Everything).count(), { name: "QueryError" });
    });
  },
);
