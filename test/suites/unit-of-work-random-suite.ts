/**
 * Random graphs and random edits, written by the unit of work and compared with what they should be: run this with a way to make an engine.
 * The seed of a failure is in its message.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine, hasMany, belongsTo, int, json, Model, type Session, text } from "../../src/entry/index.ts";

class Person extends Model("rnd_people", {
  id: int().primaryKey(),
  name: text(),
  facts: json<{ n: number; list: number[] }>(),
  bossId: int().nullable(),
  boss: () => belongsTo(Person, "bossId"),
  tasks: () => hasMany(Task, "personId"),
}) {}
class Task extends Model("rnd_tasks", {
  id: int().primaryKey(),
  title: text(),
  personId: int(),
  afterId: int().nullable(),
  person: () => belongsTo(Person, "personId", { onDelete: "cascade" }),
  after: () => belongsTo(Task, "afterId", { onDelete: "set null" }),
}) {}

/** mulberry32: small, and the same on every machine. */
const randomFrom = (seed: number): ((limit: number) => number) => {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
};

export interface RandomEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
  /** How many graphs, and how many runs of edits. */
  readonly graphs: number;
  readonly runs: number;
}

/** All rows go; generated keys go on. */
const clear = async (engine: Engine): Promise<void> => {
  await engine.query(Task).delete({ all: true });
  await engine.query(Person).delete({ all: true });
};

type Fact = readonly unknown[];
const inRows = async (engine: Engine): Promise<Fact[]> => {
  const people = await engine.query(Person).with("boss").all();
  const tasks = await engine.query(Task).with("person", "after").all();
  const facts = [
    ...people.map((each): Fact => ["person", each.name, each.facts, each.boss?.name ?? null]),
    ...tasks.map((each): Fact => ["task", each.title, each.person.name, each.after?.title ?? null]),
  ];
  return facts.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
};
const sorted = (facts: readonly Fact[]): Fact[] => facts.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

type Linked = Person & { boss?: Person };
type Work = Task & { after?: Task };

/** What the rows should be: by key, as plain values. */
interface Memory {
  people: Map<number, { name: string; n: number; bossId: number | null }>;
  tasks: Map<number, { title: string; personId: number; afterId: number | null }>;
}
const copyOf = ({ people, tasks }: Memory): Memory => structuredClone({ people, tasks });

const assertSame = async (session: Session, memory: Memory, place: string): Promise<void> => {
  const people = await session.query(Person).orderBy("id").all();
  const tasks = await session.query(Task).orderBy("id").all();
  const plainPeople = await session.query(Person).orderBy("id").valuesList("id", "name", "bossId");
  const plainTasks = await session.query(Task).orderBy("id").valuesList("id", "title", "personId", "afterId");
  const ordered = <T>(map: Map<number, T>): [number, T][] => [...map].toSorted(([a], [b]) => a - b);
  assert.deepEqual(
    people.map((each) => [each.id, { name: each.name, n: each.facts.n, bossId: each.bossId }]),
    ordered(memory.people),
    place,
  );
  assert.deepEqual(
    tasks.map((each) => [each.id, { title: each.title, personId: each.personId, afterId: each.afterId }]),
    ordered(memory.tasks),
    place,
  );
  assert.deepEqual(
    plainPeople,
    people.map((each) => [each.id, each.name, each.bossId]),
    place,
  );
  assert.deepEqual(
    plainTasks,
    tasks.map((each) => [each.id, each.title, each.personId, each.afterId]),
    place,
  );
};

const pick = <T>(values: Iterable<T>, random: (limit: number) => number): T | undefined => {
  const list = [...values];
  return list.length === 0 ? undefined : list[random(list.length)];
};

