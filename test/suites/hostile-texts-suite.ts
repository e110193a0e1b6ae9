/**
 * Every hostile text at every place that takes a text. Either an error of ours, or exactly what was asked for; and whatever happened,
 * the canaries are alive and no table has come or gone.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import {
  count,
  F,
  int,
  isPetrelError,
  json,
  jsonSet,
  Model,
  sql,
  sum,
  text,
  timestamp,
  type Engine,
  type TransactionOptions,
} from "../../src/entry/index.ts";
import { unchecked } from "../support/unchecked-query.ts";
import type { UncheckedQuery, UncheckedRow } from "../support/unchecked-query.ts";
import { hostileTexts, impossibleTexts } from "../support/hostile-texts.ts";

export interface HostileTextsUnderTest {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
  /** SQL for all that the database has: its tables and their columns. */
  readonly catalog: string;
  /** Columns that the database gives every table by itself. */
  readonly ownColumns: readonly string[];
}

class Canary extends Model("canaries", { id: int().primaryKey(), body: text() }) {}
class Note extends Model("notes", { id: int().primaryKey(), title: text(), data: json<unknown>(), at: timestamp().nullable() }) {}

interface Paged {
  readonly paginate: (...given: readonly unknown[]) => Promise<unknown>;
  readonly orderBy: (name: string) => Paged;
  readonly pageAfter: (...given: readonly unknown[]) => Promise<unknown>;
}

/** What a place makes of a text: an error of ours is always right, anything else must be what `expected` says. */
type Place = (given: string, engine: Engine, notes: UncheckedQuery) => unknown;

const found = [1];
/** `__proto__` becomes a key like any other. */
const ownKey = (key: string, value: unknown): Record<string, unknown> => Object.fromEntries([[key, value]]);
const documentOf = (given: string): Record<string, unknown> =>
  Object.fromEntries([
    ["value", given],
    ["list", [given]],
    [given, 7],
  ]);
const ids = (query: UncheckedQuery): Promise<readonly unknown[]> => query.orderBy("id").column("id");

/** Places of values, with what they must answer when note 1 holds the text and note 2 does not. */
const values: Readonly<Record<string, readonly [Place, (given: string) => unknown]>> = {
  "an equal value": [(given, _, notes) => ids(notes.filter({ title: given })), () => found],
  "a different value": [(given, _, notes) => ids(notes.filter({ title__ne: given })), () => [2]],
  "a list": [(given, _, notes) => ids(notes.filter({ title__in: [given, "another"] })), () => found],
  "a part": [(given, _, notes) => ids(notes.filter({ title__contains: given })), (given) => ("other".includes(given) ? [1, 2] : found)],
  "a start": [
    (given, _, notes) => ids(notes.filter({ title__startsWith: given })),
    (given) => ("other".startsWith(given) ? [1, 2] : found),
  ],
  "an end": [(given, _, notes) => ids(notes.filter({ title__endsWith: given })), (given) => ("other".endsWith(given) ? [1, 2] : found)],
  "the same in another case": [(given, _, notes) => ids(notes.filter({ title__iexact: given })), () => found],
  "an expression": [(given, _, notes) => ids(notes.where((note: { title: UncheckedRow }) => note.title.eq(given))), () => found],
  "a value in a document": [(given, _, notes) => ids(notes.filter({ data__value: given })), () => found],
  "a part of a document": [(given, _, notes) => ids(notes.filter({ data__contains: { value: given } })), () => found],
  "an element of a document": [(given, _, notes) => ids(notes.filter({ data__list__contains: [given] })), () => found],
  "a whole document": [(given, _, notes) => ids(notes.filter({ data: documentOf(given) })), () => found],
  "a key of a document": [(given, _, notes) => ids(notes.filter({ data__hasKey: given })), () => found],
  "a path into a document": [
    (given, _, notes) => ids(notes.where((note: { data: UncheckedRow }) => note.data.at(given).eq(7))),
    () => found,
  ],
  "an update": [
    async (given, _, notes) => [
      await notes.filter({ title: given }).update({ title: `${given} ` }),
      ...(await notes.filter({ id: 1 }).column("title")),
    ],
    (given) => [1, `${given} `],
  ],
  "a value of sql": [
    async (given, engine) =>
      (await engine.execute<Note, { id: number }>(sql<{ id: number }>`SELECT id FROM ${Note} WHERE title = ${given}` as never)).column(
        "id",
      ),
    () => found,
  ],
  "a list of sql": [
    async (given, engine) => (await engine.execute<{ value: string }>("SELECT ? AS value", [given])).tuples(),
    (given) => [[given]],
  ],
  "a named parameter": [
    async (given, engine) => (await engine.execute("SELECT :given AS a, :given AS b", { given })).tuples(),
    (given) => [[given, given]],
  ],
  "the name of a result": [
    async (given, _, notes) =>
      Object.entries(
        (
          await notes
            .filter({ id: 1 })
            .select((note: UncheckedRow) => ({ [given]: note.id }))
            .all()
        )[0]!,
      ),
    (given) => [[given, 1]],
  ],
  "the name of a computed column": [
    async (given, _, notes) =>
      Object.entries(
        (
          await notes
            .filter({ id: 1 })
            .only("id")
            .annotate((note: UncheckedRow) => ({ [given]: note.id }))
            .all()
        )[0]!,
      ).filter(([name]) => name !== "id"),
    (given) => [[given, 1]],
  ],
  "the name of a key in a lookup": [
    (given, _, notes) => ids(notes.filter({ [`data__${given}`]: 7 })),
    (given) => (given.includes("__") ? [] : found),
  ],
  "the name of a column of raw SQL": [
    async (given, engine) => Object.entries((await engine.execute(sql`SELECT 1 AS ${sql.identifier(given)}`)).all()[0] as object),
    (given) => [[given, 1]],
  ],
  "a key that is changed in a document": [
    async (given, _, notes) => [
      await notes.filter({ id: 1 }).update({ data: jsonSet({ [given]: { deep: given } }) }),
      ...(await notes.filter({ id: 1 }).column("data")),
    ],
    (given) => [1, Object.assign(documentOf(given), ownKey(given, { deep: given }))],
  ],
  "the name of an aggregate": [
    async (given, _, notes) => Object.entries((await notes.aggregate({ [given]: count() })) as object),
    (given) => [[given, 2]],
  ],
};

