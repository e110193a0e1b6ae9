/** What is in a database beside the structure that Petrel knows: it is named, so that nobody takes it for known, and otherwise left alone. */
import { arrayText } from "../../dialect/postgres/array-text.ts";
import type { Database } from "../../engine/database.ts";
import type { Change } from "../../schema/change.ts";
import type { ObjectName } from "../../schema/snapshot.ts";
import { ask } from "../apply/migration-connection.ts";

export interface UnmanagedObject extends ObjectName {
  readonly kind:
    | "domain"
    | "foreign table"
    | "function"
    | "partition"
    | "policy"
    | "rule"
    | "sequence"
    | "trigger"
    | "type"
    | "virtual table";
  /** The table, or view, that it goes with. */
  readonly table: string | null;
}

/** What belongs to an extension is the extension's business. */
const isOwn = (id: string, catalog: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.objid = ${id} AND e.classid = '${catalog}'::regclass AND e.deptype = 'e')`;

// Triggers of a partition are copies of its table's.
const postgresStatement = `WITH scope AS (
  SELECT n.oid, CASE WHEN n.nspname <> current_schema() THEN n.nspname END AS schema FROM pg_namespace AS n WHERE n.nspname = current_schema() OR n.nspname = ANY ($1)
)
SELECT 'trigger' AS kind, s.schema, t.tgname AS name, c.relname AS "table" FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN scope AS s ON s.oid = c.relnamespace
WHERE NOT t.tgisinternal AND NOT c.relispartition AND ${isOwn("c.oid", "pg_class")}
UNION ALL SELECT 'policy', s.schema, p.polname, c.relname FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN scope AS s ON s.oid = c.relnamespace
UNION ALL SELECT 'rule', s.schema, r.rulename, c.relname FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN scope AS s ON s.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND ${isOwn("c.oid", "pg_class")}
UNION ALL SELECT 'partition', s.schema, c.relname, p.relname FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace JOIN pg_inherits AS i ON i.inhrelid = c.oid JOIN pg_class AS p ON p.oid = i.inhparent
WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
UNION ALL SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'sequence' END, s.schema, c.relname, NULL FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace
WHERE c.relkind IN ('f', 'c', 'S') AND NOT c.relispartition AND ${isOwn("c.oid", "pg_class")}
  AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, s.schema, t.typname, NULL FROM pg_type AS t JOIN scope AS s ON s.oid = t.typnamespace
WHERE t.typtype IN ('d', 'r') AND ${isOwn("t.oid", "pg_type")}
UNION ALL SELECT 'function', s.schema, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', NULL FROM pg_proc AS p JOIN scope AS s ON s.oid = p.pronamespace
WHERE ${isOwn("p.oid", "pg_proc")} AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
ORDER BY 1, 2 NULLS FIRST, 4 NULLS FIRST, 3`;

// Triggers are part of their table there: they are compared, and a table that is rebuilt keeps them.
const sqliteStatement = `SELECT 'virtual table' AS kind, NULL AS schema, l.name, NULL AS "table" FROM pragma_table_list AS l WHERE l.schema = 'main' AND l.type = 'virtual' ORDER BY l.name`;

/**
 * What `introspect` does not look at: triggers, rules, policies, functions, domains, types, partitions, sequences and foreign tables of PostgreSQL, virtual
 * tables of SQLite. No comparison sees them, no plan changes them; those of a table go with it when it is dropped. Takes one statement.
 *
 *     for (const { kind, name } of await findUnmanaged(engine)) console.log(kind, name);      // trigger touched
 */
export const findUnmanaged = async (
  database: Database,
  { schemas = [] }: { readonly schemas?: readonly string[] } = {},
): Promise<readonly UnmanagedObject[]> => {
  const isPostgres = database.dialect.name === "postgres";
  const names = arrayText(schemas);
  return Object.freeze(
    await (isPostgres ? ask<UnmanagedObject>(database, postgresStatement, [names]) : ask<UnmanagedObject>(database, sqliteStatement)),
  );
};

/** What goes with the tables that a plan drops. */
export const goneWith = (unmanaged: readonly UnmanagedObject[], changes: readonly Change[]): readonly UnmanagedObject[] => {
  const dropped = changes.flatMap((change) => (change.change === "dropTable" ? [change.table] : []));
  return unmanaged.filter(({ schema, table }) => dropped.some((each) => each.name === table && each.schema === schema));
};
