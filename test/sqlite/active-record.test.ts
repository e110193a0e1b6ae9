import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  ConfigurationError,
  connect,
  type Engine,
  hasMany,
  int,
  isPetrelError,
  belongsTo,
  Model,
  MultipleResultsFound,
  NoResultFound,
  outside,
  SerializationFailure,
  select,
  text,
  transaction,
  TransactionError,
  UniqueViolation,
} from "../../src/entry/index.ts";

class Member extends Model("ar_members", {
  id: int().primaryKey(),
  name: text(),
  email: text().unique(),
  notes: () => hasMany(Note, "memberId"),
}) {
  get label(): string {
    return `<${this.name}>`;
  }
}
class Note extends Model("ar_notes", {
  id: int().primaryKey(),
  body: text(),
  memberId: int(),
  member: () => belongsTo(Member, "memberId"),
}) {}

let engine: Engine;
beforeEach(async () => {
  engine = await connect({ databases: { default: "sqlite::memory:", archive: "sqlite::memory:" } });
  await engine.createAll([Member, Note]);
});
afterEach(() => engine.close());

const ann = { name: "Ann", email: "ann@example.com" };
const bob = { name: "Bob", email: "bob@example.com" };
const names = (): Promise<string[]> => engine.query(Member).orderBy("id").column("name");

test("a model is asked and written without an engine in hand", async () => {
  const made = await Member.objects.create(ann);
  assert.ok(made instanceof Member && made.label === "<Ann>");
  await Member.objects.bulkCreate([bob, { name: "Cid", email: "c@example.com" }]);
  assert.equal(Member.objects, Member.objects);
  assert.equal((await Member.objects.get({ id: 2 })).name, "Bob");
  assert.deepEqual([await Member.objects.count(), await Member.objects.exists()], [3, true]);
  assert.equal((await Member.objects.orderBy("-id").first())!.name, "Cid");
  assert.deepEqual(await Member.objects.exclude({ name: "Ann" }).filter({ id__lt: 3 }).column("name"), ["Bob"]);
  assert.equal((await Member.objects.where((member) => member.id.gt(2)).all()).length, 1);
  await Note.objects.create({ body: "n", memberId: 1 });
  assert.equal((await Member.objects.with("notes").first())!.notes.length, 1);
  await assert.rejects(Member.objects.get({ id: 9 }), NoResultFound);
  await assert.rejects(Member.objects.get({ id__gt: 0 }), MultipleResultsFound);
});

test("bulkUpdate() writes the named columns of the objects, all or none", async () => {
  const members = await Member.objects.bulkCreate([ann, bob]);
  for (const member of members) Object.assign(member, { name: `${member.name}!`, email: "kept out" });
  assert.equal(await Member.objects.bulkUpdate(members, ["name"]), 2);
  assert.deepEqual(await names(), ["Ann!", "Bob!"]);
  assert.deepEqual(await engine.query(Member).orderBy("id").column("email"), [ann.email, bob.email]);
  await assert.rejects(Member.objects.bulkUpdate(members, ["email"]), UniqueViolation);
  assert.deepEqual(await engine.query(Member).orderBy("id").column("email"), [ann.email, bob.email]);
  assert.equal(await Member.objects.bulkUpdate([], ["name"]), 0);
});

test("getOrCreate() and updateOrCreate() say whether the row is new", async () => {
  const [made, isNew] = await Member.objects.getOrCreate({ email: ann.email }, { name: "Ann" });
  const [found, isNewAgain] = await Member.objects.getOrCreate({ email: ann.email }, { name: "other" });
  assert.deepEqual([isNew, isNewAgain, found.id, found.name], [true, false, made.id, "Ann"]);
  const both = await Promise.all([1, 2, 3].map(() => Member.objects.getOrCreate({ email: bob.email }, { name: "Bob" })));
  assert.deepEqual([new Set(both.map(([member]) => member.id)).size, both.filter(([, each]) => each).length], [1, 1]);
  const [changed] = await Member.objects.updateOrCreate({ email: ann.email }, { name: "Anna" });
  const [third, isThirdNew] = await Member.objects.updateOrCreate({ email: "c@example.com" }, { name: "Cid" });
  assert.deepEqual([changed.name, third.name, isThirdNew, await names()], ["Anna", "Cid", true, ["Anna", "Bob", "Cid"]]);
});

