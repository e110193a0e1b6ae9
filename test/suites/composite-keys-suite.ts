/** Foreign keys of several columns, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  belongsTo,
  type Engine,
  ForeignKeyViolation,
  hasMany,
  hasOne,
  int,
  joined,
  manyToMany,
  Model,
  selectIn,
  type Session,
  text,
  ValidationError,
} from "../../src/entry/index.ts";
import { Random } from "../support/random.ts";
import { type EngineUnderTest, failure } from "./session-suite.ts";

class Order extends Model("ck_orders", {
  id: int().primaryKey(),
  code: text(),
  lines: () => hasMany(Line, "orderId"),
}) {}
class Line extends Model(
  "ck_lines",
  {
    orderId: int(),
    no: int(),
    what: text(),
    order: () => belongsTo(Order, "orderId", { onDelete: "cascade" }),
    notes: () => hasMany(Note, ["orderId", "lineNo"]),
    label: () => hasOne(Label, ["orderId", "lineNo"]),
    tags: () => manyToMany(Tag, { through: LineTag }),
  },
  { primaryKey: ["orderId", "no"] },
) {}
class Note extends Model("ck_notes", {
  id: int().primaryKey(),
  orderId: int().nullable(),
  lineNo: int().nullable(),
  body: text(),
  line: () => belongsTo(Line, ["orderId", "lineNo"], { onDelete: "set null" }),
}) {}
/** Its columns are named in another order than those of the line's key. */
class Label extends Model("ck_labels", {
  id: int().primaryKey(),
  lineNo: int(),
  orderId: int(),
  colour: text(),
  line: () => belongsTo(Line, ["lineNo", "orderId"], { references: ["no", "orderId"], onDelete: "cascade" }),
}) {}
class Tag extends Model("ck_tags", {
  id: int().primaryKey(),
  word: text(),
  lines: () => manyToMany(Line, { through: LineTag }),
}) {}
class LineTag extends Model(
  "ck_line_tags",
  {
    orderId: int(),
    lineNo: int(),
    tagId: int(),
    line: () => belongsTo(Line, ["orderId", "lineNo"], { onDelete: "cascade" }),
    tag: () => belongsTo(Tag, "tagId"),
  },
  { primaryKey: ["orderId", "lineNo", "tagId"] },
) {}
/** A tree inside each space: the foreign key shares a column with the primary key. */
class Folder extends Model(
  "ck_folders",
  {
    space: text(),
    no: int(),
    parentNo: int().nullable(),
    parent: () => belongsTo(Folder, ["space", "parentNo"]),
    folders: () => hasMany(Folder, ["space", "parentNo"]),
  },
  { primaryKey: ["space", "no"], orderBy: ["space", "no"] },
) {}

export const models = [Order, Line, Note, Label, Tag, LineTag, Folder] as const;

interface Rows {
  readonly lines: readonly { orderId: number; no: number; what: string }[];
  readonly notes: readonly { id: number; orderId: number | null; lineNo: number | null; body: string }[];
  readonly labels: readonly { id: number; orderId: number; lineNo: number; colour: string }[];
  readonly links: readonly { orderId: number; lineNo: number; tagId: number }[];
}

/** Every order counts its lines from 1, so that lists of both columns meet in pairs that nobody asked for. */
const randomRows = (random: Random): Rows => {
  const lines = [1, 2, 3].flatMap((orderId) =>
    [1, 2, 3].filter(() => random.chance(0.6)).map((no) => ({ orderId, no, what: `w${random.below(3)}` })),
  );
  const at = (): { orderId: number; lineNo: number } => {
    const { orderId, no } = random.of(lines);
    return { orderId, lineNo: no };
  };
  const half = { orderId: 1, lineNo: null };
  const some = lines.length === 0 ? 0 : 8;
  const labels = lines.filter(() => random.chance(0.5));
  const links = lines.flatMap(({ orderId, no }) =>
    [1, 2].filter(() => random.chance(0.5)).map((tagId) => ({ orderId, lineNo: no, tagId })),
  );
  return {
    lines,
    notes: random.many(some, () => (random.chance(0.2) ? half : at())).map((key, index) => ({ id: index + 1, ...key, body: `b${index}` })),
    labels: labels.map(({ orderId, no }, index) => ({ id: index + 1, orderId, lineNo: no, colour: `c${index}` })),
    links,
  };
};

