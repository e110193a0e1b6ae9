/** The questions to PostgreSQL's catalog, from version 12 on. Names of the default schema come as NULL. */
import type { IntrospectionOptions } from "../introspection.ts";
import { literal } from "./literal.ts";

/** What belongs to an extension is the extension's business. */
const isOwn = (id: string, catalog: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.objid = ${id} AND e.classid = '${catalog}'::regclass AND e.deptype = 'e')`;

/** Names of columns by their numbers, as JSON text. */
const names = (numbers: string, table: string): string =>
  `(SELECT json_agg(a.attname ORDER BY k.place)::text FROM unnest(${numbers}) WITH ORDINALITY AS k(number, place) JOIN pg_attribute AS a ON a.attrelid = ${table} AND a.attnum = k.number)`;

/** The name of a collation that is not the type's own. */
const collation = (found: string, usual: string): string =>
  `(SELECT o.collname FROM pg_collation AS o WHERE o.oid = ${found} AND ${found} <> ${usual})`;

const term = `json_build_object(
    'column', a.attname,
    'expression', CASE WHEN i.indkey[k - 1] = 0 THEN pg_get_indexdef(i.indexrelid, k, false) END,
    'option', i.indoption[k - 1],
    'operatorClass', (SELECT CASE WHEN NOT o.opcdefault THEN o.opcname END FROM pg_opclass AS o WHERE o.oid = i.indclass[k - 1]),
    'collation', CASE WHEN a.attname IS NOT NULL THEN ${collation("i.indcollation[k - 1]", "a.attcollation")} END
  ) ORDER BY k`;

export const catalogStatements = ({ schemas, temporary = false }: IntrospectionOptions): readonly string[] => {
  const usual = temporary ? "pg_my_temp_schema()" : "to_regnamespace(quote_ident(current_schema()))::oid";
  const others = schemas.map((name) => literal(name, null)).join(", ");
  const isAsked = others === "" ? "false" : `n.nspname IN (${others})`;
  /** The schemas that are looked at, with NULL for the name of the default one. */
  const scope = `WITH scope AS (SELECT n.oid, CASE WHEN n.oid <> ${usual} THEN n.nspname END AS schema FROM pg_namespace AS n WHERE n.oid = ${usual} OR ${isAsked})`;
  const schemaOf = (id: string): string =>
    `(SELECT CASE WHEN n.oid <> ${usual} THEN n.nspname END FROM pg_namespace AS n WHERE n.oid = ${id})`;
  const tables = `SELECT c.oid FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')`;
  return [
    `${scope} SELECT s.schema AS name FROM scope AS s WHERE s.schema IS NOT NULL ORDER BY 1`,
    `${scope} SELECT c.oid::text AS id, s.schema, c.relname AS name, c.relpersistence::text AS persistence, pg_get_partkeydef(c.oid) AS partitions, obj_description(c.oid, 'pg_class') AS comment
FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${isOwn("c.oid", "pg_class")} ORDER BY s.schema NULLS FIRST, c.relname COLLATE "C"`,
    `${scope} SELECT a.attrelid::text AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
  pg_get_expr(d.adbin, d.adrelid) AS expression, a.attidentity::text AS identity, a.attgenerated::text AS generated,
  ${collation("a.attcollation", "t.typcollation")} AS collation, col_description(a.attrelid, a.attnum) AS comment,
  EXISTS (SELECT FROM pg_depend AS o JOIN pg_class AS q ON q.oid = o.objid AND q.relkind = 'S'
    JOIN pg_depend AS u ON u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid AND u.refobjid = q.oid
    WHERE o.refobjid = a.attrelid AND o.refobjsubid = a.attnum AND o.deptype = 'a') AS serial
FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (${tables}) ORDER BY a.attrelid, a.attnum`,
    `${scope} SELECT c.conrelid::text AS "table", c.conname AS name, c.contype::text AS kind, ${names("c.conkey", "c.conrelid")} AS columns,
  ${schemaOf("f.relnamespace")} AS "targetSchema", f.relname AS target, ${names("c.confkey", "c.confrelid")} AS "targetColumns",
  c.confdeltype::text AS "onDelete", c.confupdtype::text AS "onUpdate", c.condeferrable AS deferrable, c.condeferred AS deferred,
  pg_get_expr(c.conbin, c.conrelid) AS expression, CASE WHEN c.contype = 'x' THEN pg_get_constraintdef(c.oid) END AS definition,
  (SELECT (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean FROM pg_index AS i WHERE i.indexrelid = c.conindid AND c.contype = 'u') AS "nullsNotDistinct"
FROM pg_constraint AS c LEFT JOIN pg_class AS f ON f.oid = c.confrelid
WHERE c.contype IN ('p', 'u', 'f', 'c', 'x') AND c.conparentid = 0 AND c.conrelid IN (${tables})
ORDER BY c.conrelid, array_position(ARRAY['p', 'u', 'f', 'c', 'x'], c.contype::text), c.conname COLLATE "C"`,
    `${scope} SELECT i.indrelid::text AS "table", c.relname AS name, i.indisunique AS "unique", m.amname AS method, pg_get_expr(i.indpred, i.indrelid) AS "where",
  (to_jsonb(i) ->> 'indnullsnotdistinct')::boolean AS "nullsNotDistinct", obj_description(c.oid, 'pg_class') AS comment,
  (SELECT json_agg(${term})::text FROM generate_series(1, i.indnkeyatts::int) AS k LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND a.attnum <> 0) AS terms,
  (SELECT json_agg(a.attname ORDER BY k)::text FROM generate_series(i.indnkeyatts + 1, i.indnatts::int) AS k JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1]) AS include
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam
WHERE i.indrelid IN (${tables}) AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY i.indrelid, c.relname COLLATE "C"`,
    `${scope} SELECT s.schema, t.typname AS name, (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text FROM pg_enum AS e WHERE e.enumtypid = t.oid) AS "values", obj_description(t.oid, 'pg_type') AS comment
FROM pg_type AS t JOIN scope AS s ON s.oid = t.typnamespace WHERE t.typtype = 'e' AND ${isOwn("t.oid", "pg_type")} ORDER BY s.schema NULLS FIRST, t.typname COLLATE "C"`,
    `${scope} SELECT s.schema, c.relname AS name, c.relkind::text AS kind, pg_get_viewdef(c.oid) AS definition, obj_description(c.oid, 'pg_class') AS comment,
  (SELECT json_agg(DISTINCT jsonb_build_object('schema', ${schemaOf("r.relnamespace")}, 'name', r.relname))::text
    FROM pg_rewrite AS w JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
    JOIN pg_class AS r ON r.oid = d.refobjid WHERE w.ev_class = c.oid) AS reads
FROM pg_class AS c JOIN scope AS s ON s.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${isOwn("c.oid", "pg_class")} ORDER BY s.schema NULLS FIRST, c.relname COLLATE "C"`,
  ];
};