/** Places of names: the names that the model has may be answered, everything else is an error of ours. */
const names: Readonly<Record<string, Place>> = {
  "a lookup": (given, _, notes) => notes.filter({ [given]: "x" }).all(),
  "an operator": (given, _, notes) => notes.filter({ [`title__${given}`]: "x" }).all(),
  "a lookup to exclude": (given, _, notes) => notes.exclude({ [given]: "x" }).all(),
  "an order": (given, _, notes) => notes.orderBy(given).all(),
  "a descending order": (given, _, notes) => notes.orderBy(`-${given}`).all(),
  "a column to fetch": (given, _, notes) => notes.only(given).all(),
  "a column to leave out": (given, _, notes) => notes.defer(given).all(),
  "a value": (given, _, notes) => notes.values(given),
  "a tuple": (given, _, notes) => notes.valuesList(given),
  "a column": (given, _, notes) => notes.column(given),
  "a relation": (given, _, notes) => notes.with(given).all(),
  "a group": (given, _, notes) => notes.groupBy(given).all(),
  "a count": (given, _, notes) => notes.aggregate({ n: count(given) }),
  "a sum": (given, _, notes) => notes.aggregate({ n: sum(given) }),
  "a column to update": (given, _, notes) => notes.filter({ id: 1 }).update({ [given]: "x" }),
  "a column to calculate with": (given, _, notes) => notes.filter({ id: 1 }).update({ id: F(given).plus(0) }),
  "a limit": (given, _, notes) => notes.limit(given).all(),
  "an offset": (given, _, notes) => notes.offset(given).all(),
  "a page": (given, _, notes) => (notes as unknown as Paged).paginate(given, 10),
  "a cursor": (given, _, notes) => (notes as unknown as Paged).orderBy("id").pageAfter(given, { limit: 1 }),
  "a part of a date": (given, _, notes) => notes.select((note: { at: UncheckedRow }) => ({ day: note.at.truncate(given) })).all(),
  "an option of a lock": (given, _, notes) => notes.forUpdate({ [given]: true }).all(),
  "a time limit": (given, _, notes) => notes.all({ timeout: given }),
  "an isolation level": (given, engine) =>
    engine.transaction((tx) => tx.query(Note).count(), { isolation: given } as unknown as TransactionOptions),
  "an option of a transaction": (given, engine) => engine.transaction((tx) => tx.query(Note).count(), { [given]: true }),
  "a column to insert": (given, engine) => engine.session().insert(Note, { id: 3, title: "x", data: {}, [given]: "x" } as never),
  "a column to insert many": (given, engine) => engine.session().insertAll(Note, [{ id: 3, title: "x", data: {}, [given]: "x" } as never]),
  "an identifier": (given, engine) => engine.execute(sql`SELECT ${sql.identifier(given)} FROM ${sql.identifier("notes")}`),
  "a table": (given, engine) => engine.execute(sql`SELECT 1 FROM ${sql.identifier(given)}`),
};
const known = new Set(["id", "title", "data"]);

