/** Random calls on a session, against a table of plain objects: whatever the order, both hold the same rows in the end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine, F, int, isPetrelError, Model, type Session, softDelete, text } from "../../src/entry/index.ts";
import { numbers } from "../suites/transaction-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

class Item extends Model("items", {
  id: int().primaryKey(),
  code: text().unique(),
  amount: int().default(0),
  note: text().nullable(),
  ...softDelete,
}) {}

interface Row {
  readonly id: number;
  readonly code: string;
  readonly amount: number;
  readonly note: string | null;
  readonly deleted: boolean;
}

/** The table as it should be: a code is unique among the rows that are not marked as deleted. Calls return the code of the error that is due, or null. */
class Expected {
  rows: Row[] = [];

  at(id: number): Row | undefined {
    return this.rows.find((row) => row.id === id);
  }

  live(code: string): Row | undefined {
    return this.rows.find((row) => row.code === code && !row.deleted);
  }

  set(id: number, values: Partial<Row>): string | null {
    const changed = { ...this.at(id)!, ...values };
    if (!changed.deleted && (this.live(changed.code)?.id ?? id) !== id) return "E2301";
    this.rows = this.rows.map((row) => (row.id === id ? changed : row));
    return null;
  }

  insert(row: Row): string | null {
    if (this.at(row.id) !== undefined || this.live(row.code) !== undefined) return "E2301";
    this.rows = [...this.rows, row];
    return null;
  }
}

type Outcome = string | null;
const outcomeOf = (call: Promise<unknown>): Promise<Outcome> =>
  call.then(
    () => null,
    (error: unknown) => (isPetrelError(error) ? error.code : Promise.reject(error)),
  );

const stored = async (session: Session | Engine): Promise<Row[]> => {
  const items = await session.query(Item).withDeleted().orderBy("id").all();
  return items.map(({ id, code, amount, note, deletedAt }) => ({ id, code, amount, note, deleted: deletedAt !== null }));
};

const words = ["a", "b'", 'c"', "d;--", "é", "", "f%", "g_"];

class Play {
  readonly #expected = new Expected();
  readonly #random: (limit: number) => number;
  #nextId = 1;

  constructor(random: (limit: number) => number) {
    this.#random = random;
  }

  /** Some calls on the session; returns whether the surrounding transaction is to be broken off. */
  async run(session: Session, calls: number, depth: number): Promise<void> {
    for (let call = 0; call < calls; call++) await this.#step(session, depth);
    assert.deepEqual(
      await stored(session),
      this.#expected.rows.toSorted((one, other) => one.id - other.id),
    );
  }

  async #step(session: Session, depth: number): Promise<void> {
    const kind = this.#random(depth < 3 ? 12 : 10);
    if (kind >= 10) return this.#transaction(session, depth, kind === 10);
    const [due, got] = await this.#write(session, kind);
    assert.equal(got, due, `step ${kind}`);
  }

  async #transaction(session: Session, depth: number, byBegin: boolean): Promise<void> {
    const before = this.#expected.rows;
    const breaks = this.#random(3) === 0;
    const body = async (tx: Session): Promise<void> => {
      await this.run(tx, 1 + this.#random(6), depth + 1);
      if (breaks) throw new Error("broken off");
    };
    const whole = async (): Promise<void> => {
      if (!byBegin) return session.transaction(body);
      await using tx = await session.begin();
      await body(tx);
      await tx.commit();
    };
    if (!breaks) return whole();
    await assert.rejects(whole, /broken off/);
    this.#expected.rows = before;
  }

  #code(): string {
    return words[this.#random(words.length)]! + this.#random(4);
  }

  #fresh(): Row {
    return { id: this.#nextId++, code: this.#code(), amount: this.#random(100), note: this.#random(2) === 0 ? null : "x", deleted: false };
  }

  /** What is due, and what came. */
  async #write(session: Session, kind: number): Promise<readonly [Outcome, Outcome]> {
    const { rows } = this.#expected;
    const row = rows[this.#random(Math.max(1, rows.length))];
    const { deleted: _, ...values } = this.#fresh();
    if (kind <= 1 || row === undefined) {
      return [this.#expected.insert({ ...values, deleted: false }), await outcomeOf(session.insert(Item, values))];
    }
    if (kind === 2) return this.#insertAll(session);
    if (kind === 3) return this.#upsert(session, this.#random(2) === 0 ? row.code : values.code);
    const item = new Item({ id: row.id, code: row.code, amount: row.amount, note: row.note });
    return this.#change(session, kind, item, row);
  }

  async #insertAll(session: Session): Promise<readonly [Outcome, Outcome]> {
    const before = this.#expected.rows;
    const rows = Array.from({ length: this.#random(4) }, () => this.#fresh());
    const due = rows.reduce<Outcome>((failed, row) => failed ?? this.#expected.insert(row), null);
    if (due !== null) this.#expected.rows = before;
    const items = rows.map(({ id, code, amount, note }) => new Item({ id, code, amount, note }));
    return [due, await outcomeOf(session.insertAll(items))];
  }

  async #upsert(session: Session, code: string): Promise<readonly [Outcome, Outcome]> {
    const amount = this.#random(100);
    const updates = this.#random(2) === 0;
    const id = this.#nextId++;
    const there = this.#expected.live(code);
    if (there === undefined) this.#expected.insert({ id, code, amount, note: null, deleted: false });
    else if (updates) this.#expected.set(there.id, { amount });
    const options = { conflictTarget: "code", ...(updates ? {} : { updateFields: [] }) } as const;
    const item = await session.upsert(Item, { id, code, amount }, options);
    const row = this.#expected.at(there?.id ?? id)!;
    assert.deepEqual([item.id, item.code, item.amount, item.note], [row.id, row.code, row.amount, row.note]);
    return [null, null];
  }

  async #change(session: Session, kind: number, item: Item, row: Row): Promise<readonly [Outcome, Outcome]> {
    if (kind === 4) {
      this.#expected.set(row.id, { amount: row.amount + 7 });
      const got = await outcomeOf(session.update(item, { amount: F("amount").plus(7) }));
      assert.equal(item.amount, row.amount + 7);
      return [null, got];
    }
    if (kind === 5) {
      const code = this.#code();
      const due = this.#expected.set(row.id, { code });
      const got = await outcomeOf(session.update(item, { code }));
      assert.equal(item.code, due === null ? code : row.code);
      return [due, got];
    }
    if (kind === 6) {
      this.#expected.set(row.id, { deleted: true });
      return [null, await outcomeOf(session.softDelete(item))];
    }
    if (kind === 7) {
      return [this.#expected.set(row.id, { deleted: false }), await outcomeOf(session.restore(item))];
    }
    if (kind === 8) {
      this.#expected.rows = this.#expected.rows.filter(({ id }) => id !== row.id);
      return [null, await outcomeOf(session.remove(item))];
    }
    const found = await session.get(Item, row.id);
    assert.equal(found?.code ?? null, row.deleted ? null : row.code);
    return ["E1303", await outcomeOf(session.update(new Item({ id: 1_000_000, code: "none" }), { amount: 1 }))];
  }
}

for (const { name, open } of sqliteEngines()) {
  for (const seed of [1, 2, 3]) {
    test(`${name}: 400 random calls leave the rows that they should (seed ${seed})`, async () => {
      await using engine = await open();
      await engine.createAll([Item]);
      await new Play(numbers(seed)).run(engine.session(), 400, 0);
    });
  }
}
