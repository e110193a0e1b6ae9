/** Reads, writes and transactions in any order and at once, against what is known: who asks after a commit never gets an answer from before it. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { cacheStats } from "../../src/entry/cache.ts";
import { type Engine, int, Model } from "../../src/entry/index.ts";
import { Random } from "../support/random.ts";

class Left extends Model("cache_left", { id: int().primaryKey(), value: int() }) {}
class Right extends Model("cache_right", { id: int().primaryKey(), value: int() }) {}
// Alike but for the table's name.
const models = [Left, Right as unknown as typeof Left] as const;

const rows = 3;

/** Values only grow. `committed` is what every read from now on must have at least; `begun` is what none can have more than. */
class Known {
  readonly committed = new Map<string, number>();
  readonly begun = new Map<string, number>();

  of(model: (typeof models)[number], id: number): string {
    return `${model === Left ? "left" : "right"} ${id}`;
  }

  next(place: string): number {
    const value = (this.begun.get(place) ?? 0) + 1;
    this.begun.set(place, value);
    return value;
  }

  commit(place: string, value: number): void {
    this.committed.set(place, Math.max(value, this.committed.get(place) ?? 0));
  }

  least(): ReadonlyMap<string, number> {
    return new Map(this.committed);
  }
}

export const cacheRandomSuite = (name: string, open: () => Promise<Engine>): void => {
  for (const seed of [1, 2, 3]) {
    test(`${name}: a read after a commit is never older, whatever goes on (${seed})`, async () => {
      const random = new Random(seed);
      const engine = await open();
      await engine.createAll([...models]);
      for (const model of models)
        await engine.session().insertAll(
          model,
          Array.from({ length: rows }, (_, index) => ({ id: index + 1, value: 0 })),
        );
      const known = new Known();
      // One writer of a row at a time: then its values grow in the order of their commits.
      const writing = new Set<string>();

      const check = (place: string, value: number, least: ReadonlyMap<string, number>): void => {
        assert.ok(value >= (least.get(place) ?? 0), `${place} was read as ${value} after ${least.get(place)} had been committed`);
        assert.ok(value <= (known.begun.get(place) ?? 0), `${place} was read as ${value}, which nobody wrote`);
      };

      const read = async (): Promise<void> => {
        const model = random.of(models);
        const least = known.least();
        const id = 1 + random.below(rows);
        if (random.chance(0.5)) return check(known.of(model, id), (await engine.query(model).get({ id })).value, least);
        for (const row of await engine.query(model).orderBy("id").all()) check(known.of(model, row.id), row.value, least);
      };

      const write = async (): Promise<void> => {
        const model = random.of(models);
        const id = 1 + random.below(rows);
        const place = known.of(model, id);
        if (writing.has(place)) return;
        writing.add(place);
        try {
          const value = known.next(place);
          const way = random.below(4);
          const isKept = way !== 3;
          if (way === 0) await engine.query(model).filter({ id }).update({ value });
          else if (way === 1)
            await engine.execute(`UPDATE ${place.split(" ")[0] === "left" ? "cache_left" : "cache_right"} SET value = ? WHERE id = ?`, [
              value,
              id,
            ]);
          else {
            const undo = new Error("undone");
            await engine
              .transaction(async (session) => {
                await session.query(model).filter({ id }).update({ value });
                if (random.chance(0.5)) await turn();
                const inside = await session.query(model).get({ id });
                assert.equal(inside.value, value);
                if (!isKept) throw undo;
              })
              .catch((error: unknown) => assert.equal(error, undo));
          }
          if (isKept) known.commit(place, value);
        } finally {
          writing.delete(place);
        }
      };

      const worker = async (): Promise<void> => {
        for (let step = 0; step < 60; step++) {
          await (random.chance(0.75) ? read() : write());
          if (random.chance(0.2)) await turn();
        }
      };
      await Promise.all(Array.from({ length: 6 }, worker));
      const { hits, misses } = cacheStats(engine);
      assert.ok(hits > 10 && misses > 10, `${hits} hits, ${misses} misses`);
      await engine.close();
    });
  }
};
