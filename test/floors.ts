/**
 * The map of `src/`: which rooms there are, on which floor, and what each may import. `architecture.test.ts` holds it,
 * `docs/architecture.md` is printed from it (`node scripts/print-architecture.ts`). A new room, or a wider border, is a change here first.
 */

export interface Room {
  readonly floor: number;
  /** What the room is for, in one or two sentences. */
  readonly idea: string;
  /** Its folders, and what each is for; what stands beside them is the room's face. */
  readonly folders?: Readonly<Record<string, string>>;
  /** The rooms it may import, all on lower floors. */
  readonly imports: readonly string[];
  /** Node's own modules it may import, by folder: the longest folder that holds the file decides. */
  readonly builtins?: Readonly<Record<string, readonly string[]>>;
  /** Packages it may import, by folder as above. */
  readonly packages?: Readonly<Record<string, readonly string[]>>;
}

const belowEntry = [
  "base",
  "config",
  "types",
  "ast",
  "schema",
  "dialect",
  "driver",
  "rows",
  "engine",
  "query",
  "session",
  "active-record",
  "migrate",
  "bench",
  "cli",
  "observe",
  "arrow",
  "cache",
  "files",
];

export const rooms: Readonly<Record<string, Room>> = {
  base: { floor: 0, idea: "The words every floor uses, and nothing about databases.", imports: [] },
  config: {
    floor: 1,
    idea: "Options in the words of people: durations, and what the program, the environment and a file say about a project's databases.",
    imports: ["base"],
    builtins: { config: ["node:fs", "node:path", "node:url"] },
    packages: { config: ["smol-toml"] },
  },
  types: { floor: 1, idea: "What one column holds, and what fits into it.", imports: ["base"] },
  ast: { floor: 2, idea: "A statement as frozen plain data: what to ask, not how any database spells it.", imports: ["base", "types"] },
  schema: {
    floor: 3,
    idea: "What the data is: tables, columns, relations and the models that name them.",
    folders: {
      columns: "What a column is declared with, and what is wrong with it.",
      relations: "From a relation's arrow function to the columns that it equates.",
    },
    imports: ["base", "types", "ast"],
  },
  dialect: {
    floor: 4,
    idea: "A statement in one database's words: SQL text and its parameters.",
    folders: {
      postgres: "PostgreSQL's words.",
      sqlite: "SQLite's words.",
    },
    imports: ["base", "types", "ast", "schema"],
  },
  driver: {
    floor: 4,
    idea: "SQL text in, undecoded rows out: files, sockets and the pool. Knows no statement and no model.",
    folders: {
      postgres: "PostgreSQL: a connection, its pipeline, and a pool of them.",
      "postgres/startup": "From options to an open session: where the server is, who asks, and how it is proved.",
      "postgres/startup/auth": "What servers ask of who comes in.",
      "postgres/protocol": "Messages as bytes, and bytes as messages.",
      "postgres/statements": "Prepared statements: what is known of each, and how a run of one is written and answered.",
      "postgres/codec": "Values as the server sends and takes them.",
      sqlite: "SQLite: files, their one writer, and two libraries that open them.",
    },
    imports: ["base"],
    builtins: {
      "driver/sqlite": [
        "node:fs",
        "node:module",
        "node:os",
        "node:path",
        "node:process",
        "node:sqlite",
        "node:timers/promises",
        "node:url",
        "node:worker_threads",
      ],
      "driver/postgres": [
        "node:crypto",
        "node:diagnostics_channel",
        "node:fs",
        "node:fs/promises",
        "node:net",
        "node:os",
        "node:path",
        "node:process",
        "node:timers/promises",
        "node:tls",
        "node:util",
      ],
    },
    packages: { "driver/sqlite": ["better-sqlite3"] },
  },
  rows: {
    floor: 5,
    idea: "Undecoded rows become values and instances, as late as possible.",
    folders: {
      columns: "Results by columns, as Arrow lays them out.",
    },
    imports: ["base", "types", "driver"],
  },
  engine: {
    floor: 6,
    idea: "Joins the rooms below: a statement becomes a plan, a plan becomes rows. Who holds the one writer, and what a transaction is.",
    folders: {
      plans: "A statement compiled once, and where plans are kept.",
      results: "What the rows of a statement become, on their way in.",
      transactions: "From BEGIN to its end: one connection, savepoints, retries.",
      watching: "The one seam for watchers.",
      replicas: "Copies that only read.",
      explain: "How a database means to run a statement.",
    },
    imports: ["base", "config", "types", "ast", "schema", "dialect", "driver", "rows"],
    builtins: { engine: ["node:async_hooks", "node:diagnostics_channel", "node:process", "node:timers/promises"] },
  },
  query: {
    floor: 7,
    idea: "The typed sentence a user writes; it builds statements and hands them to a runner.",
    folders: {
      lookups: "`age__gte: 18`: names, operators and conditions.",
      expressions: "What is computed: aggregates, functions, windows, orders.",
      derived: "Queries about the rows of other queries, and inside of statements.",
      loading: "Relations with their rows: strategies, and who belongs to whom.",
      paging: "A part of the rows: by key, by number, by where the last part ended.",
      results: "What a row of a query is made of.",
    },
    imports: ["base", "types", "ast", "schema", "rows", "engine"],
  },
  session: {
    floor: 8,
    idea: "What changes: inserting, updating and removing instances, and the transactions they stand in. The public engine opens sessions, so it lives here.",
    folders: {
      tracking: "What a session knows of objects: which row each is, what it had, what it belongs to.",
      flush: "A unit of work, written in an order in which every key holds.",
      writes: "Statements that write rows: one, many, or as a stream.",
    },
    imports: ["base", "types", "ast", "schema", "rows", "engine", "query"],
  },
  "active-record": {
    floor: 9,
    idea: "Calls that need no engine in hand: they use the database that `connect()` opened.",
    imports: ["base", "ast", "schema", "engine", "query", "session"],
  },
  migrate: {
    floor: 9,
    idea: "The structure that models ask for against the structure that a database has, the way from one to the other, and files of such ways.",
    folders: {
      structure: "What a database has, and what models ask for, as the same data.",
      diff: "The way from one structure to another, and back.",
      files: "Migrations as files, and the graph that they form.",
      effects: "What a statement locks, rewrites and loses, and what is said about it.",
      apply: "One run at a time, from wherever the last one stopped.",
      generate: "Models from a live database.",
    },
    imports: ["base", "config", "types", "ast", "schema", "dialect", "engine"],
    builtins: { migrate: ["node:crypto", "node:fs/promises", "node:path", "node:perf_hooks", "node:timers/promises", "node:url"] },
  },
  bench: {
    floor: 9,
    idea: "Measuring, shipped: the suite and the load test that users run on their own code. Knows no database.",
    imports: ["base", "config"],
    builtins: { bench: ["node:fs/promises", "node:os", "node:perf_hooks", "node:timers/promises", "node:v8"] },
  },
  arrow: {
    floor: 9,
    idea: "Columns as Arrow tables, record batches and their bytes, by the library apache-arrow; and such tables as rows to insert.",
    imports: ["base", "types", "rows", "engine"],
    packages: { arrow: ["apache-arrow"] },
  },
  cli: {
    floor: 10,
    idea: "The `petrel` command: what is typed becomes calls of the rooms below, and what they answer becomes text or JSON. Opens nothing by itself.",
    folders: {
      commands: "One file a command.",
    },
    imports: [
      "base",
      "config",
      "ast",
      "schema",
      "dialect",
      "driver",
      "engine",
      "query",
      "session",
      "active-record",
      "migrate",
      "bench",
      "observe",
    ],
    builtins: {
      cli: [
        "node:events",
        "node:fs",
        "node:module",
        "node:path",
        "node:process",
        "node:readline",
        "node:repl",
        "node:stream",
        "node:timers/promises",
        "node:url",
        "node:util",
      ],
    },
    packages: { cli: ["commander", "@clack/prompts", "cli-table3"] },
  },
  observe: {
    floor: 9,
    idea: "Watching what a program asks of its databases, through the engine's one seam.",
    folders: {
      monitor: "The live page, and what the terminal shows.",
      "open-telemetry": "OpenTelemetry's spans and metrics.",
    },
    imports: ["base", "engine"],
    builtins: {
      observe: ["node:async_hooks", "node:crypto", "node:http", "node:module", "node:process", "node:util", "node:v8"],
    },
    packages: { observe: ["sql-formatter"], "observe/open-telemetry": ["@opentelemetry/api"] },
  },
  cache: {
    floor: 9,
    idea: "Answers that are kept, and void when their tables change. The query cache stands behind the engine's seam for it; functions are cached beside it.",
    imports: ["base", "ast", "engine"],
    builtins: { cache: ["node:assert/strict", "node:crypto", "node:timers/promises"] },
    packages: { cache: ["lru-cache", "ioredis"] },
  },
  files: {
    floor: 9,
    idea: "Columns whose bytes live beside the row: what may come in, where it is kept, and that it goes when its transaction does.",
    imports: ["base", "config", "types", "ast", "schema", "session"],
    builtins: { files: ["node:assert/strict", "node:crypto", "node:fs", "node:fs/promises", "node:path"] },
    packages: { files: ["file-type", "sharp"] },
  },
  entry: {
    floor: 11,
    idea: "What users import; the only place that assembles, and the only one that re-exports.",
    imports: belowEntry,
    builtins: { entry: ["node:fs", "node:process"] },
  },
};

/** Longest file, in lines. */
export const maxLines = 450;

/** Most files in one folder: a room that grows beyond it has more than one idea. */
export const maxFiles = 25;

/** Tables of facts, which are long because there are many facts. By path below `src/`, each with its reason. */
export const longFiles: Readonly<Record<string, string>> = {};

/** Names that say nothing: a file or folder called so has no idea yet. */
export const forbiddenNames = /(?:^|[-/])(?:utils?|helpers?|common|misc|managers?)(?:[-/.]|$)/;
