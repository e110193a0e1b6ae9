/** What writes of many rows do, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bigint,
  bool,
  bytes,
  ConfigurationError,
  date,
  decimal,
  type Engine,
  float,
  int,
  json,
  Model,
  type Session,
  StaleObject,
  text,
  timestamp,
  timestamps,
  UniqueViolation,
  uuid,
  ValidationError,
} from "../../src/entry/index.ts";
import { type EngineUnderTest, failure } from "./session-suite.ts";

/** Every kind of column, a version and a time of change. */
class Thing extends Model("many_things", {
  id: int().primaryKey(),
  name: text({ maxLength: 20 }),
  count: int({ min: 0 }).nullable(),
  big: bigint().nullable(),
  ratio: float().nullable(),
  price: decimal({ precision: 10, scale: 2 }).nullable(),
  isOn: bool().nullable(),
  token: uuid().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  facts: json<{ n: number | null; list?: (number | null)[] }>().nullable(),
  photo: bytes().nullable(),
  version: int().version(),
  ...timestamps,
}) {}
class Cell extends Model("many_cells", { row: int(), place: text(), value: text().nullable() }, { primaryKey: ["row", "place"] }) {}
class Slot extends Model("many_slots", { id: int().primaryKey(), position: int().unique(), label: text() }) {}
class Label extends Model("many_labels", {
  id: int().primaryKey(),
  code: text().unique(),
  alias: text().nullable().unique(),
  text: text(),
  note: text().nullable(),
  version: int().version(),
  ...timestamps,
}) {}
/** Without a version: a row that is gone is not missed until it is updated. */
class Plain extends Model("many_plain", { id: int().primaryKey(), name: text() }) {
  beforeUpdate(): void {
    hooks.push(`before ${this.name}`);
  }
  beforeDelete(): void {
    hooks.push(`delete ${this.name}`);
  }
}
const hooks: string[] = [];

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const everyKind = (n: number) => ({
  name: `thing ${n}`,
  count: n % 3 === 0 ? null : n,
  big: n % 4 === 0 ? null : 9007199254740993n + BigInt(n),
  ratio: n % 5 === 0 ? null : n / 7,
  price: n % 2 === 0 ? null : `${n}.50`,
  isOn: n % 3 === 1 ? null : n % 2 === 0,
  token: n % 4 === 1 ? null : `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
  at: n % 3 === 2 ? null : new Date(Date.UTC(2026, 0, 1, 0, n, 0, n)),
  day: n % 5 === 1 ? null : "2026-02-03",
  facts: n % 6 === 0 ? null : { n: n % 2 === 0 ? null : n, list: [n, null] },
  photo: n % 5 === 2 ? null : new Uint8Array([0, n % 256, 255]),
});

export const manyRowsSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll([Thing, Cell, Slot, Label, Plain]);
      await using session = engine.session();
      hooks.length = 0;
      await body(session, engine);
    });
  };
  /** Statements that `work` sends, without BEGIN and its like. */
  const statements = async (engine: Engine, work: () => Promise<unknown>): Promise<number> => {
    const before = engine.statementCount;
    await work();
    return engine.statementCount - before;
  };
  /** What a write of `count` rows may cost: one statement where the database takes lists, else one for each. */
  const oneOr = (engine: Engine, count: number): number => (engine.dialect.takesColumns ? 1 : count);

  // ------------------------------------------------------------ a flush

  check("a commit of many changed objects is one statement, and writes every kind of value", async (session, engine) => {
    const things = await session.insertAll(
      Thing,
      range(60).map((n) => ({ name: "new", count: n })),
    );
    const before = things.map((thing) => thing.updatedAt.getTime());
    const wanted = things.map((_, n) => everyKind(n));
    await new Promise((resolve) => setTimeout(resolve, 2));
    things.forEach((thing, n) => Object.assign(thing, wanted[n]));
    // Objects change different columns: those with a NULL that was there already leave it out. All that change the same ones go together.
    const forms = new Set(
      things.map(
        (_, n) =>
          `${n % 3 === 0} ${Object.entries(wanted[n]!)
            .map(([, value]) => value === null)
            .join()}`,
      ),
    ).size;
    const sent = await statements(engine, () => session.commit());
    assert.ok(sent <= (engine.dialect.takesColumns ? forms : 60), `${sent} statements for ${forms} forms`);
    const rows = await engine.query(Thing).orderBy("id").all();
    assert.deepEqual(
      rows.map(({ id: _id, version: _version, createdAt: _created, updatedAt: _updated, ...values }) => ({ ...values })),
      wanted,
    );
    assert.deepEqual(new Set(rows.map((row) => row.version)), new Set([2]));
    assert.ok(rows.every((row, n) => row.updatedAt.getTime() > before[n]!));
    assert.deepEqual(
      things.map((thing) => [thing.id, thing.version, thing.updatedAt]),
      rows.map((row) => [row.id, row.version, row.updatedAt]),
    );
    assert.equal(session.isDirty(), false);
  });

  check("a thousand changed objects of each of two tables are a statement per table", async (session, engine) => {
    const things = await session.insertAll(
      Thing,
      range(1000).map((n) => ({ name: `${n}` })),
    );
    const cells = await session.insertAll(
      Cell,
      range(1000).map((n) => ({ row: n, place: `p${n}`, value: null })),
    );
    for (const thing of things) thing.name += "!";
    for (const cell of cells) cell.value = `v${cell.row}`;
    assert.equal(await statements(engine, () => session.commit()), 2 * oneOr(engine, 1000));
    assert.deepEqual(
      await engine.query(Thing).orderBy("id").column("name"),
      range(1000).map((n) => `${n}!`),
    );
    assert.deepEqual(
      await engine.query(Cell).orderBy("row").column("value"),
      range(1000).map((n) => `v${n}`),
    );
  });

  check("a stale object among many is named, and nothing is written", async (session, engine) => {
    const things = await session.insertAll(
      Thing,
      range(20).map((n) => ({ name: `${n}` })),
    );
    await engine.query(Thing).filter({ id: things[13]!.id }).update({ name: "theirs" });
    for (const thing of things) thing.name = "mine";
    const error = await failure(session.commit(), StaleObject);
    assert.equal(error.object, things[13]);
    assert.deepEqual([error.model, error.table, error.properties], ["Thing", "many_things", ["id"]]);
    assert.equal(Object.keys(error).includes("object"), false);
    assert.equal(await engine.query(Thing).filter({ name: "mine" }).count(), 0);
    assert.deepEqual(new Set(things.map((thing) => `${thing.name} ${thing.version}`)), new Set(["mine 1"]));
    await session.refresh(things[13]!);
    await session.commit();
    assert.equal(await engine.query(Thing).filter({ name: "mine" }).count(), 19);
  });

  check("an object among many whose row is gone is stale without a version, too", async (session, engine) => {
    const plain = await session.insertAll(
      Plain,
      range(3).map((n) => ({ name: `${n}` })),
    );
    await engine.query(Plain).filter({ id: plain[1]!.id }).delete();
    for (const each of plain) each.name += "!";
    assert.equal((await failure(session.commit(), StaleObject)).object, plain[1]);
    assert.deepEqual(await engine.query(Plain).orderBy("id").column("name"), ["0", "2"]);
  });

  check("unique values move up from row to row in the order of the objects", async (session, engine) => {
    const slots = await session.insertAll(
      Slot,
      range(10).map((n) => ({ position: n, label: `s${n}` })),
    );
    session.expunge();
    const loaded = await session.query(Slot).orderBy("-position").all();
    assert.equal(loaded.length, slots.length);
    for (const slot of loaded) slot.position++;
    await session.commit();
    assert.deepEqual(
      await engine.query(Slot).orderBy("id").column("position"),
      range(10).map((n) => n + 1),
    );
  });

  check("many deleted objects are one statement per table, and a stale one among them is named", async (session, engine) => {
    const things = await session.insertAll(
      Thing,
      range(30).map((n) => ({ name: `${n}` })),
    );
    const cells = await session.insertAll(
      Cell,
      range(30).map((n) => ({ row: n, place: "x" })),
    );
    session.delete(...things.slice(0, 20), ...cells.slice(0, 20));
    assert.equal(await statements(engine, () => session.commit()), 2 * oneOr(engine, 20));
    assert.deepEqual([await engine.query(Thing).count(), await engine.query(Cell).count()], [10, 10]);
    await engine.query(Thing).filter({ id: things[25]!.id }).update({ name: "theirs" });
    session.delete(...things.slice(20));
    assert.equal((await failure(session.commit(), StaleObject)).object, things[25]);
    assert.equal(await engine.query(Thing).count(), 10);
  });

  // ------------------------------------------------------------ insertAll

  check("insertAll() takes what makes its rows as it goes, and gives keys in the order of the rows", async (session, engine) => {
    const made = async function* () {
      for (const n of range(30)) {
        if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield { name: `${n}`, count: n % 2 === 0 ? n : null };
      }
    };
    const sent = await statements(engine, async () => {
      const things = await session.insertAll(Thing, made());
      assert.deepEqual(
        things.map((thing) => [thing.id, thing.name]),
        range(30).map((n) => [n + 1, `${n}`]),
      );
    });
    assert.equal(sent, 1);
    const more = await session.insertAll(new Set([new Thing({ name: "a" }), new Thing({ name: "b" })]));
    assert.deepEqual(
      more.map((thing) => [thing.id, thing.name]),
      [
        [31, "a"],
        [32, "b"],
      ],
    );
    assert.deepEqual(await session.insertAll(Thing, new Map<string, { name: string }>().values()), []);
    const broken = async function* () {
      yield { name: "c" };
      throw new Error("no more");
    };
    await assert.rejects(session.insertAll(Thing, broken()), /no more/);
    await failure(session.insertAll(Thing, "ab" as never), ConfigurationError);
    await failure(session.insertAll(Thing, {} as never), ConfigurationError);
    assert.equal(await engine.query(Thing).count(), 32);
  });

  // ------------------------------------------------------------ upsertAll

  check("upsertAll() is one statement, and gives the right row for each, made or found", async (session, engine) => {
    const things = await session.insertAll(
      Label,
      range(5).map((n) => ({ code: `c${n}`, text: "old" })),
    );
    await new Promise((resolve) => setTimeout(resolve, 2));
    const codes = ["c9", "c3", "c0", "c7", "c4"];
    const options = { conflictTarget: "code" } as const;
    const sent = await statements(engine, async () => {
      const rows = await session.upsertAll(
        Label,
        codes.map((code) => ({ code, text: `new ${code}` })),
        options,
      );
      assert.deepEqual(
        rows.map((row) => [row.code, row.text, row.version, row.id <= 5]),
        codes.map((code) => [code, `new ${code}`, code < "c5" ? 2 : 1, code < "c5"]),
      );
      assert.equal(rows[1], things[3]);
      assert.ok(rows[1]!.updatedAt > rows[1]!.createdAt);
    });
    assert.equal(sent, oneOr(engine, 5));
    assert.deepEqual(await engine.query(Label).orderBy("code").column("text"), [
      "new c0",
      "old",
      "old",
      "new c3",
      "new c4",
      "new c7",
      "new c9",
    ]);
    assert.equal(session.isDirty(), false);
  });

  check("upsertAll() with nothing to overwrite gives what is there, in the order of the rows", async (session, engine) => {
    await session.insertAll(Label, [
      { code: "b", text: "old" },
      { code: "d", text: "old" },
    ]);
    const codes = ["a", "b", "c", "d", "a"];
    const options = { conflictTarget: "code", updateFields: [] } as const;
    const sent = await statements(engine, async () => {
      const rows = await session.upsertAll(
        Label,
        codes.map((code, n) => ({ code, text: `${n}` })),
        options,
      );
      assert.deepEqual(
        rows.map((row) => [row.code, row.text, row.version]),
        [
          ["a", "0", 1],
          ["b", "old", 1],
          ["c", "2", 1],
          ["d", "old", 1],
          ["a", "0", 1],
        ],
      );
      assert.equal(rows[4]!.id, rows[0]!.id);
    });
    // The insert, the rows in its way, and then the second "a" with the row in its way; or each row with the one in its way.
    assert.equal(sent, engine.dialect.takesColumns ? 4 : 8);
    const cells = [
      { row: 1, place: "x", value: "1" },
      { row: 1, place: "y", value: "2" },
    ];
    await session.upsertAll(Cell, cells.slice(0, 1), { conflictTarget: ["row", "place"] });
    const both = await session.upsertAll(
      Cell,
      cells.map((cell) => ({ ...cell, value: "new" })),
      { conflictTarget: ["row", "place"], updateFields: [] },
    );
    assert.deepEqual(
      both.map((cell) => cell.value),
      ["1", "new"],
    );
  });

  check("upsertAll() writes a key that comes twice twice, whichever columns the rows give", async (session, engine) => {
    const rows = await session.upsertAll(
      Label,
      [
        { code: "a", text: "1" },
        { code: "a", text: "2", note: "two" },
        { code: "b", text: "3" },
        { code: "a", text: "4" },
      ],
      { conflictTarget: "code" },
    );
    assert.deepEqual(
      rows.map((row) => row.id),
      [1, 1, rows[2]!.id, 1],
    );
    assert.deepEqual(await engine.query(Label).orderBy("code").valuesList("code", "text", "note", "version"), [
      ["a", "4", "two", 3],
      ["b", "3", null, 1],
    ]);
  });

  check("upsertAll() by a column that may be NULL inserts every row without it", async (session, engine) => {
    const rows = await session.upsertAll(
      Label,
      [
        { code: "a", text: "1" },
        { code: "b", text: "2", alias: "x" },
        { code: "c", text: "3" },
      ],
      { conflictTarget: "alias" },
    );
    const again = await session.upsertAll(
      Label,
      [
        { code: "d", text: "4" },
        { code: "b", text: "5", alias: "x" },
      ],
      { conflictTarget: "alias", updateFields: ["text"] },
    );
    assert.deepEqual([new Set(rows.map((row) => row.id)).size, again[1]!.id], [3, rows[1]!.id]);
    assert.deepEqual(await engine.query(Label).orderBy("code").column("text"), ["1", "5", "3", "4"]);
  });

  check("an upsert of instances that were read writes what they have, but no old version or time", async (session, engine) => {
    await session.insertAll(Label, [
      { code: "a", text: "1" },
      { code: "b", text: "2" },
    ]);
    const read = await engine.query(Label).orderBy("code").all();
    await engine.query(Label).update({ text: "theirs" }, { all: true });
    await new Promise((resolve) => setTimeout(resolve, 2));
    for (const label of read) label.note = "mine";
    const rows = await engine.session().upsertAll(read, { conflictTarget: "code" });
    assert.deepEqual(
      rows.map((row) => [row.text, row.note, row.version, row.updatedAt > row.createdAt]),
      [
        ["1", "mine", 3, true],
        ["2", "mine", 3, true],
      ],
    );
    const fresh = await engine.session().upsert(new Label({ code: "a", text: "x" }), { conflictTarget: "code" });
    assert.deepEqual([fresh.text, fresh.note, fresh.version, fresh.createdAt], ["x", null, 4, read[0]!.createdAt]);
    await failure(session.upsertAll([fresh, new Plain({ name: "x" })] as never, { conflictTarget: "code" } as never), ConfigurationError);
  });

  // ------------------------------------------------------------ bulkUpdate

  check("bulkUpdate() writes the named columns, counts versions and calls no hooks", async (session, engine) => {
    const things = await session.insertAll(
      Thing,
      range(40).map((n) => ({ name: `${n}` })),
    );
    const plain = await session.insertAll(Plain, [{ name: "a" }, { name: "b" }]);
    const wanted = things.map((_, n) => everyKind(n));
    things.forEach((thing, n) => Object.assign(thing, wanted[n]));
    const others = Object.keys(everyKind(0)).filter((key) => key !== "name") as "count"[];
    const sent = await statements(engine, async () => assert.equal(await session.bulkUpdate(things, others), 40));
    assert.equal(sent, oneOr(engine, 40));
    const rows = await engine.query(Thing).orderBy("id").all();
    assert.deepEqual(
      rows.map(({ name: _name, id: _id, version, createdAt: _created, updatedAt, ...values }, n) => [
        { ...values, name: `thing ${n}` },
        version,
        updatedAt,
      ]),
      wanted.map((values, n) => [values, 2, things[n]!.updatedAt]),
    );
    assert.deepEqual(new Set(rows.map((row) => row.name.length <= 2)), new Set([true]));
    // The names are unwritten still, and nothing else is.
    assert.equal(session.dirty.length, 40);
    await session.commit();
    assert.deepEqual(
      (await engine.query(Thing).orderBy("id").all()).map((row) => [row.name, row.version]),
      wanted.map((values) => [values.name, 3]),
    );
    for (const each of plain) each.name += "!";
    await session.bulkUpdate(plain, ["name"]);
    assert.deepEqual([hooks, await engine.query(Plain).orderBy("id").column("name")], [[], ["a!", "b!"]]);
    assert.equal(session.isDirty(), false);
  });

  check("bulkUpdate() by composite keys, of objects that nobody tracks", async (_session, engine) => {
    await engine.session().insertAll(
      Cell,
      range(5).map((n) => ({ row: n % 2, place: `p${n}`, value: "old" })),
    );
    const cells = await engine.query(Cell).orderBy("place").all();
    cells.forEach((cell, n) => (cell.value = n === 3 ? null : `v${n}`));
    await engine.session().bulkUpdate(cells, ["value"]);
    assert.deepEqual(await engine.query(Cell).orderBy("place").column("value"), ["v0", "v1", "v2", null, "v4"]);
  });

  check("bulkUpdate() is all or none, and leaves the objects as they were", async (session, engine) => {
    const slots = await session.insertAll(
      Slot,
      range(3).map((n) => ({ position: n, label: `s${n}` })),
    );
    slots[2]!.position = 0;
    slots[1]!.label = "new";
    await failure(session.bulkUpdate(slots, ["position", "label"]), UniqueViolation);
    assert.deepEqual(await engine.query(Slot).orderBy("id").column("label"), ["s0", "s1", "s2"]);
    const things = await session.insertAll(Thing, [{ name: "a" }, { name: "b" }]);
    await engine.query(Thing).filter({ id: things[1]!.id }).update({ name: "theirs" });
    for (const thing of things) thing.count = 7;
    assert.equal((await failure(session.bulkUpdate(things, ["count"]), StaleObject)).object, things[1]);
    assert.deepEqual(await engine.query(Thing).orderBy("id").valuesList("count", "version"), [
      [null, 1],
      [null, 2],
    ]);
    assert.deepEqual(
      things.map((thing) => thing.version),
      [1, 1],
    );
  });

  check("bulkUpdate() inside a transaction that is rolled back gives the objects back", async (session, engine) => {
    const things = await session.insertAll(Thing, [{ name: "a" }, { name: "b" }]);
    const undone = session.transaction(async (tx) => {
      for (const thing of things) thing.name += "!";
      await tx.bulkUpdate(things, ["name"]);
      throw new Error("undo");
    });
    await assert.rejects(undone, /undo/);
    assert.deepEqual(
      things.map((thing) => [thing.name, thing.version]),
      [
        ["a", 1],
        ["b", 1],
      ],
    );
    assert.deepEqual([session.isDirty(), await engine.query(Thing).orderBy("id").column("name")], [false, ["a", "b"]]);
  });

  check("bulkUpdate() says what it cannot do", async (session, engine) => {
    const things = await session.insertAll(Thing, [{ name: "a" }, { name: "b" }]);
    const sent = engine.statementCount;
    assert.equal(await session.bulkUpdate([], ["name" as never]), 0);
    for (const [objects, fields, message] of [
      [things, [], /takes the columns to write/],
      [things, ["nam"], /has no column 'nam'/],
      [things, ["id"], /is found by 'id'/],
      [things, ["version"], /counts 'version' by itself/],
      [[things[0], things[0]], ["name"], /given one Thing twice/],
      [[things[0], new Plain({ name: "x" })], ["name"], /number 2 is no Thing/],
      [[new Thing({ name: "x" })], ["name"], /has no 'id'/],
      [things[0], ["name"], /takes an array of objects/],
    ] as const)
      assert.match((await failure(session.bulkUpdate(objects as never, fields as never), ConfigurationError)).message, message);
    things[1]!.name = "x".repeat(21);
    things[1]!.count = -1;
    const error = await failure(session.bulkUpdate(things, ["name", "count"]), ValidationError);
    assert.match(error.message, /object 2 of 2/);
    assert.deepEqual(error.properties, ["name", "count"]);
    assert.equal(engine.statementCount, sent);
  });
};