/** One edit of the objects, and of the memory beside them. */
const edit = async (session: Session, memory: Memory, random: (limit: number) => number): Promise<void> => {
  const personId = pick(memory.people.keys(), random);
  const taskId = pick(memory.tasks.keys(), random);
  switch (random(7)) {
    case 0: {
      const person = new Person({ name: `n${random(1000)}`, facts: { n: random(9), list: [] } });
      session.add(person);
      await session.flush();
      memory.people.set(person.id, { name: person.name, n: person.facts.n, bossId: null });
      return;
    }
    case 1: {
      if (personId === undefined) return;
      const task = new Task({ title: `t${random(1000)}`, person: await session.getOrThrow(Person, personId) } as never);
      session.add(task);
      await session.flush();
      memory.tasks.set(task.id, { title: task.title, personId, afterId: null });
      return;
    }
    case 2: {
      if (personId === undefined) return;
      const person = await session.getOrThrow(Person, personId);
      person.facts.n = random(100);
      memory.people.get(personId)!.n = person.facts.n;
      return;
    }
    case 3: {
      const bossId = pick(memory.people.keys(), random);
      if (personId === undefined || bossId === undefined) return;
      (await session.getOrThrow(Person, personId)).bossId = bossId;
      memory.people.get(personId)!.bossId = bossId;
      return;
    }
    case 4: {
      const afterId = pick(memory.tasks.keys(), random);
      if (taskId === undefined || afterId === undefined) return;
      const task = await session.getOrThrow(Task, taskId);
      (task as Work).after = await session.getOrThrow(Task, afterId);
      memory.tasks.get(taskId)!.afterId = afterId;
      return;
    }
    case 5: {
      if (taskId === undefined) return;
      session.delete(await session.getOrThrow(Task, taskId));
      await session.flush();
      memory.tasks.delete(taskId);
      for (const task of memory.tasks.values()) if (task.afterId === taskId) task.afterId = null;
      return;
    }
    default: {
      if (personId === undefined || [...memory.people.values()].some((each) => each.bossId === personId)) return;
      session.delete(await session.getOrThrow(Person, personId));
      await session.flush();
      memory.people.delete(personId);
      const gone = [...memory.tasks].filter(([, task]) => task.personId === personId).map(([id]) => id);
      for (const id of gone) memory.tasks.delete(id);
      for (const task of memory.tasks.values()) if (task.afterId !== null && gone.includes(task.afterId)) task.afterId = null;
    }
  }
};

const someEdits = async (session: Session, memory: Memory, random: (limit: number) => number, place: string, depth = 0): Promise<void> => {
  for (let step = 0; step < 6; step++) {
    await edit(session, memory, random);
    if (depth < 2 && random(4) === 0) await inTransaction(session, memory, random, `${place}/${step}`, depth + 1);
  }
};

/** Edits inside a transaction or a savepoint, every other one of which is undone: then the memory goes back, too. */
const inTransaction = async (
  session: Session,
  memory: Memory,
  random: (limit: number) => number,
  place: string,
  depth: number,
): Promise<void> => {
  const before = copyOf(memory);
  const undo = random(2) === 0;
  const work = session.transaction(async (inner) => {
    await someEdits(inner, memory, random, place, depth);
    await assertSame(inner, memory, place);
    if (undo) throw new Error("undo");
  });
  if (!undo) return work;
  await assert.rejects(work, /^Error: undo$/);
  Object.assign(memory, before);
  await assertSame(session, memory, `${place} undone`);
};

export const unitOfWorkRandomSuite = ({ name, open, graphs, runs }: RandomEngine): void => {
  test(`${name}: graphs of new objects, with rings, are read back as they were made`, async () => {
    await using engine = await open();
    await engine.createAll([Person, Task]);
    for (let seed = 1; seed <= graphs; seed++) {
      const random = randomFrom(seed);
      await clear(engine);
      await using session = engine.session();
      const people = Array.from({ length: 1 + random(8) }, (_, n) => new Person({ name: `p${n}`, facts: { n, list: [n] } }) as Linked);
      const tasks = Array.from({ length: random(12) }, (_, n) => {
        return new Task({ title: `t${n}`, person: people[random(people.length)]! } as never) as Work & { person: Person };
      });
      for (const person of people) if (random(2) === 0) person.boss = people[random(people.length)]!;
      for (const task of tasks) if (random(2) === 0) task.after = tasks[random(tasks.length)]!;
      const all = [...people, ...tasks];
      const start = random(all.length);
      session.addAll([...all.slice(start), ...all.slice(0, start)]);
      await session.commit();
      const expected = [
        ...people.map((each): Fact => ["person", each.name, each.facts, Object.hasOwn(each, "boss") ? each.boss!.name : null]),
        ...tasks.map((each): Fact => ["task", each.title, each.person.name, Object.hasOwn(each, "after") ? each.after!.title : null]),
      ];
      assert.deepEqual(await inRows(engine), sorted(expected), `seed ${seed}`);
      assert.equal(session.isDirty(), false, `seed ${seed}`);
    }
  });

  test(`${name}: random edits, kept and undone at every depth, leave objects and rows as they should be`, async () => {
    await using engine = await open();
    await engine.createAll([Person, Task]);
    for (let seed = 1; seed <= runs; seed++) {
      const random = randomFrom(seed * 7919);
      await clear(engine);
      await using session = engine.session();
      let memory: Memory = { people: new Map(), tasks: new Map() };
      for (let round = 0; round < 6; round++) {
        const place = `seed ${seed} round ${round}`;
        const before = copyOf(memory);
        // Inside a plain session a transaction is permanent by itself, so only a begun one has any inside.
        const isPlain = random(2) === 0;
        const work = isPlain ? session : await session.begin();
        await someEdits(work, memory, random, place, isPlain ? 2 : 0);
        if (random(3) === 0) {
          await work.rollback();
          memory = before;
        } else await work.commit();
        await assertSame(session, memory, place);
        await assertSame(engine.session(), memory, `${place} read anew`);
      }
    }
  });
};
