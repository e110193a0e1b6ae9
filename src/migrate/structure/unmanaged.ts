/** What is in a database beside the structure that Petrel knows: it is named, so that nobody takes it for known, and otherwise left alone. */
import { createHash } from "node:crypto";
import { arrayText } from "../../dialect/postgres/array-text.ts";
import type { Database } from "../../engine/database.ts";
import type { Sender } from "../../engine/raw.ts";
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

/** What a kind is, in the database's own words: the same text until somebody changes it. `id` is the object's own row. */
const definitions = {
  trigger: "t.tgenabled::text || pg_get_triggerdef(t.oid)",
  policy:
    "concat_ws(' ', p.polcmd::text, p.polpermissive, p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid), '/', pg_get_expr(p.polwithcheck, p.polrelid))",
  rule: "r.ev_enabled::text || pg_get_ruledef(r.oid)",
  partition: "pg_get_expr(c.relpartbound, c.oid)",
  relation: `concat_ws(' ', (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull), ', ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'S'),
  (SELECT concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmax, q.seqmin, q.seqcache, q.seqcycle) FROM pg_sequence AS q WHERE q.seqrelid = c.oid),
  (SELECT concat_ws(' ', f.ftserver, f.ftoptions::text) FROM pg_foreign_table AS f WHERE f.ftrelid = c.oid))`,
  type: `concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, (SELECT g.rngsubtype::regtype FROM pg_range AS g WHERE g.rngtypid = t.oid),
  (SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname) FROM pg_constraint AS k WHERE k.contypid = t.oid))`,
  function:
    "CASE WHEN p.prokind = 'a' THEN (SELECT g::text FROM pg_aggregate AS g WHERE g.aggfnoid = p.oid) ELSE pg_get_functiondef(p.oid) END",
} as const;

// Triggers of a partition are copies of its table's.
const postgresStatement = (isDefined: boolean): string => {
  const as = (what: keyof typeof definitions): string => `${isDefined ? definitions[what] : "NULL"} AS definition`;
  return `WITH scope AS (
  SELECT n.oid, CASE WHEN n.nspname <> current_schema() THEN n.nspname END AS schema FROM pg_namespace AS n WHERE n.nspname = current_schema() OR n.nspname = ANY ($1)
)
SELECT 'trigger' AS kind, s.schema, t.tgname AS name, c.relname AS "table", ${as("trigger")} FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN scope AS s ON s.oid = c.relnamespace
WHERE NOT t.tgisinternal AND NOT c.relispartition AND ${isOwn("c.oid", "pg_class")}
UNION ALL SELECT 'policy', s.schema, p.polname, c.relname, ${as("policy")} FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN scope AS s ON s.oid = c.relnamespace
UNION ALL SELECT 'rule', s.schema, r.rulename, c.relname, ${as("rule")} FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN scope AS s ON s.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND ${isOwn("c.oid", "pg_class")}
UNION ALL SELECT 'partition', s.schema, c.relname, p.relname, ${as("partition")} FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace JOIN pg_inherits AS i ON i.inhrelid = c.oid JOIN pg_class AS p ON p.oid = i.inhparent
WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
UNION ALL SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'sequence' END, s.schema, c.relname, NULL, ${as("relation")} FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace
WHERE c.relkind IN ('f', 'c', 'S') AND NOT c.relispartition AND ${isOwn("c.oid", "pg_class")}
  AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, s.schema, t.typname, NULL, ${as("type")} FROM pg_type AS t JOIN scope AS s ON s.oid = t.typnamespace
WHERE t.typtype IN ('d', 'r') AND ${isOwn("t.oid", "pg_type")}
UNION ALL SELECT 'function', s.schema, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', NULL, ${as("function")} FROM pg_proc AS p JOIN scope AS s ON s.oid = p.pronamespace
WHERE ${isOwn("p.oid", "pg_proc")} AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
ORDER BY 1, 2 NULLS FIRST, 4 NULLS FIRST, 3`;
};

// Triggers are part of their table there: they are compared, and a table that is rebuilt keeps them.
const sqliteStatement = `SELECT 'virtual table' AS kind, NULL AS schema, l.name, NULL AS "table", m.sql AS definition FROM pragma_table_list AS l JOIN sqlite_master AS m ON m.type = 'table' AND m.name = l.name
WHERE l.schema = 'main' AND l.type = 'virtual' ORDER BY l.name`;

type Defined = UnmanagedObject & { readonly definition: string | null };

const ofDatabase = (sender: Sender, schemas: readonly string[], isDefined: boolean): Promise<readonly Defined[]> =>
  sender.dialect.name === "postgres"
    ? ask<Defined>(sender, postgresStatement(isDefined), [arrayText(schemas)])
    : ask<Defined>(sender, sqliteStatement);

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
  const found = await ofDatabase(database, schemas, false);
  return Object.freeze(found.map(({ kind, schema, name, table }) => ({ kind, schema, name, table })));
};

/** An object with what tells whether it is still what it was. */
export interface WrittenObject extends UnmanagedObject {
  /** SHA-256 of its definition in the database's own words. */
  readonly digest: string;
}

export const writtenObjects = async (sender: Sender, schemas: readonly string[]): Promise<readonly WrittenObject[]> =>
  (await ofDatabase(sender, schemas, true)).map(({ kind, schema, name, table, definition }) => ({
    kind,
    schema,
    name,
    table,
    digest: createHash("sha256")
      .update(definition ?? "")
      .digest("hex"),
  }));

/** An object that somebody made, changed or dropped. */
export interface UnmanagedChange {
  readonly change: "added" | "changed" | "dropped";
  readonly object: UnmanagedObject;
}

/** What became of objects between two looks. */
export const unmanagedChanges = (before: readonly WrittenObject[], now: readonly WrittenObject[]): readonly UnmanagedChange[] => {
  const key = ({ kind, schema, name, table }: WrittenObject): string => JSON.stringify([kind, schema, table, name]);
  const plain = ({ kind, schema, name, table }: WrittenObject): UnmanagedObject => Object.freeze({ kind, schema, name, table });
  const known = new Map(before.map((each) => [key(each), each]));
  const there = new Set(now.map(key));
  const changes: UnmanagedChange[] = now.flatMap((each): UnmanagedChange[] => {
    const old = known.get(key(each));
    if (old === undefined) return [{ change: "added", object: plain(each) }];
    return old.digest === each.digest ? [] : [{ change: "changed", object: plain(each) }];
  });
  const gone = before.filter((each) => !there.has(key(each)));
  return [...changes, ...gone.map((each): UnmanagedChange => ({ change: "dropped", object: plain(each) }))];
};

/** What goes with the tables that a plan drops. */
export const goneWith = (unmanaged: readonly UnmanagedObject[], changes: readonly Change[]): readonly UnmanagedObject[] => {
  const dropped = changes.flatMap((change) => (change.change === "dropTable" ? [change.table] : []));
  return unmanaged.filter(({ schema, table }) => dropped.some((each) => each.name === table && each.schema === schema));
};