const insertRows = async (engine: Engine, rows: Rows): Promise<void> => {
  const session = engine.session();
  await session.insertAll(
    Order,
    [1, 2, 3].map((id) => ({ id, code: `o${id}` })),
  );
  await session.insertAll(
    Tag,
    [1, 2].map((id) => ({ id, word: `t${id}` })),
  );
  await session.insertAll(Line, rows.lines);
  await session.insertAll(Note, rows.notes);
  await session.insertAll(Label, rows.labels);
  await session.insertAll(LineTag, rows.links);
};

export const compositeKeysSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll([...models]);
      await using session = engine.session();
      await body(session, engine);
    });
  };

  check("a foreign key of two columns holds, unless one of them is NULL", async (session) => {
    await session.insert(Order, { id: 1, code: "a" });
    await session.insert(Line, { orderId: 1, no: 1, what: "x" });
    await session.insert(Note, { orderId: 1, lineNo: 1, body: "there" });
    await session.insert(Note, { orderId: 7, body: "half" });
    await failure(session.insert(Note, { orderId: 1, lineNo: 2, body: "nowhere" }), ForeignKeyViolation);
    await failure(session.insert(Label, { orderId: 2, lineNo: 1, colour: "red" }), ForeignKeyViolation);
  });

  check("every way of loading finds the rows that both columns name", async (_session, engine) => {
    for (let seed = 1; seed <= 8; seed++) {
      const rows = randomRows(new Random(seed));
      await engine.dropAll([...models]);
      await engine.createAll([...models]);
      await insertRows(engine, rows);
      const noteAt = (line: { orderId: number; no: number }) =>
        rows.notes.filter((note) => note.orderId === line.orderId && note.lineNo === line.no).map(({ body }) => body);
      const expectedLines = rows.lines.map((line) => ({
        at: [line.orderId, line.no],
        notes: noteAt(line),
        label: rows.labels.find((label) => label.orderId === line.orderId && label.lineNo === line.no)?.colour ?? null,
        tags: rows.links.filter((link) => link.orderId === line.orderId && link.lineNo === line.no).map(({ tagId }) => `t${tagId}`),
        last: noteAt(line).toReversed().slice(0, 1),
      }));
      const expectedNotes = rows.notes.map(({ body, orderId, lineNo }) => {
        const line = rows.lines.find((each) => each.orderId === orderId && each.no === lineNo);
        return [body, line?.what ?? null, line === undefined ? null : `o${orderId}`];
      });
      for (const way of [joined, selectIn]) {
        const lines = await engine.query(Line).with(way("label"), "notes", "tags").orderBy("orderId", "no").all();
        const last = await engine
          .query(Line)
          .with("notes", (notes) => notes.orderBy("-id").limit(1))
          .orderBy("orderId", "no")
          .all();
        assert.deepEqual(
          lines.map(({ orderId, no, notes, label, tags }, index) => ({
            at: [orderId, no],
            notes: notes.map(({ body }) => body),
            label: label?.colour ?? null,
            tags: tags.map(({ word }) => word).toSorted(),
            last: last[index]!.notes.map(({ body }) => body),
          })),
          expectedLines,
          `${way.name}, seed ${seed}`,
        );
        const notes = await engine.query(Note).with(way("line"), way("line.order")).orderBy("id").all();
        const seen = notes.map(({ body, line }) => [body, line?.what ?? null, line?.order.code ?? null]);
        assert.deepEqual(seen, expectedNotes, `${way.name}, seed ${seed}`);
      }
      const later = await engine.load(await engine.query(Note).orderBy("id").all(), "line.order");
      assert.deepEqual(
        later.map(({ body, line }) => [body, line?.what ?? null, line?.order.code ?? null]),
        expectedNotes,
        `load(), seed ${seed}`,
      );
      const found = await engine.query(Note).filter({ line__what: "w1" }).orderBy("id").column("body");
      assert.deepEqual(
        found,
        expectedNotes.filter(([, what]) => what === "w1").map(([body]) => body),
      );
      const some = await engine
        .query(Line)
        .where((line) => line.notes.some((note) => note.body.ne("b0")))
        .count();
      assert.equal(some, rows.lines.filter((line) => noteAt(line).some((body) => body !== "b0")).length);
    }
  });

  check("one statement loads a relation, and the rows between the keys do not come along", async (_session, engine) => {
    const lines = [1, 2, 3, 4].flatMap((orderId) => [1, 2, 3, 4].map((no) => ({ orderId, no, what: "w" })));
    await insertRows(engine, {
      lines: lines.filter(({ orderId }) => orderId < 4),
      notes: [],
      labels: [],
      links: [],
    });
    const notes = [1, 2, 3].map((at, id) => new Note({ id, orderId: at, lineNo: at, body: "diagonal" }));
    const before = engine.statementCount;
    await engine.load(notes, "line");
    assert.equal(engine.statementCount - before, 1);
    assert.deepEqual(
      (notes as (Note & { line: Line })[]).map(({ line }) => [line.orderId, line.no]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    );
  });

  check("new rows are written parents first, and objects fill every column of the key", async (session, engine) => {
    const order = new Order({ code: "a" });
    const line = new Line({ order, no: 1, what: "x" });
    const note = new Note({ line, body: "n" });
    const label = new Label({ line, colour: "red" });
    session.addAll([label, note]);
    await session.commit();
    const key = [order.id, 1];
    assert.deepEqual(
      [
        [line.orderId, line.no],
        [note.orderId, note.lineNo],
        [label.orderId, label.lineNo],
      ],
      [key, key, key],
    );
    const stored = await engine.query(Note).with("line.order").one();
    assert.deepEqual([stored.body, stored.line?.what, stored.line?.order.code], ["n", "x", "a"]);
    assert.equal(await engine.query(Label).filter({ line__order__code: "a" }).count(), 1);
  });

  check("children pushed into a loaded relation get every column of the key", async (session, engine) => {
    await session.insert(Order, { id: 1, code: "a" });
    await session.insert(Line, { orderId: 1, no: 5, what: "x" });
    const line = await session.query(Line).with("notes").one();
    line.notes.push(new Note({ body: "new" }));
    await session.commit();
    assert.deepEqual(await engine.query(Note).values("orderId", "lineNo", "body"), [{ orderId: 1, lineNo: 5, body: "new" }]);
  });

  check("assigning another object moves the row, also to the line of another order", async (session, engine) => {
    await insertRows(engine, {
      lines: [
        { orderId: 1, no: 1, what: "a" },
        { orderId: 1, no: 2, what: "b" },
        { orderId: 2, no: 3, what: "c" },
      ],
      notes: [{ id: 1, orderId: 1, lineNo: 1, body: "n" }],
      labels: [],
      links: [],
    });
    const [, b, c] = await session.query(Line).orderBy("what").all();
    const note = await session.query(Note).with("line").one();
    for (const target of [b!, c!]) {
      note.line = target;
      await session.flush();
      assert.deepEqual([note.orderId, note.lineNo], [target.orderId, target.no]);
    }
    note.orderId = 1;
    note.lineNo = 2;
    await session.flush();
    assert.equal(note.line, b, "the relation follows the columns");
    await session.rollback();
    assert.deepEqual([note.orderId, note.lineNo], [1, 1]);
    note.line = c!;
    await session.commit();
    assert.deepEqual(await engine.query(Note).values("orderId", "lineNo"), [{ orderId: 2, lineNo: 3 }]);
  });

  check("a key that differs from the object's is refused", async (session) => {
    const line = new Line({ orderId: 1, no: 1, what: "x" });
    assert.throws(() => new Note({ line, orderId: 2, body: "n" }), ValidationError);
    const note = new Note({ line, body: "n" });
    note.lineNo = 9;
    session.add(note);
    const error = await failure(session.flush(), ValidationError);
    assert.deepEqual(error.properties, ["lineNo", "line"]);
  });

  check("deleted rows take along what both columns name, in the database and at hand", async (session, engine) => {
    await insertRows(engine, {
      lines: [
        { orderId: 1, no: 1, what: "a" },
        { orderId: 1, no: 2, what: "b" },
        { orderId: 2, no: 1, what: "c" },
      ],
      notes: [
        { id: 1, orderId: 1, lineNo: 1, body: "1.1" },
        { id: 2, orderId: 1, lineNo: 2, body: "1.2" },
        { id: 3, orderId: 2, lineNo: 1, body: "2.1" },
      ],
      labels: [
        { id: 1, orderId: 1, lineNo: 1, colour: "red" },
        { id: 2, orderId: 2, lineNo: 1, colour: "blue" },
      ],
      links: [],
    });
    const notes = await session.query(Note).with("line").orderBy("id").all();
    const labels = await session.query(Label).orderBy("id").all();
    const line = notes[0]!.line!;
    session.delete(line);
    await session.flush();
    assert.deepEqual(
      notes.map(({ orderId, lineNo }) => [orderId, lineNo]),
      [
        [null, null],
        [1, 2],
        [2, 1],
      ],
    );
    assert.deepEqual(
      labels.map((label) => session.has(label)),
      [false, true],
    );
    await session.rollback();
    assert.deepEqual([notes[0]!.orderId, notes[0]!.lineNo, session.has(labels[0]!)], [1, 1, true]);
    session.delete(line);
    await session.commit();
    const left = await engine.query(Note).orderBy("id").values("orderId", "lineNo");
    assert.deepEqual(left[0], { orderId: null, lineNo: null });
    assert.deepEqual(await engine.query(Label).column("colour"), ["blue"]);
  });

  check("many-to-many members are found, added, set and removed by both columns", async (session, engine) => {
    await insertRows(engine, {
      lines: [
        { orderId: 1, no: 1, what: "a" },
        { orderId: 2, no: 1, what: "b" },
      ],
      notes: [],
      labels: [],
      links: [{ orderId: 2, lineNo: 1, tagId: 1 }],
    });
    const line = await session.query(Line).filter({ what: "a" }).with("tags").one();
    const [one, two] = await session.query(Tag).orderBy("id").all();
    const tags = session.collection(line, "tags");
    const links = () => engine.query(LineTag).orderBy("orderId", "tagId").values("orderId", "lineNo", "tagId");
    const other = { orderId: 2, lineNo: 1, tagId: 1 };
    await tags.add(one!, two!);
    await tags.add(one!);
    await session.commit();
    assert.deepEqual(await links(), [{ orderId: 1, lineNo: 1, tagId: 1 }, { orderId: 1, lineNo: 1, tagId: 2 }, other]);
    await tags.remove(one!);
    await session.commit();
    assert.deepEqual(await links(), [{ orderId: 1, lineNo: 1, tagId: 2 }, other]);
    await tags.set([one!]);
    await session.commit();
    assert.deepEqual(await links(), [{ orderId: 1, lineNo: 1, tagId: 1 }, other]);
    await tags.clear();
    await session.commit();
    assert.deepEqual(await links(), [other]);
  });

  check("members with a key of two columns are told apart by both", async (session, engine) => {
    await insertRows(engine, {
      lines: [1, 2, 3].flatMap((orderId) => [1, 2, 3].map((no) => ({ orderId, no, what: `${orderId}.${no}` }))),
      notes: [],
      labels: [],
      links: [{ orderId: 3, lineNo: 3, tagId: 2 }],
    });
    const tag = await session.query(Tag).filter({ id: 1 }).with("lines").one();
    const lines = await session.query(Line).orderBy("what").all();
    const at = (...whats: string[]) => lines.filter(({ what }) => whats.includes(what));
    const members = session.collection(tag, "lines");
    const stored = async (): Promise<string[]> => {
      await session.commit();
      const links = await engine.query(LineTag).filter({ tagId: 1 }).orderBy("orderId", "lineNo").all();
      return links.map(({ orderId, lineNo }) => `${orderId}.${lineNo}`);
    };
    const before = engine.statementCount;
    await members.add(...at("1.1", "1.2", "2.1", "2.2", "3.3"));
    assert.equal(engine.statementCount - before, 1);
    assert.deepEqual(await stored(), ["1.1", "1.2", "2.1", "2.2", "3.3"]);
    await members.remove(...at("1.1", "2.2"));
    assert.deepEqual(await stored(), ["1.2", "2.1", "3.3"]);
    await members.set(at("1.2", "3.3", "3.1"));
    assert.deepEqual(await stored(), ["1.2", "3.1", "3.3"]);
    const loaded = await engine.query(Tag).with("lines").orderBy("id").all();
    assert.deepEqual(
      loaded.map((each) => each.lines.map(({ what }) => what).toSorted()),
      [["1.2", "3.1", "3.3"], ["3.3"]],
    );
  });

  check("a tree whose key shares a column is written from its root on, and a ring in two steps", async (session, engine) => {
    const root = new Folder({ space: "s", no: 9 });
    const child = new Folder({ parent: root, no: 5 });
    const leaf = new Folder({ parent: child, no: 1 });
    session.add(leaf);
    await session.commit();
    const seen = await engine.query(Folder).with("folders").all();
    assert.deepEqual(
      seen.map(({ space, no, parentNo, folders }) => [space, no, parentNo, folders.map((folder) => folder.no)]),
      [
        ["s", 1, 5, []],
        ["s", 5, 9, [1]],
        ["s", 9, null, [5]],
      ],
    );
    const [a, b] = [new Folder({ space: "r", no: 1, parentNo: 2 }), new Folder({ space: "r", no: 2, parentNo: 1 })];
    session.addAll([a, b]);
    await session.commit();
    assert.deepEqual(await engine.query(Folder).filter({ space: "r" }).column("parentNo"), [2, 1]);
    session.delete(a);
    session.delete(b);
    await session.commit();
    assert.equal(await engine.query(Folder).filter({ space: "r" }).count(), 0);
  });
};
