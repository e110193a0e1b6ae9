/** PostgreSQL's words, from version 12 on. */
import { ConfigurationError } from "../../base/errors.ts";
import { tableKey } from "../../ast/source.ts";
import type { LockClause } from "../../ast/select.ts";
import { constraintName } from "../../schema/naming.ts";
import type { ConstraintSnapshot, TableSnapshot } from "../../schema/snapshot.ts";
import { isolationOf } from "../begin.ts";
import type { Words } from "../compilation.ts";
import { compileWith } from "../compile.ts";
import { createTableWith, dropTableWith } from "../create-table.ts";
import { describeTableWith } from "../describe-table.ts";
import type { TableWords } from "../describe-table.ts";
import type { Dialect } from "../dialect.ts";
import { placeholdersWith } from "../placeholders.ts";
import { qualified, quote } from "../quote.ts";
import { postgresCodec } from "./codecs.ts";
import { columnList } from "./column-list.ts";
import { copy } from "./copy.ts";
import { asRead, elements, operand, ordering, postgresSpelling, stored, typedParameter } from "./expressions.ts";
import { literal } from "./literal.ts";
import { postgresExpressionKey, postgresIntrospection } from "./introspect.ts";
import { commentsOf, postgresTables, renderPostgres } from "./table-changes.ts";
import { typeName } from "./type-names.ts";

const waits: Readonly<Record<LockClause["wait"], string>> = { wait: "", skipLocked: " SKIP LOCKED", noWait: " NOWAIT" };

const lock = ({ wait }: LockClause, root: string): string => {
  if (!Object.hasOwn(waits, wait))
    throw new ConfigurationError("forUpdate() got an unknown way to wait. Use { skipLocked: true } or { noWait: true }.");
  return ` FOR UPDATE OF ${quote(root)}${waits[wait]}`;
};

const placeholder = (index: number): string => `$${index + 1}`;

const words: Words = {
  spelling: postgresSpelling,
  codec: postgresCodec,
  placeholder,
  // `?` is an operator of JSON, and `:n` the end of an array's slice.
  isPlaceholder: (token) => token.startsWith("$"),
  repeatsPlaceholders: true,
  typedParameter,
  stored,
  operand,
  ordering,
  literal,
  asRead,
  column: columnList,
  elements,
  lateral: { join: ({ left }, select, name) => `${left ? " LEFT" : ""} JOIN LATERAL (${select}) AS ${name} ON true` },
  offsetAlone: "",
  lock,
  defaultValue: () => "DEFAULT",
};

const tables: TableWords = {
  words,
  typeName,
  checks: () => ({}),
  asNumber: (_type, name) => name,
  isCountedUp: () => false,
  primaryKeyName: (table) => constraintName(table, [], "pkey"),
  hasComments: true,
  tableOptions: () => [],
};

/** The foreign keys to these tables, by their keys. */
const keysTo = ({ constraints }: TableSnapshot, targets: ReadonlySet<string>): readonly ConstraintSnapshot[] =>
  constraints.filter((constraint) => constraint.kind === "foreign key" && targets.has(tableKey(constraint.target)));

const plainBegin: readonly string[] = ["BEGIN"];

export const postgres: Dialect = Object.freeze({
  name: "postgres",
  compile: (statement) => compileWith(words, statement),
  codec: postgresCodec,
  describeTable: (table, referenced) => describeTableWith(tables, table, referenced),
  createTable: (table, options) => {
    const described = describeTableWith(tables, table, options.referenced);
    const late = options.later === undefined ? [] : keysTo(described, options.later);
    const constraints = described.constraints.filter((constraint) => !late.includes(constraint));
    return createTableWith(postgresTables, { ...described, constraints }, options);
  },
  isMissing: (table) => `SELECT 1 WHERE to_regclass(${literal(qualified(table), null)}) IS NULL`,
  isSchemaMissing: (schema) => `SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = ${literal(schema, null)})`,
  tableComments: (table) => commentsOf(describeTableWith(tables, table)).map(({ sql }) => sql),
  lateForeignKeys: (table, later) => {
    const described = describeTableWith(tables, table);
    const keys = keysTo(described, later);
    const add = keys.flatMap((constraint) => renderPostgres({ change: "addConstraint", table: described, constraint }));
    return {
      add: add.map(({ sql }) => sql),
      drop: keys.map(({ name }) => `ALTER TABLE IF EXISTS ${qualified(table)} DROP CONSTRAINT IF EXISTS ${quote(name!)}`),
    };
  },
  render: renderPostgres,
  introspection: postgresIntrospection,
  expressionKey: postgresExpressionKey,
  dropTable: dropTableWith,
  copy,
  takesColumns: true,
  locksRows: true,
  placeholders: (text) =>
    placeholdersWith({ placeholder, repeatsPlaceholders: true, nestedComments: true, hasQuestionOperator: true }, text),
  // Every value has a type of its own here.
  bindRaw: (value) => value,
  begin: (options) => {
    const isolation = isolationOf(options);
    // One text that stays the same is found faster among prepared statements.
    if (isolation === null && options.readOnly !== true) return plainBegin;
    return [`BEGIN${isolation === null ? "" : ` ISOLATION LEVEL ${isolation}`}${options.readOnly === true ? " READ ONLY" : ""}`];
  },
  explain: (sql, { analyze, format }) => {
    if (format !== "text" && format !== "json") throw new ConfigurationError("explain() got an unknown format. Use 'text' or 'json'.");
    // VERBOSE names the schemas, and whose column a condition is about. Text is for people, who get the short form.
    if (format === "json") return `EXPLAIN (${analyze ? "ANALYZE, BUFFERS, " : ""}VERBOSE, FORMAT JSON) ${sql}`;
    return `EXPLAIN (${analyze ? "ANALYZE, " : ""}FORMAT TEXT) ${sql}`;
  },
} satisfies Dialect);