test("calls at any depth join the transaction around them, and see its objects", async () => {
  const save = async (): Promise<void> => void (await Member.objects.create(bob));
  const everyone = Member.objects.orderBy("id");
  const failed = transaction(async (session) => {
    const member = await Member.objects.create(ann);
    await save();
    assert.equal(await session.get(Member, member.id), member);
    assert.equal((await everyone.all())[0], member);
    throw new Error("oops");
  });
  await assert.rejects(failed, /oops/);
  assert.deepEqual(await names(), []);
  await transaction(async () => {
    (await Member.objects.create(ann)).name = "changed";
    await assert.rejects(
      transaction(async () => {
        await save();
        throw new Error("oops");
      }),
      /oops/,
    );
  });
  assert.deepEqual(await names(), ["changed"]);
  await engine.transaction(async () => save());
  assert.deepEqual(await names(), ["changed", "Bob"]);
});

test("propagation says what becomes of a transaction inside another", async () => {
  const note = async (): Promise<void> => void (await Member.objects.create(ann));
  await assert.rejects(transaction(note, { propagation: "mandatory" }), TransactionError);
  await transaction(note, { propagation: "never" });
  await transaction(async (outer) => {
    await transaction(async (inner) => assert.equal(inner, outer), { propagation: "required" });
    await transaction(async (inner) => assert.equal(inner, outer), { propagation: "mandatory" });
    await transaction(async (inner) => assert.notEqual(inner, outer));
    await assert.rejects(transaction(note, { propagation: "never" }), TransactionError);
    await assert.rejects(transaction(note, { retry: 1 }), TransactionError);
    await transaction(async (inner) => assert.notEqual(inner, outer), { propagation: "requiresNew" });
    await outside(async () => assert.rejects(transaction(note, { propagation: "mandatory" }), TransactionError));
  });
  await assert.rejects(transaction(note, { propagation: "sometimes" as never }), ConfigurationError);
  await assert.rejects(transaction(note, { retry: -1 }), ConfigurationError);
  assert.deepEqual(await names(), ["Ann"]);
});

test("retry runs the whole work again after a conflict, and only then", async () => {
  const attempts: number[] = [];
  const conflict = (): SerializationFailure => new SerializationFailure("conflict", { sqlState: "40001" });
  await transaction(
    async (_session, attempt) => {
      attempts.push(attempt);
      await Member.objects.create(ann);
      if (attempt < 3) throw conflict();
    },
    { retry: 3 },
  );
  assert.deepEqual([attempts, await names()], [[1, 2, 3], ["Ann"]]);
  let calls = 0;
  const always = transaction(async () => Promise.reject((calls++, conflict())), { retry: 2 });
  await assert.rejects(always, (error) => isPetrelError(error) && error.sqlState === "40001");
  assert.equal(calls, 3);
  await assert.rejects(
    transaction(async () => Promise.reject((calls++, new Error("other"))), { retry: 2 }),
    /other/,
  );
  assert.equal(calls, 4);
});

test("using() asks another database, with transactions of its own", async () => {
  await transaction(async () => {
    const archive = Member.objects.using("archive");
    await assert.rejects(archive.count(), /no such table/);
    await Member.objects.create(ann);
  });
  await assert.rejects(Member.objects.using("archiv").all(), /Did you mean 'archive'/);
  await assert.rejects(connect({ databases: { other: "sqlite::memory:" } } as never), ConfigurationError);
  assert.equal(typeof select(Member), "object");
});
