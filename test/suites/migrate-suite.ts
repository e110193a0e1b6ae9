/** What snapshots, introspection and plans promise on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../../src/entry/index.ts";
import {
  canonical,
  diff,
  introspect,
  irreversible,
  render,
  reverse,
  runStatements,
  type Plan,
  type Rename,
  type Snapshot,
} from "../../src/entry/migrate.ts";
import { renamed } from "../../src/migrate/diff/renamed-snapshot.ts";
import type { Renames } from "../../src/migrate/diff/renames.ts";
import { Random } from "../support/random.ts";
import { randomStructure, valueFor } from "../support/random-structure.ts";

export interface MigrateEngine {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
}

const emptyOf = (engine: Engine): Snapshot => ({
  format: 1,
  dialect: engine.dialect.name,
  source: "database",
  schemas: [],
  enums: [],
  tables: [],
  views: [],
});

/** As the database would write it, and saying everything. */
const exact = async (engine: Engine, structure: Snapshot): Promise<Snapshot> => ({
  ...(await canonical(engine, structure)),
  source: "database",
});

export const apply = (engine: Engine, plan: Plan): Promise<void> => runStatements(engine, render(plan.changes, engine.dialect.name));

const assertSame = (found: Snapshot, wanted: Snapshot, message: string): void => {
  assert.deepEqual(
    render(diff(found, wanted).changes, found.dialect).map(({ sql }) => sql),
    [],
    message,
  );
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A row in every table, everywhere the same value per type. */
const fill = async (engine: Engine, structure: Snapshot): Promise<void> => {
  for (const table of structure.tables) {
    const columns = table.columns.filter((column) => column.name !== "id" && column.name !== "other_id" && column.generated === null);
    const names = ["id", ...columns.map((column) => column.name)].map(quoted).join(", ");
    const values = ["7", ...columns.map((column) => valueFor(column, structure.dialect))].join(", ");
    await engine.execute(`INSERT INTO ${quoted(table.name)} (${names}) VALUES (${values})`.replaceAll(":", "\u003a"), []);
  }
};

/** What every column of every table holds, as text. */
const contents = async (engine: Engine, structure: Snapshot): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const table of structure.tables) {
    for (const column of table.columns.filter((each) => each.generated === null)) {
      const value = engine.dialect.name === "postgres" ? `${quoted(column.name)}::text` : `quote(${quoted(column.name)})`;
      const rows = (await engine.execute(`SELECT ${value} AS v FROM ${quoted(table.name)}`)).all();
      found.set(JSON.stringify([table.name, column.name, column.type]), JSON.stringify(rows));
    }
  }
  return found;
};

const fresh = ["renamed 🐢", 'the "new" name', "user", `${"long".repeat(15)}xyz`];

/** Some tables and columns of `from` get names that nothing has. */
const randomRenames = (random: Random, from: Snapshot): Renames => {
  const left = [...fresh];
  const tables = from.tables
    .filter(() => left.length > 0 && random.chance(0.2))
    .map((table) => ({ from: { schema: null, name: table.name }, to: { schema: null, name: left.pop()! } }));
  const columns = from.tables.flatMap((table) => {
    const [column] = table.columns.filter((each) => !["id", "other_id", "computed"].includes(each.name) && random.chance(0.2));
    const to = tables.find((rename) => rename.from.name === table.name)?.to ?? { schema: null, name: table.name };
    return column === undefined ? [] : [{ table: to, former: table.name, from: column.name, to: random.of(fresh) }];
  });
  const all: Rename[] = [
    ...tables.map((rename) => ({ table: rename.from.name, to: rename.to.name })),
    ...columns.map((rename) => ({ table: rename.former, column: rename.from, to: rename.to })),
  ];
  return { tables, columns, questions: [], all };
};

const nextName = (table: string, all: readonly Rename[]): string =>
  all.find((rename) => rename.table === table && !("column" in rename))?.to ?? table;

/** Whether what gets the new name is still there afterwards. */
const isWanted = (rename: Rename, all: readonly Rename[], to: Snapshot): boolean => {
  const table = to.tables.find((each) => each.name === nextName(rename.table, all));
  return table !== undefined && (!("column" in rename) || table.columns.some((column) => column.name === rename.to));
};

/** From a key of `contents` afterwards to the one before. */
const formerKeys =
  (all: readonly Rename[]) =>
  (key: string): string => {
    const [table, column, type] = JSON.parse(key) as [string, string, string];
    const oldTable = all.find((rename) => !("column" in rename) && rename.to === table)?.table ?? table;
    const old = all.find((rename) => "column" in rename && rename.table === oldTable && rename.to === column);
    return JSON.stringify([oldTable, old !== undefined && "column" in old ? old.column : column, type]);
  };

/** More of them find more: `PETREL_TEST_ROUNDS=500 npm test sqlite/migrate`. */
const rounds = Number(process.env["PETREL_TEST_ROUNDS"] ?? 12);

export const migrateSuite = ({ name, open }: MigrateEngine): void => {
  test(`${name}: random structures are created, found again as they were asked for, changed into others with their rows, and changed back`, async () => {
    for (let seed = 1; seed <= rounds; seed++) {
      const random = new Random(seed);
      const engine = await open();
      const at = (what: string): string => `seed ${seed}: ${what}`;
      try {
        const first = randomStructure(random, engine.dialect.name);
        const a = await exact(engine, first);
        await apply(engine, diff(emptyOf(engine), a));
        const foundA = await introspect(engine);
        assertSame(foundA, a, at("what was created is what was asked for"));
        await fill(engine, foundA);
        const before = await contents(engine, foundA);

        const renames = randomRenames(random, first);
        const b = await exact(engine, renamed(randomStructure(random, engine.dialect.name, first), renames));
        const plan = diff(foundA, b, { renames: renames.all.filter((rename) => isWanted(rename, renames.all, b)) });
        try {
          await apply(engine, plan);
        } catch (error) {
          throw new Error(
            `${at("applying")}\n${render(plan.changes, engine.dialect.name)
              .map(({ sql }) => sql)
              .join(";\n")}`,
            { cause: error },
          );
        }
        const foundB = await introspect(engine);
        assertSame(foundB, b, at("what was changed is what was asked for"));
        const after = await contents(engine, foundB);
        const former = formerKeys(renames.all);
        for (const [key, value] of after) {
          const old = former(key);
          if (before.has(old)) assert.equal(value, before.get(old), at(`${key} kept its rows`));
        }

        const back = reverse(plan);
        try {
          await apply(engine, back);
        } catch (error) {
          throw new Error(
            `${at("going back")}\n${render(back.changes, engine.dialect.name)
              .map(({ sql }) => sql)
              .join(";\n")}`,
            { cause: error },
          );
        }
        assertSame(await introspect(engine), foundA, at("the way back ends where it began"));
        const lost = irreversible(plan).length > 0;
        if (!lost) assert.deepEqual(await contents(engine, foundA), before, at("nothing was lost, and nothing said so"));
      } finally {
        await engine.close();
      }
    }
  });
};