const answerOf = async (place: Place, given: string, engine: Engine): Promise<unknown> => {
  try {
    return await place(given, engine, unchecked(engine.query(Note)));
  } catch (error) {
    if (isPetrelError(error)) return error;
    throw error;
  }
};

export const hostileTextsSuite = ({ name, open, catalog, ownColumns }: HostileTextsUnderTest): void => {
  /** The database's own columns can be named, and `count("*")` is `count()`. */
  const isHarmless = (what: string, given: string): boolean =>
    what === "an identifier" ? ownColumns.includes(given.toLowerCase()) : what === "a count" && given === "*";

  describe(`hostile texts on ${name}`, () => {
    let engine: Engine;
    let schema = "";
    const schemaOf = async (): Promise<string> => JSON.stringify((await engine.execute(catalog)).tuples());
    before(async () => {
      engine = await open();
      await engine.createAll([Canary, Note]);
      await engine.session().insertAll(Canary, [
        { id: 1, body: "alive" },
        { id: 2, body: "well" },
      ]);
      schema = await schemaOf();
    });
    after(() => engine.close());
    afterEach(async () => {
      assert.deepEqual(await engine.query(Canary).orderBy("id").column("body"), ["alive", "well"]);
      assert.equal(await schemaOf(), schema);
    });

    const hold = async (given: string): Promise<void> => {
      await engine.query(Note).delete({ all: true });
      await engine.session().insertAll(Note, [
        { id: 1, title: given, data: documentOf(given) },
        { id: 2, title: "other", data: { other: 1 } },
      ]);
    };

    for (const [what, [place, expected]] of Object.entries(values)) {
      test(`as ${what}: exactly that, or an error of ours`, async () => {
        for (const given of hostileTexts) {
          await hold(given);
          const answer = await answerOf(place, given, engine);
          if (isPetrelError(answer)) assert.ok(what.startsWith("the name"), `${JSON.stringify(given)}: ${answer.message}`);
          else assert.deepEqual(answer, expected(given), JSON.stringify(given));
        }
      });
    }

    for (const [what, place] of Object.entries(names)) {
      test(`as ${what}: an error of ours, unless the model has it`, async () => {
        await hold("text");
        for (const given of hostileTexts) {
          const answer = await answerOf(place, given, engine);
          if (!known.has(given) && !isPetrelError(answer)) assert.ok(isHarmless(what, given), JSON.stringify(given));
        }
        assert.equal(await engine.query(Note).count(), 2);
        assert.deepEqual(await engine.query(Note).orderBy("id").column("title"), ["text", "other"]);
      });
    }

    test("what no database can store is refused as a value, by name", async () => {
      for (const given of impossibleTexts) {
        for (const key of ["title", "title__in", "title__contains", "title__like", "title__gt"]) {
          const value = key === "title__in" ? [given] : given;
          const answer = await answerOf((_given, _engine, notes) => notes.filter({ [key]: value }).all(), given, engine);
          assert.ok(isPetrelError(answer) && answer.message.includes(`'${key}'`), `${key} ${JSON.stringify(given)}`);
        }
        assert.ok(
          isPetrelError(await answerOf((_given, _engine, notes) => notes.filter({ id: 1 }).update({ title: given }), given, engine)),
        );
        assert.ok(isPetrelError(await answerOf(() => engine.execute("SELECT ?", [given]), given, engine)));
        assert.ok(isPetrelError(await answerOf(() => engine.execute(sql`SELECT ${given}`), given, engine)));
        if (given.includes("\0")) {
          assert.ok(
            isPetrelError(
              await answerOf(
                (_given, _engine, notes) => notes.annotate((note: UncheckedRow) => ({ [given]: note.id })).all(),
                given,
                engine,
              ),
            ),
          );
        }
      }
    });
  });
};
