/** What a session does with single rows, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  belongsTo,
  bigint,
  bool,
  ConfigurationError,
  decimal,
  type Engine,
  F,
  int,
  json,
  Model,
  NoResultFound,
  now,
  oneOf,
  type Session,
  softDelete,
  sql,
  StaleObject,
  text,
  timestamp,
  timestamps,
  UniqueViolation,
  ValidationError,
} from "../../src/entry/index.ts";

export interface EngineUnderTest {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
}

let serial = 0;

export class Member extends Model("members", {
  id: int().primaryKey(),
  name: text({ maxLength: 20 }),
  email: text().unique(),
  handle: text().nullable().unique(),
  age: int({ min: 0 }).nullable(),
  role: oneOf("admin", "member", "guest").default("member"),
  serial: int().default(() => ++serial),
  settings: json<{ theme: string; tags?: string[] }>().default({ theme: "light" }),
  balance: decimal({ precision: 12, scale: 2 }).default("0.00"),
  ...timestamps,
}) {
  get label(): string {
    return `${this.name} <${this.email}>`;
  }
}

export class Seat extends Model("seats", { row: int(), place: int(), guest: text().nullable() }, { primaryKey: ["row", "place"] }) {}

export class Note extends Model("notes", {
  id: bigint().primaryKey(),
  body: text(),
  pinned: bool().default(false),
  revision: int()
    .default(1)
    .onUpdate(() => ++serial),
  seenAt: timestamp().nullable(),
  memberId: int().nullable(),
  ...softDelete,
  member: () => belongsTo(Member, "memberId"),
}) {}

export class Stamp extends Model("stamps", { code: text().primaryKey(), at: timestamp().default(now), count: int().default(1) }) {}

const models = [Member, Seat, Note, Stamp];

/** The error, which has to be of this class. */
export const failure = async <E extends Error>(promise: Promise<unknown>, kind: new (...args: never[]) => E): Promise<E> => {
  const error: unknown = await promise.then(
    () => assert.fail(`expected ${kind.name}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof kind, `expected ${kind.name}, got ${String(error)}`);
  return error;
};

const ann = { name: "Ann", email: "ann@example.com" };
const bob = { name: "Bob", email: "bob@example.com" };

export const sessionSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll(models);
      await body(engine.session(), engine);
    });
  };
  const emails = (engine: Engine): Promise<string[]> => engine.query(Member).orderBy("id").column("email");

  check("insert reads back the key, constants, functions' values and what the database computes", async (session) => {
    const before = serial;
    const member = await session.insert(Member, ann);
    assert.ok(member instanceof Member);
    assert.equal(member.label, "Ann <ann@example.com>");
    assert.deepEqual(
      [member.id, member.age, member.handle, member.role, member.serial, member.settings, member.balance],
      [1, null, null, "member", before + 1, { theme: "light" }, "0.00"],
    );
    assert.ok(member.createdAt instanceof Date && Math.abs(member.createdAt.getTime() - Date.now()) < 60_000);
    assert.deepEqual(await session.getOrThrow(Member, 1), member);
  });

  check("an inserted instance is the same object, filled in", async (session) => {
    const member = new Member(ann);
    assert.equal(await session.insert(member), member);
    assert.equal(member.id, 1);
    assert.ok(member.createdAt instanceof Date);
    assert.deepEqual(await session.get(Member, 1), member);
  });

  check("a key of one's own is kept, of values and of instances", async (session, engine) => {
    assert.equal((await session.insert(Member, { id: 70, ...ann })).id, 70);
    assert.equal((await session.insert(new Member({ id: 60, ...bob }))).id, 60);
    assert.deepEqual(await engine.query(Member).orderBy("id").column("id"), [60, 70]);
  });

  check("bigint keys are generated as bigint", async (session) => {
    const note = await session.insert(Note, { body: "a" });
    assert.equal(note.id, 1n);
    assert.deepEqual(await session.get(Note, 1n), note);
    const large = await session.insert(Note, { id: 2n ** 60n, body: "b" });
    assert.deepEqual(await session.get(Note, 2n ** 60n), large);
  });

  check("null is NULL, undefined is the default", async (session) => {
    const member = await session.insert(Member, { ...ann, age: null, handle: undefined, role: undefined, balance: undefined });
    assert.deepEqual([member.age, member.handle, member.role, member.balance], [null, null, "member", "0.00"]);
  });

  check("a default that an instance lost is made again when it is inserted", async (session) => {
    const member = new Member(ann);
    Object.assign(member, { role: undefined, settings: undefined, age: undefined });
    await session.insert(member);
    assert.deepEqual([member.role, member.settings, member.age], ["member", { theme: "light" }, null]);
    assert.deepEqual(await session.get(Member, 1), member);
  });

  check("values may come with the object that they refer to", async (session) => {
    const member = await session.insert(Member, ann);
    const note = await session.insert(new Note({ body: "hello", member } as never));
    assert.equal(note.memberId, member.id);
  });

  check("everything wrong with a row is said at once, before anything is written", async (session, engine) => {
    const statements = engine.statementCount;
    const error = await failure(
      // @ts-expect-error no email, and nothing fits
      session.insert(Member, { name: 5, age: -1, role: "boss", handle: null }),
      ValidationError,
    );
    assert.deepEqual(error.properties?.toSorted(), ["age", "email", "name", "role"]);
    assert.deepEqual(Object.keys(error.fields!).toSorted(), ["age", "email", "name", "role"]);
    assert.equal(error.model, "Member");
    assert.ok(!error.message.includes("boss"));
    assert.equal(engine.statementCount, statements);
    const instance = new Member(ann);
    Object.assign(instance, { email: undefined, name: "x".repeat(21), age: "7" });
    const second = await failure(session.insert(instance), ValidationError);
    assert.deepEqual(second.properties?.toSorted(), ["age", "email", "name"]);
    assert.equal(engine.statementCount, statements);
  });

  check("a row that the database refuses leaves its instance as it was", async (session) => {
    await session.insert(Member, ann);
    const again = new Member(ann);
    const before = { ...again };
    await failure(session.insert(again), UniqueViolation);
    assert.deepEqual({ ...again }, before);
  });

  check("what is no model, no instance and no object of values is refused by name", async (session) => {
    await failure(session.insert({} as Member), ConfigurationError);
    await failure(session.insert(null as unknown as Member), ConfigurationError);
    await failure(session.insert(Member, null as never), ConfigurationError);
    await failure(session.insert(Member, [ann] as never), ConfigurationError);
    await failure(session.insertAll(Member, ann as never), ConfigurationError);
    await failure(session.remove("Ann" as never), ConfigurationError);
    const typo = await failure(session.insert(Member, { ...ann, emial: "x" } as never), ConfigurationError);
    assert.match(typo.message, /Did you mean 'email'/);
  });

  check("get finds by key, and null where there is none", async (session) => {
    const member = await session.insert(Member, ann);
    assert.deepEqual(await session.get(Member, member.id), member);
    assert.equal(await session.get(Member, 99), null);
    const error = await failure(session.getOrThrow(Member, 99), NoResultFound);
    assert.equal(error.model, "Member");
    await failure(session.get(Member, undefined as never), ConfigurationError);
    await failure(session.get(Member, null as never), ConfigurationError);
    await failure(session.get(Member, "1" as never), ValidationError);
  });

  check("composite keys go by name, in any order", async (session) => {
    const seat = await session.insert(Seat, { row: 1, place: 2, guest: "Ann" });
    await session.insert(Seat, { row: 2, place: 1, guest: "Bob" });
    assert.deepEqual(await session.get(Seat, { place: 2, row: 1 }), seat);
    assert.equal(await session.get(Seat, { row: 1, place: 1 }), null);
    await failure(session.get(Seat, { row: 1 } as never), ConfigurationError);
    await failure(session.get(Seat, 1 as never), ConfigurationError);
    await session.update(seat, { guest: "Cleo" });
    await session.update(seat, { place: 3 });
    assert.deepEqual((await session.get(Seat, { row: 1, place: 3 }))?.guest, "Cleo");
    await session.remove(seat);
    assert.deepEqual(await session.query(Seat).column("guest"), ["Bob"]);
  });

  check("update writes what it is given and nothing else, and renews what renews itself", async (session) => {
    const past = new Date("2020-01-01T00:00:00.000Z");
    const member = await session.insert(Member, { ...ann, createdAt: past, updatedAt: past });
    await session.insert(Member, bob);
    const other = await session.getOrThrow(Member, 1);
    await session.update(other, { age: 30 });
    assert.equal(await session.update(member, { name: "Anna", handle: undefined } as never), member);
    assert.equal(member.name, "Anna");
    const stored = await session.getOrThrow(Member, 1);
    assert.deepEqual([stored.name, stored.age, stored.handle], ["Anna", 30, null]);
    assert.deepEqual(stored.createdAt, past);
    assert.ok(stored.updatedAt > past);
    assert.deepEqual(member.updatedAt, stored.updatedAt);
    assert.equal((await session.getOrThrow(Member, 2)).name, "Bob");
  });

  check("update by expressions reads the result back", async (session) => {
    const member = await session.insert(Member, { ...ann, age: 41 });
    await session.update(member, { age: F("age").plus(1), name: sql`upper(${Member.columns.name})` });
    assert.deepEqual([member.age, member.name], [42, "ANN"]);
    assert.deepEqual(await session.get(Member, 1), member);
  });

  check("functions renew columns, too", async (session) => {
    const note = await session.insert(Note, { body: "a" });
    const before = serial;
    await session.update(note, { body: "b" });
    assert.equal(note.revision, before + 1);
    assert.deepEqual(await session.get(Note, note.id), note);
  });

  check("a failed update leaves the instance as it was", async (session) => {
    await session.insert(Member, ann);
    const member = await session.insert(Member, bob);
    const before = { ...member };
    await failure(session.update(member, { email: ann.email, name: "Robert" }), UniqueViolation);
    const error = await failure(session.update(member, { name: null, age: "x", role: "boss" } as never), ValidationError);
    assert.deepEqual(error.properties, ["name", "age", "role"]);
    assert.deepEqual({ ...member }, before);
    await failure(session.update(member, {}), ConfigurationError);
    await failure(session.update(member, { age: undefined } as never), ConfigurationError);
    const typo = await failure(session.update(member, { nmae: "x" } as never), ConfigurationError);
    assert.match(typo.message, /Did you mean 'name'/);
    assert.deepEqual(await session.get(Member, 2), member);
  });

  check("updating a row that is gone is a StaleObject, removing it is nothing", async (session) => {
    const member = await session.insert(Member, ann);
    const same = await session.getOrThrow(Member, member.id);
    await session.remove(same);
    const before = { ...member };
    const error = await failure(session.update(member, { name: "Anna" }), StaleObject);
    assert.deepEqual([error.model, error.table], ["Member", "members"]);
    assert.deepEqual({ ...member }, before);
    await session.remove(member);
    await failure(session.update(new Member(bob), { name: "x" }), ConfigurationError);
    await failure(session.remove(new Member(bob)), ConfigurationError);
  });

  check("insertAll inserts in order and returns instances", async (session, engine) => {
    const members = await session.insertAll(Member, [ann, { ...bob, age: 7 }, { name: "Cleo", email: "c@example.com", role: "admin" }]);
    assert.deepEqual(
      members.map(({ id, email, age, role }) => [id, email, age, role]),
      [
        [1, "ann@example.com", null, "member"],
        [2, "bob@example.com", 7, "member"],
        [3, "c@example.com", null, "admin"],
      ],
    );
    assert.deepEqual(await engine.query(Member).orderBy("id").all(), members);
    const seats = [new Seat({ row: 1, place: 1 }), new Seat({ row: 1, place: 2 })];
    const inserted = await session.insertAll(seats);
    assert.deepEqual(
      inserted.map((seat, index) => seat === seats[index]),
      [true, true],
    );
  });

  check("insertAll of nothing asks nothing", async (session, engine) => {
    const statements = engine.statementCount;
    assert.deepEqual(await session.insertAll(Member, []), []);
    assert.deepEqual(await session.insertAll([]), []);
    assert.deepEqual(await session.upsertAll(Member, [], { conflictTarget: "email" }), []);
    assert.equal(engine.statementCount, statements);
  });

  check("insertAll is all or none, and leaves the instances as they were when it fails", async (session, engine) => {
    const members = [new Member(ann), new Member(bob), new Member(ann)];
    const before = members.map((member) => ({ ...member }));
    await failure(session.insertAll(members), UniqueViolation);
    assert.deepEqual(
      members.map((member) => ({ ...member })),
      before,
    );
    assert.deepEqual(await emails(engine), []);
    await session.insertAll(members.slice(0, 2));
    assert.deepEqual(await emails(engine), [ann.email, bob.email]);
  });

  check("insertAll checks every row before the first is written, and says which one is wrong", async (session, engine) => {
    const statements = engine.statementCount;
    const error = await failure(session.insertAll(Member, [ann, { name: "Bob" } as never, bob]), ValidationError);
    assert.match(error.message, /row 2 of 3/);
    assert.deepEqual(error.fields, { email: "has no value and no default" });
    const member = new Member(ann);
    await failure(session.insertAll([member, member]), ConfigurationError);
    assert.equal(engine.statementCount, statements);
  });

  check("insertAll inside a transaction fails alone", async (_session, engine) => {
    await engine.transaction(async (tx) => {
      await tx.insert(Member, ann);
      await failure(tx.insertAll(Member, [bob, ann]), UniqueViolation);
      await tx.insert(Member, bob);
    });
    assert.deepEqual(await emails(engine), [ann.email, bob.email]);
  });

  check("ten thousand rows", async (session, engine) => {
    const seats = Array.from({ length: 10_000 }, (_, index) => ({ row: index >> 5, place: index & 31, guest: `guest ${index}` }));
    await session.insertAll(Seat, seats);
    assert.equal(await engine.query(Seat).count(), 10_000);
    assert.equal((await session.getOrThrow(Seat, { row: 312, place: 15 })).guest, "guest 9999");
    await session.upsertAll(
      Seat,
      seats.map((seat) => ({ ...seat, guest: null })),
      { conflictTarget: ["row", "place"] },
    );
    assert.equal(await engine.query(Seat).filter({ guest__isNull: true }).count(), 10_000);
  });

  check("upsert inserts, and then updates what was said and nothing else", async (session, engine) => {
    const made = await session.upsert(Member, { ...ann, age: 1, role: "admin" }, { conflictTarget: "email" });
    assert.deepEqual([made.id, made.role], [1, "admin"]);
    const found = await session.upsert(Member, { name: "Anna", email: ann.email }, { conflictTarget: "email" });
    assert.ok(found instanceof Member);
    // Defaults fill a new row; they say nothing about one that is there.
    assert.deepEqual([found.id, found.name, found.role, found.age, found.serial], [1, "Anna", "admin", 1, made.serial]);
    assert.deepEqual(found.createdAt, made.createdAt);
    assert.deepEqual(await engine.query(Member).all(), [found]);
  });

  check("upsert updates the named fields only", async (session) => {
    await session.insert(Member, { ...ann, age: 1, handle: "a" });
    const options = { conflictTarget: "email", updateFields: ["age"] } as const;
    const found = await session.upsert(Member, { name: "Anna", email: ann.email, age: 2 }, options);
    assert.deepEqual([found.id, found.name, found.age, found.handle], [1, "Ann", 2, "a"]);
    assert.deepEqual(await session.get(Member, 1), found);
  });

  check("upsert of an instance writes all that it has", async (session) => {
    await session.insert(Member, { ...ann, age: 1, role: "admin" });
    const member = new Member({ name: "Anna", email: ann.email });
    assert.equal(await session.upsert(member, { conflictTarget: "email" }), member);
    assert.deepEqual([member.id, member.name, member.role, member.age], [1, "Anna", "member", null]);
    assert.deepEqual(await session.get(Member, 1), member);
  });

  check("upsert with nothing to update leaves the row and returns it", async (session, engine) => {
    const first = await session.insert(Member, { ...ann, age: 1 });
    await session.insert(Member, bob);
    const found = await session.upsert(Member, { ...ann, name: "Anna" }, { conflictTarget: "email", updateFields: [] });
    assert.deepEqual(found, first);
    const made = await session.upsert(Member, { name: "C", email: "c@example.com" }, { conflictTarget: "email", updateFields: [] });
    // A key that was made for a row that was not written stays unused on PostgreSQL.
    assert.ok(made.id >= 3);
    const seat = await session.insert(Seat, { row: 1, place: 1, guest: "Ann" });
    const same = await session.upsert(Seat, { row: 1, place: 1 }, { conflictTarget: ["row", "place"] });
    assert.deepEqual(same, seat);
    assert.equal(await engine.query(Seat).count(), 1);
  });

  check("upsert with nothing to update returns a soft-deleted row, too", async (session) => {
    const note = await session.insert(Note, { body: "a" });
    await session.softDelete(note);
    const found = await session.upsert(Note, { id: note.id, body: "b" }, { conflictTarget: "id", updateFields: [] });
    assert.deepEqual([found.id, found.body], [note.id, "a"]);
    assert.ok(found.deletedAt instanceof Date);
  });

  check("upsert renews what renews itself, by the database and by functions", async (session) => {
    const past = new Date("2020-01-01T00:00:00.000Z");
    await session.insert(Member, { ...ann, updatedAt: past, createdAt: past });
    const member = await session.upsert(Member, { ...ann, age: 3 }, { conflictTarget: "email" });
    assert.deepEqual(member.createdAt, past);
    assert.ok(member.updatedAt > past);
    const note = await session.insert(Note, { body: "a" });
    const before = serial;
    const changed = await session.upsert(Note, { id: note.id, body: "b" }, { conflictTarget: "id" });
    assert.equal(changed.revision, before + 1);
    assert.deepEqual(await session.get(Note, note.id), changed);
  });

  check("upsert refuses a conflict on another column than its target", async (session, engine) => {
    await session.insertAll(Member, [
      { ...ann, handle: "a" },
      { ...bob, handle: "b" },
    ]);
    const member = new Member({ name: "Bob", email: bob.email, handle: "a" });
    const before = { ...member };
    const error = await failure(session.upsert(member, { conflictTarget: "email" }), UniqueViolation);
    assert.deepEqual([error.model, error.property], ["Member", "handle"]);
    assert.deepEqual({ ...member }, before);
    assert.deepEqual(await engine.query(Member).orderBy("id").column("handle"), ["a", "b"]);
  });

  check("upsert takes only a target that is unique", async (session) => {
    const upsert = (options: object): Promise<unknown> => session.upsert(Member, ann, options as never);
    await failure(upsert({ conflictTarget: "name" }), ConfigurationError);
    await failure(upsert({ conflictTarget: [] }), ConfigurationError);
    await failure(upsert({ conflictTarget: ["email", "handle"] }), ConfigurationError);
    await failure(upsert({}), ConfigurationError);
    await failure(upsert({ conflictTarget: 5 }), ConfigurationError);
    const typo = await failure(upsert({ conflictTarget: "emial" }), ConfigurationError);
    assert.match(typo.message, /Did you mean 'email'/);
    const field = await failure(upsert({ conflictTarget: "email", updateFields: ["nmae"] }), ConfigurationError);
    assert.match(field.message, /Did you mean 'name'/);
  });

  check("upsertAll writes in order: the last of two with one key stays", async (session, engine) => {
    const rows = [ann, bob, { ...ann, name: "Anna" }];
    const members = await session.upsertAll(Member, rows, { conflictTarget: "email" });
    assert.deepEqual(
      members.map(({ id, name: given }) => [id, given]),
      [
        [1, "Anna"],
        [2, "Bob"],
        [1, "Anna"],
      ],
    );
    assert.equal(members[0], members[2], "a session has one object for each row");
    assert.deepEqual(await engine.query(Member).orderBy("id").column("name"), ["Anna", "Bob"]);
  });

  check("upsertAll takes rows of different columns, and is all or none", async (session, engine) => {
    await session.insertAll(Member, [
      { ...ann, age: 1, handle: "a" },
      { ...bob, age: 2, handle: "b" },
    ]);
    await session.upsertAll(
      Member,
      [
        { ...ann, age: 10 },
        { ...bob, name: "Robert" },
      ],
      { conflictTarget: "email" },
    );
    assert.deepEqual(await engine.query(Member).orderBy("id").valuesList("name", "age", "handle"), [
      ["Ann", 10, "a"],
      ["Robert", 2, "b"],
    ]);
    const rows = [
      { ...ann, age: 99 },
      { ...bob, handle: "a" },
    ];
    await failure(session.upsertAll(Member, rows, { conflictTarget: "email" }), UniqueViolation);
    assert.deepEqual(await engine.query(Member).orderBy("id").column("age"), [10, 2]);
  });

  check("a soft-deleted row is hidden, restored, and removed for good", async (session) => {
    const note = await session.insert(Note, { body: "a" });
    assert.equal(await session.softDelete(note), note);
    assert.ok(note.deletedAt instanceof Date);
    assert.equal(await session.get(Note, note.id), null);
    assert.equal(await session.query(Note).count(), 0);
    assert.deepEqual(await session.query(Note).onlyDeleted().all(), [note]);
    await session.update(note, { body: "still there" });
    await session.restore(note);
    assert.equal(note.deletedAt, null);
    assert.deepEqual(await session.get(Note, note.id), note);
    await session.softDelete(note);
    await session.forceDelete(note);
    assert.equal(await session.query(Note).withDeleted().count(), 0);
    await failure(session.restore(note), StaleObject);
    const member = await session.insert(Member, ann);
    await failure(session.softDelete(member as never), ConfigurationError);
  });

  check("every call takes a signal, and an aborted one writes nothing", async (session, engine) => {
    const member = await session.insert(Member, ann);
    const note = await session.insert(Note, { body: "a" });
    const signal = AbortSignal.abort(new Error("enough"));
    const calls: (() => Promise<unknown>)[] = [
      () => session.insert(Member, bob, { signal }),
      () => session.insertAll(Member, [bob], { signal }),
      () => session.update(member, { name: "x" }, { signal }),
      () => session.remove(member, { signal }),
      () => session.upsert(Member, { ...ann, name: "x" }, { conflictTarget: "email", signal }),
      () => session.upsert(Member, ann, { conflictTarget: "email", updateFields: [], signal }),
      () => session.upsertAll(Member, [{ ...ann, name: "x" }], { conflictTarget: "email", signal }),
      () => session.softDelete(note, { signal }),
      () => session.restore(note, { signal }),
      () => session.forceDelete(note, { signal }),
      () => session.get(Member, 1, { signal }),
      () => session.getOrThrow(Member, 1, { signal }),
      () => session.executeRaw("DELETE FROM members", [], { signal }),
      () => session.execute(sql`DELETE FROM members`, { signal }),
      () => session.query(Member).all({ signal }),
      () => session.transaction((tx) => tx.insert(Member, bob), { signal }),
    ];
    for (const call of calls) await assert.rejects(call, /enough/, String(call));
    assert.deepEqual(await engine.query(Member).all(), [member]);
    assert.deepEqual(await engine.query(Note).all(), [note]);
  });

  check("text keys and computed defaults", async (session) => {
    const stamp = await session.insert(Stamp, { code: 'it\'s "x"; --' });
    assert.ok(stamp.at instanceof Date);
    assert.deepEqual(await session.get(Stamp, stamp.code), stamp);
    const again = await session.upsert(Stamp, { code: stamp.code, count: 2 }, { conflictTarget: "code" });
    assert.deepEqual([again.count, again.at], [2, stamp.at]);
  });

  check("a session that has written nothing has nothing to commit or to roll back", async (session, engine) => {
    const before = engine.statementCount;
    await session.commit();
    await session.rollback();
    await session[Symbol.asyncDispose]();
    assert.equal(engine.statementCount, before);
    await session.insert(Member, ann);
  });
};
