/**
 * A warm query from the model to its plan and bound-to-be values: everything before the first thing that touches the driver.
 * The plan is taken where every verb takes it (`QueryBuilder.plan`), so nothing is measured that does not happen in earnest.
 */
import { openPetrel } from "./bindings.ts";
import { measure } from "./measure.ts";
import type { Contender } from "./measure.ts";
import { openPeers } from "./peers.ts";
import { printLimit, printTable } from "./report.ts";
import type { QueryBuilder } from "../src/query/query-builder.ts";
import { allRows, firstRow } from "../src/query/verbs.ts";
import type { Plan } from "../src/engine/plan.ts";
import { bool, int, prepare, text } from "../src/entry/index.ts";
import { User } from "./users.ts";

const builds = 20_000;

/** Every plan is looked at, and must be the same each time: it is the one that was kept. */
const contender = (name: string, build: (index: number) => unknown, isSame: boolean): Contender => {
  let first: unknown = null;
  const run = (): void => {
    for (let index = 0; index < builds; index++) {
      const plan = build(index);
      first ??= plan;
      if (isSame && plan !== first) throw new Error(`${name} was compiled again`);
    }
  };
  return { name, operations: builds, run };
};

export const building = async (path: string): Promise<void> => {
  const petrel = await openPetrel(path);
  const peers = await openPeers(path);
  const { engine } = petrel[0]!;
  // What `engine.query` returns is a QueryBuilder behind its public face.
  const planOf = (query: unknown, verb: typeof allRows): Plan => (query as QueryBuilder).plan(verb);
  const byId = (id: number) => planOf(engine.query(User).filter({ id }), allRows);
  const oneById = (id: number) => planOf(engine.query(User).filter({ id }).limit(1), firstRow);
  const three = (index: number) =>
    planOf(
      engine
        .query(User)
        .filter({ age__gte: index & 63 })
        .orderBy("-createdAt")
        .limit(10),
      allRows,
    );
  const many = (index: number) =>
    planOf(
      engine
        .query(User)
        .filter({ age__gte: index & 63, isActive: true, name__icontains: "a" })
        .orderBy("-createdAt", "name")
        .limit(10)
        .offset(20),
      allRows,
    );
  const asked = (age: number, active: boolean, part: string, skipped: number) =>
    engine
      .query(User)
      .filter({ age__gte: age, isActive: active, name__icontains: part })
      .orderBy("-createdAt", "name")
      .limit(10)
      .offset(skipped);
  const prepared = prepare({ age: int(), active: bool(), part: text(), skipped: int() }, ({ age, active, part, skipped }) =>
    asked(age, active, part, skipped),
  );
  const contenders = [
    contender("Petrel by id", byId, true),
    contender("Petrel by id, first row", oneById, true),
    contender("Petrel filter + order + limit", three, true),
    contender("Petrel 3 lookups, 2 orders, limit, offset", many, true),
    contender("Petrel, the same to SQL text and values", (index) => asked(index & 63, true, "ä", 20).toSQL(), false),
    contender(
      "Petrel prepared, to SQL text and values",
      (index) => prepared.toSQL({ age: index & 63, active: true, part: "ä", skipped: 20 }),
      false,
    ),
    ...peers.map((peer) => contender(`${peer.name}, by id to SQL text`, (id) => peer.build(id), false)),
  ];
  const measured = await measure(contenders, { warmUp: 10, counted: 31 });
  printTable("A warm query, built and resolved to its plan", measured);
  const nanoseconds = (name: string): number => measured.find((each) => each.name === name)!.median * 1000;
  printLimit("Petrel by id", nanoseconds("Petrel by id"), 200, "ns");
  printLimit("Petrel filter + order + limit", nanoseconds("Petrel filter + order + limit"), 300, "ns");
  for (const peer of peers) await peer.close();
  for (const each of petrel) await each.engine.close();
};
