/**
 * What a statement does, read from its text: whether it may stand in a transaction, what it locks, rewrites and loses, and what it touches. Locks are those
 * of PostgreSQL's manual ("Explicit Locking", "ALTER TABLE"); on SQLite every change locks the whole database.
 */
import { fullName } from "../../ast/source.ts";
import type { LockLevel } from "../../schema/change.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { everything, nothing, owned, used } from "./effect.ts";
import type { Effects } from "./effect.ts";
import { alterTable } from "./effects-alter-table.ts";
import { StatementReader } from "./statement-reader.ts";

const createTable = (read: StatementReader): Effects => {
  read.take("IF", "NOT", "EXISTS");
  const table = read.object();
  if (table === null) return { ...nothing, touches: [everything] };
  return { ...nothing, table, touches: [owned("table", table), ...read.references().map(used)] };
};

const createIndex = (read: StatementReader): Effects => {
  const isConcurrent = read.take("CONCURRENTLY");
  read.take("IF", "NOT", "EXISTS");
  const index = read.take("ON") ? null : read.object();
  if (index !== null) read.take("ON");
  read.take("ONLY");
  const table = read.object();
  if (table === null) return { ...nothing, touches: [everything] };
  return {
    ...nothing,
    transactional: !isConcurrent,
    lock: isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE",
    table,
    scans: true,
    touches: [...(index === null ? [] : [owned("index", null, index.name)]), used(table)],
    rules: isConcurrent ? [] : ["index-without-concurrently"],
    leaves: isConcurrent
      ? { what: "index", index: index === null ? null : { schema: table.schema, name: index.name }, table, made: true }
      : null,
  };
};

const dropIndex = (read: StatementReader): Effects => {
  const isConcurrent = read.take("CONCURRENTLY");
  read.take("IF", "EXISTS");
  const index = read.object();
  return {
    ...nothing,
    transactional: !isConcurrent,
    lock: isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE",
    touches: index === null ? [everything] : [owned("index", null, index.name)],
    rules: isConcurrent ? [] : ["index-without-concurrently"],
    leaves: isConcurrent && index !== null ? { what: "index", index, table: index, made: false } : null,
  };
};

const dropTable = (read: StatementReader): Effects => {
  read.take("IF", "EXISTS");
  const tables = read.objects();
  return {
    ...nothing,
    lock: "ACCESS EXCLUSIVE",
    table: tables[0] ?? null,
    losesData: `drops the table${tables.length === 1 ? "" : "s"} ${tables.map(fullName).join(", ")}`,
    touches: tables.map((table) => owned("table", table)),
    rules: ["drop-table"],
  };
};

const changeRows = (read: StatementReader, verb: "DELETE" | "UPDATE" | "TRUNCATE"): Effects => {
  read.skip("FROM", "ONLY", "TABLE");
  const table = read.object();
  if (table === null) return { ...nothing, touches: [everything] };
  const loses = verb === "UPDATE" ? null : `deletes rows of ${fullName(table)}`;
  return {
    ...nothing,
    lock: verb === "TRUNCATE" ? "ACCESS EXCLUSIVE" : null,
    table,
    scans: verb !== "TRUNCATE",
    losesData: loses,
    touches: [owned("rows", table), used(table)],
    rules: verb === "TRUNCATE" ? ["truncate"] : read.has("WHERE") ? [] : ["all-rows-in-one-statement"],
  };
};

const unquoted = (text: string): string => text.replace(/^[eE]?'|'$/g, "").replaceAll("''", "'");

const alterType = (read: StatementReader): Effects => {
  const type = read.object();
  if (type === null) return { ...nothing, touches: [everything] };
  const touches = [owned("object", null, `type ${type.name}`)];
  if (!read.take("ADD", "VALUE")) return { ...nothing, touches };
  read.take("IF", "NOT", "EXISTS");
  const value = unquoted(read.next()?.text ?? "");
  // Values may be added on both sides: their order is not what queries ask for as a rule, and the same value twice fails by itself.
  const added = [owned("object", null, `value ${value} of type ${type.name}`)];
  return { ...nothing, transactional: false, touches: added, leaves: { what: "enum value", type, value } };
};

/** `CREATE VIEW v`, `DROP FUNCTION f`: one thing of a kind, by its name. */
const object = (read: StatementReader, kind: string): Effects => {
  const isConcurrent = read.take("CONCURRENTLY");
  read.take("IF", "NOT", "EXISTS");
  read.take("IF", "EXISTS");
  const named = read.object();
  const on = read.seek("ON") ? read.object() : null;
  return {
    ...nothing,
    transactional: !isConcurrent,
    touches:
      named === null
        ? [everything]
        : [owned("object", null, `${kind} ${named.name}`), ...(kind === "trigger" && on !== null ? [used(on)] : [])],
  };
};

