/** The rows of SQLite's `EXPLAIN QUERY PLAN` as nodes: each has a number, its parent's number, an unused number, and a line that says what the step does. */
import type { PlanNode, UnjudgedPlan } from "./explained-plan.ts";

const reading =
  /^(SCAN|SEARCH) (?:TABLE )?(\S+)(?: AS (\S+))?(?: (?:LEFT|RIGHT|FULL)-JOIN)?(?: USING (?:(?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX ?([^( ]\S*)?|INTEGER PRIMARY KEY|PRIMARY KEY))?(?: ?\((.*)\))?/;

/** The steps of a SQLite table are called by its alias: the statement tells whose it is. */
const tableOf = (sql: string, alias: string): string => {
  const named = new RegExp(`("(?:[^"]|"")+"|\\w+) (?:AS )?"?${alias.replaceAll(/[^\w]/g, "\\$&")}"?(?![\\w.])`, "gi");
  for (const [, before = ""] of sql.matchAll(named))
    if (!/^(?:from|join|as|select|update|into|set|where|and|or|on|by|,)$/i.test(before)) return plain(before);
  return alias;
};

const plain = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

const nodeOf = (sql: string, detail: string, children: readonly PlanNode[]): PlanNode => {
  const [, kind, alias, , index, condition] = reading.exec(detail) ?? [];
  return {
    kind: kind ?? detail,
    schema: null,
    table: alias === undefined || /^(?:CONSTANT|SUBQUERY|\d+)$/.test(alias) ? null : tableOf(sql, alias),
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
