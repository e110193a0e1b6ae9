/**
 * How long structures of many tables take: `node benchmarks/structure.ts [tables]`, 300 unless said otherwise. On SQLite in memory; with a URL as the second
 * argument on that PostgreSQL, in an empty database.
 */
import { createEngine } from "../src/entry/index.ts";
import { canonical, diff, introspect, render, runStatements, type Snapshot, type TableSnapshot } from "../src/entry/migrate.ts";

const tables = Number(process.argv[2] ?? 300);
await using engine = await createEngine(process.argv[3] ?? "sqlite::memory:");
const isPostgres = engine.dialect.name === "postgres";
const whole = isPostgres ? "integer" : "INTEGER";
const words = isPostgres ? "text" : "TEXT";

const column = (name: string, type: string, filled: string | null = null) => ({
  name,
  type,
  kind: null,
  nullable: false,
  default: filled,
  identity: name === "id" ? ("by default" as const) : null,
  generated: null,
  collation: null,
  comment: null,
  renamedFrom: null,
});

const table = (place: number): TableSnapshot => ({
  schema: null,
  name: `table_${place}`,
  columns: [
    column("id", whole),
    column("other_id", whole, "1"),
    ...Array.from({ length: 10 }, (_, each) => column(`word_${each}`, words, `lower('Word ${each}')`)),
  ],
  constraints: [
    { kind: "primary key", name: isPostgres ? `table_${place}_pkey` : null, columns: ["id"], deferrable: null },
    {
      kind: "foreign key",
      name: `table_${place}_fkey`,
      columns: ["other_id"],
      target: { schema: null, name: `table_${Math.max(0, place - 1)}` },
      targetColumns: ["id"],
      onDelete: "cascade",
      onUpdate: "no action",
      deferrable: null,
    },
    { kind: "check", name: `table_${place}_check`, expression: `word_0 IN ('a', 'b', 'word 0')` },
  ],
  indexes: [
    {
      name: `table_${place}_idx`,
      terms: [{ column: "word_1", expression: null, descending: false, nulls: null, operatorClass: null, collation: null }],
      unique: false,
      nullsNotDistinct: false,
      where: "word_2 <> ''",
      include: [],
      method: "btree",
      comment: null,
    },
  ],
  triggers: [],
  options: isPostgres ? [] : ["STRICT"],
  comment: null,
  renamedFrom: null,
});

const timed = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
  const start = performance.now();
  const result = await work();
  console.log(`${what.padEnd(44)} ${(performance.now() - start).toFixed(0).padStart(6)} ms`);
  return result;
};

const raw: Snapshot = {
  format: 1,
  dialect: engine.dialect.name,
  source: "models",
  schemas: [],
  enums: [],
  tables: Array.from({ length: tables }, (_, place) => table(place)),
  views: [],
};
const empty: Snapshot = { ...raw, source: "database", tables: [] };
const wanted = await timed(`canonical of ${tables} tables`, () => canonical(engine, raw));
const created = await timed("diff from nothing", () => diff(empty, wanted));
await timed("creating them", () => runStatements(engine, render(created.changes, engine.dialect.name)));
const found = await timed("introspect", () => introspect(engine));
const same = await timed("diff of two that are the same", () => diff(found, wanted));
const other = await timed("diff of two that differ in every table", () =>
  diff(found, { ...wanted, tables: wanted.tables.map((each) => ({ ...each, columns: each.columns.slice(0, 8), indexes: [] })) }),
);
console.log(`${created.changes.length}, ${same.changes.length} and ${other.changes.length} steps`);