const kinds = [
  "VIEW",
  "TRIGGER",
  "FUNCTION",
  "PROCEDURE",
  "AGGREGATE",
  "TYPE",
  "DOMAIN",
  "SEQUENCE",
  "SCHEMA",
  "EXTENSION",
  "POLICY",
  "ROLE",
  "STATISTICS",
];

const create = (read: StatementReader): Effects => {
  read.skip(
    "OR",
    "REPLACE",
    "UNIQUE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "VIRTUAL",
    "MATERIALIZED",
    "RECURSIVE",
    "CONSTRAINT",
    "GLOBAL",
    "LOCAL",
    "EVENT",
  );
  if (read.take("TABLE")) return createTable(read);
  if (read.take("INDEX")) return createIndex(read);
  const kind = kinds.find((word) => read.take(word));
  if (kind !== undefined) return object(read, kind.toLowerCase());
  const isAlone = read.take("DATABASE") || read.take("TABLESPACE") || read.take("SUBSCRIPTION");
  return { ...nothing, transactional: !isAlone, touches: [everything] };
};

const drop = (read: StatementReader): Effects => {
  read.skip("MATERIALIZED", "EVENT");
  if (read.take("TABLE")) return dropTable(read);
  if (read.take("INDEX")) return dropIndex(read);
  const kind = kinds.find((word) => read.take(word));
  const losesData = kind === "SCHEMA" ? "drops a schema" : null;
  if (kind !== undefined) return { ...object(read, kind.toLowerCase()), losesData };
  const isAlone = read.take("DATABASE") || read.take("TABLESPACE") || read.take("SUBSCRIPTION");
  return { ...nothing, transactional: !isAlone, losesData: "drops something that is not known here", touches: [everything] };
};

const alter = (read: StatementReader): Effects => {
  if (read.take("TABLE")) return alterTable(read);
  if (read.take("TYPE")) return alterType(read);
  if (read.take("INDEX")) {
    read.take("IF", "EXISTS");
    const index = read.object();
    return { ...nothing, lock: "SHARE UPDATE EXCLUSIVE", touches: index === null ? [everything] : [owned("index", null, index.name)] };
  }
  const isAlone = read.take("SYSTEM");
  read.skip("MATERIALIZED", "EVENT");
  const kind = kinds.find((word) => read.take(word));
  if (kind !== undefined) return object(read, kind.toLowerCase());
  return { ...nothing, transactional: !isAlone, touches: [everything] };
};

const insert = (read: StatementReader): Effects => {
  read.skip("OR", "REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK", "INTO");
  const table = read.object();
  return { ...nothing, table, touches: table === null ? [everything] : [used(table)] };
};

const other = (read: StatementReader): Effects => {
  if (read.take("VACUUM") || read.take("CLUSTER")) return { ...nothing, transactional: false };
  if (read.take("REINDEX")) return { ...nothing, transactional: !read.has("CONCURRENTLY") && !read.has("DATABASE") && !read.has("SYSTEM") };
  if (read.take("PRAGMA") || read.take("SELECT") || read.take("COMMENT") || read.take("ANALYZE") || read.take("SET")) return nothing;
  if (read.take("REFRESH")) return { ...nothing, lock: read.has("CONCURRENTLY") ? "EXCLUSIVE" : "ACCESS EXCLUSIVE" };
  return { ...nothing, touches: [everything] };
};

const postgresEffects = (read: StatementReader): Effects => {
  if (read.take("CREATE")) return create(read);
  if (read.take("DROP")) return drop(read);
  if (read.take("ALTER")) return alter(read);
  if (read.take("INSERT") || read.take("REPLACE")) return insert(read);
  if (read.take("UPDATE")) return changeRows(read, "UPDATE");
  if (read.take("DELETE")) return changeRows(read, "DELETE");
  if (read.take("TRUNCATE")) return changeRows(read, "TRUNCATE");
  return other(read);
};

const sqliteLock = (effects: Effects): LockLevel => (effects.touches.length > 0 ? "EXCLUSIVE" : null);
/** Rules about locks that only PostgreSQL has. */
const everywhere = new Set([
  "drop-table",
  "drop-column",
  "rename",
  "truncate",
  "all-rows-in-one-statement",
  "required-column-without-default",
]);

/** Reads as much as is needed; what it does not know touches everything. */
export const effectsOf = (sql: string, dialect: Snapshot["dialect"]): Effects => {
  const effects = postgresEffects(StatementReader.of(sql, dialect));
  if (dialect === "postgres") return effects;
  return { ...effects, lock: sqliteLock(effects), rules: effects.rules.filter((rule) => everywhere.has(rule)) };
};
