/** The rows of SQLite's `EXPLAIN QUERY PLAN` as nodes: each has a number, its parent's number, an unused number, and a line that says what the step does. */
import { qualified } from "../../dialect/quote.ts";
import type { PlanNode, UnjudgedPlan } from "./explained-plan.ts";

const reading =
  /^(SCAN|SEARCH) (?:TABLE )?(\S+)(?: AS (\S+))?(?: (?:LEFT|RIGHT|FULL)-JOIN)?(?: USING (?:(?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX ?([^( ]\S*)?|INTEGER PRIMARY KEY|PRIMARY KEY))?(?: ?\((.*)\))?/;

interface Named {
  readonly schema: string | null;
  readonly table: string;
}

/** The steps of a SQLite table are called by its alias: the statement tells whose it is. */
const tableOf = (sql: string, alias: string): Named => {
  const word = String.raw`"(?:[^"]|"")+"|\w+`;
  const named = new RegExp(`(?:(${word})\\.)?(${word}) (?:AS )?"?${alias.replaceAll(/[^\w]/g, "\\$&")}"?(?![\\w.])`, "gi");
  for (const [, schema, before = ""] of sql.matchAll(named)) {
    if (/^(?:from|join|as|select|update|into|set|where|and|or|on|by|,)$/i.test(before)) continue;
    return { schema: schema === undefined ? null : plain(schema), table: plain(before) };
  }
  return { schema: null, table: alias };
};

const plain = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** A table of an attached file that has no alias is called `billing.users`, which may be a table's own name as well: the statement tells. */
const named = (sql: string, said: string | undefined): { readonly schema: string | null; readonly alias: string | undefined } => {
  const end = said?.indexOf(".") ?? -1;
  if (said === undefined || end < 1) return { schema: null, alias: said };
  const [schema, name] = [said.slice(0, end), said.slice(end + 1)];
  return sql.includes(qualified({ schema, name })) ? { schema, alias: name } : { schema: null, alias: said };
};

const nodeOf = (sql: string, detail: string, children: readonly PlanNode[]): PlanNode => {
  const [, kind, said, , index, condition] = reading.exec(detail) ?? [];
  const { schema, alias } = named(sql, said);
  const isTable = alias !== undefined && !/^(?:CONSTANT|SUBQUERY|\d+)$/.test(alias);
  const found = !isTable ? null : schema === null ? tableOf(sql, alias) : { schema, table: alias };
  return {
    kind: kind ?? detail,
    schema: found?.schema ?? null,
    table: found?.table ?? null,
    alias: alias ?? null,
    index: index ?? null,
    indexCondition: condition ?? null,
    filter: null,
    estimated: null,
    actual: null,
    buffers: null,
    facts: { detail },
    children,
  };
};

export const sqlitePlan = (sql: string, rows: readonly (readonly unknown[])[]): UnjudgedPlan => {
  const below = (parent: unknown): PlanNode[] =>
    rows.filter(([, above]) => Number(above) === Number(parent)).map(([id, , , detail]) => nodeOf(sql, String(detail), below(id)));
  return { database: "sqlite", sql, nodes: below(0), planningMs: null, executionMs: null };
};
