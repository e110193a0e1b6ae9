/** Where rows that are marked as deleted count and where not, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  belongsTo,
  type Engine,
  hasMany,
  int,
  manyToMany,
  Model,
  type Session,
  softDelete,
  text,
  UniqueViolation,
} from "../../src/entry/index.ts";
import { compare, introspect } from "../../src/entry/migrate.ts";
import { type EngineUnderTest, failure } from "./session-suite.ts";

class Owner extends Model(
  "soft_owners",
  {
    id: int().primaryKey(),
    email: text().unique(),
    first: text(),
    last: text(),
    // A foreign key points at it, so it stays unique among all rows.
    handle: text().unique(),
    ...softDelete,
    pets: () => hasMany(Pet, "ownerId"),
    toys: () => manyToMany(Toy, { through: Holding }),
  },
  { unique: [["first", "last"]] },
) {}
class Pet extends Model("soft_pets", {
  id: int().primaryKey(),
  name: text(),
  age: int(),
  ownerId: int(),
  ownerHandle: text().nullable().references("soft_owners.handle"),
  ...softDelete,
  owner: () => belongsTo(Owner, "ownerId"),
}) {}
class Toy extends Model("soft_toys", { id: int().primaryKey(), name: text(), ...softDelete }) {}
class Holding extends Model(
  "soft_holdings",
  { ownerId: int(), toyId: int(), owner: () => belongsTo(Owner, "ownerId"), toy: () => belongsTo(Toy, "toyId") },
  { primaryKey: ["ownerId", "toyId"] },
) {}

const person = (name: string) => ({ email: `${name}@example.com`, first: name, last: "x", handle: name });

export const softDeleteSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll([Owner, Pet, Toy, Holding]);
      await using session = engine.session();
      await body(session, engine);
    });
  };
  /** Ann with pets a, b (marked), c; Bob, who is marked, with pet d. */
  const seed = async (session: Session): Promise<readonly [Owner, Owner, readonly Pet[]]> => {
    const [ann, bob] = await session.insertAll(Owner, [person("ann"), person("bob")]);
    const pets = await session.insertAll(Pet, [
      { name: "a", age: 1, ownerId: ann!.id },
      { name: "b", age: 2, ownerId: ann!.id },
      { name: "c", age: 4, ownerId: ann!.id },
      { name: "d", age: 8, ownerId: bob!.id },
    ]);
    await session.softDelete(pets[1]!);
    await session.softDelete(bob!);
    return [ann!, bob!, pets];
  };

  check("marked rows leave all(), count, exists, aggregates, groups and streams", async (session, engine) => {
    await seed(session);
    const pets = engine.query(Pet);
    assert.deepEqual(await pets.orderBy("id").column("name"), ["a", "c", "d"]);
    assert.equal(await pets.count(), 3);
    assert.equal(await pets.filter({ name: "b" }).exists(), false);
    assert.equal(await pets.filter({ name: "b" }).first(), null);
    assert.equal(await session.get(Pet, 2), null);
    assert.equal(await engine.session().get(Pet, 2), null);
    assert.equal(await pets.sum("age"), 13);
    const streamed: string[] = [];
    for await (const pet of pets.orderBy("id").stream()) streamed.push(pet.name);
    assert.deepEqual(streamed, ["a", "c", "d"]);
    assert.deepEqual(await pets.withDeleted().orderBy("id").column("name"), ["a", "b", "c", "d"]);
    assert.equal(await pets.withDeleted().sum("age"), 15);
    assert.deepEqual(await pets.onlyDeleted().column("name"), ["b"]);
    const all: string[] = [];
    for await (const pet of pets.withDeleted().orderBy("id").stream()) all.push(pet.name);
    assert.deepEqual(all, ["a", "b", "c", "d"]);
  });

  check("marked rows leave includes, filters through relations and load()", async (session, engine) => {
    const [ann] = await seed(session);
    const loaded = await engine.query(Owner).with("pets").orderBy("id").all();
    assert.deepEqual(
      loaded.map((owner) => [owner.handle, owner.pets.map((pet) => pet.name)]),
      [["ann", ["a", "c"]]],
    );
    const pets = await engine.query(Pet).with("owner").orderBy("id").all();
    assert.deepEqual(
      pets.map((pet) => [pet.name, (pet.owner as Owner | null)?.handle ?? null]),
      [
        ["a", "ann"],
        ["c", "ann"],
        ["d", null],
      ],
    );
    assert.deepEqual(await engine.query(Owner).filter({ pets__name: "b" }).count(), 0);
    assert.deepEqual(await engine.query(Pet).filter({ owner__handle: "bob" }).count(), 0);
    const fresh = await engine.query(Owner).filter({ id: ann.id }).one();
    const filled = await engine.load(fresh, "pets");
    assert.deepEqual(filled.pets.map((pet) => pet.name).toSorted(), ["a", "c"]);
    const whole = await engine.query(Owner).withDeleted().with("pets").orderBy("id").all();
    assert.deepEqual(
      whole.map((owner) => [owner.handle, owner.pets.map((pet) => pet.name).toSorted()]),
      [
        ["ann", ["a", "b", "c"]],
        ["bob", ["d"]],
      ],
    );
  });

  check(
    "a delete of many removes the rows that are not marked for good, and marked ones only when it is told to",
    async (session, engine) => {
      const [ann, , pets] = await seed(session);
      const names = (): Promise<string[]> => engine.query(Pet).withDeleted().orderBy("id").column("name");
      assert.equal(await engine.query(Pet).filter({ ownerId: ann.id }).delete(), 2);
      assert.deepEqual(await names(), ["b", "d"]);
      assert.equal(await engine.query(Pet).filter({ name: "b" }).delete(), 0);
      assert.equal(await engine.query(Pet).onlyDeleted().filter({ ownerId: ann.id }).delete(), 1);
      assert.deepEqual(await names(), ["d"]);
      await session.softDelete(pets[3]!);
      assert.equal(await engine.query(Pet).delete({ all: true }), 0);
      assert.equal(await engine.query(Pet).withDeleted().delete({ all: true }), 1);
      assert.deepEqual(await names(), []);
    },
  );

  test(`${name}: createAll leaves a table that is there as it is: its constraints stay, and it gets no indexes`, async () => {
    await using engine = await open();
    await engine.execute(
      "CREATE TABLE soft_toys_of_old (id int NOT NULL PRIMARY KEY, code text NOT NULL CONSTRAINT soft_toys_of_old_code_key UNIQUE, place text NOT NULL, deleted_at text)",
    );
    class OldToy extends Model(
      "soft_toys_of_old",
      { id: int().primaryKey(), code: text().unique(), place: text().index(), deletedAt: text().nullable() },
      {},
    ) {}
    class SoftToy extends Model("soft_toys_of_old", {
      id: int().primaryKey(),
      code: text().unique(),
      place: text().index(),
      ...softDelete,
    }) {}
    const before = (await introspect(engine)).tables;
    await engine.createAll([SoftToy]);
    assert.deepEqual((await introspect(engine)).tables, before);
    await engine.session().insert(OldToy, { id: 1, code: "a", place: "shelf", deletedAt: "2026-01-01" });
    await failure(engine.session().insert(OldToy, { id: 2, code: "a", place: "box" }), UniqueViolation);
    await engine.dropAll([SoftToy]);
    await engine.createAll([SoftToy]);
    assert.deepEqual((await compare(engine, [SoftToy])).changes, []);
  });

  check("marked rows are left alone by updates of many, and by many-to-many loads", async (session, engine) => {
    const [ann] = await seed(session);
    assert.equal(await engine.query(Pet).update({ age: 100 }, { all: true }), 3);
    assert.deepEqual(await engine.query(Pet).withDeleted().orderBy("id").column("age"), [100, 2, 100, 100]);
    const toys = await session.insertAll(Toy, [{ name: "ball" }, { name: "rope" }]);
    await session.collection(ann, "toys").add(...toys);
    await session.softDelete(toys[0]!);
    const [loaded] = await engine.query(Owner).with("toys").all();
    assert.deepEqual(
      loaded!.toys.map((toy) => toy.name),
      ["rope"],
    );
    await session.forceDelete(ann).catch(() => {});
    assert.equal(await engine.query(Pet).filter({ age: 100 }).count(), 3);
  });

  check("restore brings a row back, and forceDelete takes it for good", async (session, engine) => {
    const [, bob, pets] = await seed(session);
    const b = pets[1]!;
    assert.ok(b.deletedAt instanceof Date);
    await session.restore(b);
    assert.equal(b.deletedAt, null);
    assert.deepEqual(await engine.query(Pet).orderBy("id").column("name"), ["a", "b", "c", "d"]);
    await session.forceDelete(pets[3]!);
    await session.forceDelete(bob);
    assert.deepEqual([await engine.query(Pet).withDeleted().count(), await engine.query(Owner).withDeleted().count()], [3, 1]);
    assert.equal(session.has(bob), false);
  });

  check("a marked row gives its unique values free, and gets them back only while they are", async (session, engine) => {
    const [ann] = await session.insertAll(Owner, [person("ann")]);
    await failure(session.insert(Owner, { ...person("eve"), email: ann!.email }), UniqueViolation);
    const error = await failure(session.insert(Owner, { ...person("eve"), first: "ann" }), UniqueViolation);
    assert.deepEqual([error.model, error.properties], ["Owner", ["first", "last"]]);
    await session.softDelete(ann!);
    const again = await session.insert(Owner, { ...person("ann"), handle: "ann2" });
    const taken = await failure(session.insert(Owner, { ...person("eve"), email: again.email }), UniqueViolation);
    assert.deepEqual([taken.model, taken.property], ["Owner", "email"]);
    await failure(session.restore(ann!), UniqueViolation);
    assert.ok(ann!.deletedAt instanceof Date);
    await session.softDelete(again);
    await session.restore(ann!);
    assert.deepEqual(await engine.query(Owner).column("handle"), ["ann"]);
    // What a foreign key points at is unique among all.
    await failure(session.insert(Owner, { ...person("eve"), handle: "ann2" }), UniqueViolation);
  });

  check("upsert by a unique column meets the row that is not marked, or inserts", async (session, engine) => {
    const ann = await session.insert(Owner, person("ann"));
    await session.softDelete(ann);
    const options = { conflictTarget: "email" } as const;
    const second = await session.upsert(Owner, { ...person("ann"), handle: "ann2" }, options);
    const third = await session.upsert(Owner, { ...person("ann"), handle: "ann3" }, options);
    assert.deepEqual([second.id === ann.id, third.id === second.id, second.handle], [false, true, "ann3"]);
    const rows = await session.upsertAll(Owner, [person("bob"), { ...person("ann"), handle: "no" }], { ...options, updateFields: [] });
    assert.deepEqual([rows[1]!.id, rows[1]!.handle], [second.id, "ann3"]);
    assert.deepEqual(await engine.query(Owner).orderBy("handle").column("handle"), ["ann3", "bob"]);
    const byPair = await session.upsert(Owner, { ...person("bob"), email: "b@example.com" }, { conflictTarget: ["first", "last"] });
    assert.equal(byPair.id, rows[0]!.id);
    const byHandle = await session.upsert(Owner, { ...person("bob"), email: "c@example.com" }, { conflictTarget: "handle" });
    assert.deepEqual([byHandle.id, byHandle.email], [rows[0]!.id, "c@example.com"]);
  });
};
