/** What Petrel is meant to reach, as data: a line for each scenario, opponent and mode. `report/verdicts.ts` says what was met. */
import type { Mode } from "./measurement.ts";
import type { DatabaseKind } from "./target.ts";

export interface Goal {
  readonly scenario: string;
  readonly database: DatabaseKind;
  readonly modes: readonly Mode[];
  /** Ids of Petrel's contenders, each judged by itself. */
  readonly own: readonly string[];
  /** Ids of opponents: the best of those that have figures counts. None for a limit by itself. */
  readonly against: readonly string[];
  /** `ratio`: own time by theirs. `over`: client CPU that own adds to theirs, in microseconds. `time`, `cpu`: microseconds a unit. `kept`: bytes a unit. */
  readonly figure: "ratio" | "over" | "time" | "cpu" | "kept";
  readonly most: number;
}

const orms = ["drizzle-pg", "drizzle-pg-prepared", "drizzle-postgres-js", "kysely", "prisma", "typeorm", "mikro-orm", "sequelize"];
const both = ["petrel-engine", "petrel-session"];
const sqliteBoth = ["petrel-engine", "petrel-better-engine"];
const sqliteSessions = ["petrel-session", "petrel-better-session"];

const line = (
  database: DatabaseKind,
  scenario: string,
  own: readonly string[],
  most: number,
  against: readonly string[] = [],
  more: Partial<Goal> = {},
): Goal => ({ scenario, database, modes: database === "postgres" ? ["pinned"] : ["free"], own, against, figure: "ratio", most, ...more });

/** Opponents of one scenario, each with the most that Petrel may take of their time. */
const lines = (
  database: DatabaseKind,
  scenario: string,
  own: readonly string[],
  opponents: Readonly<Record<string, number>>,
  more: Partial<Goal> = {},
): readonly Goal[] => Object.entries(opponents).map(([id, most]) => line(database, scenario, own, most, [id], more));

const limit = (
  database: DatabaseKind,
  scenario: string,
  own: readonly string[],
  figure: Goal["figure"],
  most: number,
  modes: readonly Mode[] = ["free"],
): Goal => line(database, scenario, own, most, [], { figure, modes });

export const goals: readonly Goal[] = [
  ...lines("postgres", "by-id", both, { pg: 0.65, "drizzle-pg-prepared": 0.5, kysely: 0.3, "drizzle-pg": 0.2, typeorm: 0.15, prisma: 0.1 }),
  ...lines("postgres", "by-id", both, { "c-libpq": 1.6 }),
  ...lines("postgres", "by-id", both, { "py-asyncpg": 0.75, "py-sqlalchemy": 0.05 }),
  ...lines("postgres", "by-id", both, { "petrel-driver": 3 }, { figure: "over" }),
  ...lines("postgres", "models", ["petrel-engine"], { "postgres-js": 0.45 }),
  ...lines("postgres", "models", ["petrel-engine"], { "postgres-js": 0.35, "c-libpq": 1.15 }, { modes: ["free"] }),
  ...lines("postgres", "models", ["petrel-engine"], { "py-asyncpg": 0.5, "py-sqlalchemy": 0.07 }),
  ...lines("postgres", "read-modify-write", both, { pg: 0.55, "postgres-js": 0.4, "py-sqlalchemy": 0.1 }),
  ...lines("postgres", "insert-one", ["petrel-session"], { pg: 0.65 }),
  ...lines("postgres", "bulk-10000", ["petrel-session"], { "c-libpq": 1.2 }),
  // 4 ms for all of them.
  limit("postgres", "bulk-10000", ["petrel-session"], "cpu", 0.4, ["pinned"]),
  ...lines("postgres", "eager-select", ["petrel-engine"], { pg: 0.65 }),
  ...lines("postgres", "concurrent-64", both, { pg: 1 / 6, "postgres-js": 1 / 5 }, { modes: ["pinned", "free"] }),
  line("postgres", "concurrent-64", both, 1 / 7, orms, { modes: ["pinned", "free"] }),
  limit("postgres", "concurrent-64", both, "cpu", 1.2, ["pinned", "free"]),
  limit("postgres", "memory-connections", ["petrel-engine"], "kept", 16_384),
  ...(["postgres", "sqlite"] as const).flatMap((database) => [
    limit(database, "build", ["petrel-engine"], "time", 0.2),
    limit(database, "build-longer", ["petrel-engine"], "time", 0.3),
    // 72 for the object of five fields (80 with six), 8 for its place in the list, 16 for the score, a number with a fraction.
    limit(database, "memory-objects", ["petrel-engine"], "kept", 96),
    limit(database, "memory-members", ["petrel-engine"], "kept", 260),
    // A stream that kept its rows would keep 20 MB more at its end than at its beginning.
    limit(database, "memory-stream", ["petrel-engine"], "kept", 1_048_576),
  ]),
  ...lines("sqlite", "models", sqliteBoth, { "better-sqlite3": 0.65 }),
  ...lines("sqlite", "by-id", [...sqliteBoth, ...sqliteSessions], { "better-sqlite3": 0.7, "drizzle-sqlite-prepared": 0.65 }),
  ...lines("sqlite", "read-modify-write", sqliteSessions, { "better-sqlite3": 1.1, "drizzle-sqlite": 0.25 }),
  ...lines("sqlite", "insert-one", sqliteSessions, { "better-sqlite3": 1.1, "drizzle-sqlite": 0.25 }),
  ...lines("sqlite", "bulk-10000", sqliteSessions, { "better-sqlite3": 0.7 }),
  ...lines("sqlite", "insert-loop", ["petrel-better-session"], { "better-sqlite3": 1.3 }),
  ...lines("sqlite", "insert-loop", ["petrel-session"], { "node-sqlite": 1.3 }),
];
