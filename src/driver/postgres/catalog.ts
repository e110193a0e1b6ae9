/**
 * What one server's catalog says about types that not every server has: enums, domains, composites, ranges, arrays of them, extensions' types.
 *
 * Numbers of such types differ from server to server, so there is one of these per host. A type is asked for when a result has a column of it
 * for the first time (`type-lookup.ts`), with all that it is made of in one query.
 */
import { Codecs } from "./codec/codecs.ts";
import type { TypeDescription } from "./codec/codecs.ts";
import { checkCodecOptions } from "./codec/codec-options.ts";
import type { CodecOptions } from "./codec/codec-options.ts";

/**
 * A row of `typeQuery`'s answer. `part` is what a domain, an array or a range is made of; 0 for other types, and for none the lists of fields are
 * null but for composites.
 */
export interface CatalogType {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `pg_type.typtype`; "a" for arrays, which the catalog counts among the base types. */
  readonly kind: string;
  readonly delimiter: string;
  readonly part: number;
  readonly fields: readonly { readonly name: string; readonly type: number }[] | null;
}

/**
 * The types with the OIDs of `$1`, and those that they are made of, as one JSON text. Versions before 14 have no multiranges, and no column for
 * them: `to_jsonb` gives NULL there. Every name is the catalog's own, whatever the search path is.
 */
export const typeQuery = `WITH RECURSIVE described(oid, schema, name, kind, delimiter, part, relation) AS (
  SELECT wanted.* FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS asked(oid) CROSS JOIN LATERAL (%type%) AS wanted
  UNION
  SELECT wanted.* FROM described CROSS JOIN LATERAL (
    SELECT described.part AS oid WHERE described.part <> 0
    UNION ALL
    SELECT a.atttypid FROM pg_catalog.pg_attribute a WHERE described.kind = 'c' AND a.attrelid = described.relation AND a.attnum > 0 AND NOT a.attisdropped
  ) AS asked CROSS JOIN LATERAL (%type%) AS wanted
)
SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
  'oid', d.oid::pg_catalog.int8, 'schema', d.schema, 'name', d.name, 'kind', d.kind, 'delimiter', d.delimiter, 'part', d.part::pg_catalog.int8,
  'fields', (
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'type', a.atttypid::pg_catalog.int8) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE d.kind = 'c' AND a.attrelid = d.relation AND a.attnum > 0 AND NOT a.attisdropped
  )
))::pg_catalog.text FROM described d`.replaceAll(
  "%type%",
  `SELECT t.oid, n.nspname, t.typname,
    CASE WHEN e.oid IS NOT NULL THEN 'a' ELSE t.typtype::pg_catalog.text END, t.typdelim,
    CASE WHEN e.oid IS NOT NULL THEN e.oid WHEN t.typtype = 'd' THEN t.typbasetype ELSE coalesce(r.rngsubtype, 0) END, t.typrelid
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
  LEFT JOIN pg_catalog.pg_range r ON (t.typtype = 'r' AND r.rngtypid = t.oid)
    OR (t.typtype = 'm' AND (pg_catalog.to_jsonb(r) ->> 'rngmultitypid')::pg_catalog.oid = t.oid)
  WHERE t.oid = asked.oid`,
);

const descriptionOf = (type: CatalogType): TypeDescription => {
  const { oid, schema, name, part } = type;
  switch (type.kind) {
    case "a":
      return { kind: "array", oid, schema, name, element: part };
    case "c":
      return { kind: "composite", oid, schema, name, fields: type.fields ?? [] };
    case "d":
      return { kind: "domain", oid, schema, name, base: part };
    case "e":
      // Labels may be added at any time: the server knows them all, and names the wrong one.
      return { kind: "enum", oid, schema, name, labels: null };
    case "m":
      return { kind: "multirange", oid, schema, name, subtype: part };
    case "r":
      return { kind: "range", oid, schema, name, subtype: part };
    default:
      return { kind: "base", oid, schema, name, delimiter: type.delimiter };
  }
};

export class TypeCatalog {
  /** 64-bit integers as `bigint`. */
  readonly exact: Codecs;
  /** 64-bit integers as `number`, checked. */
  readonly numbers: Codecs;
  /** Goes up whenever what was known may have changed: what was made of it before is not to be used any more. */
  generation = 0;
  /** The server does not let this user read its catalog, and is not asked again. */
  isClosed = false;
  #hasDescribed = false;
  #connections = 0;

  constructor(options: CodecOptions = {}) {
    checkCodecOptions(options);
    this.exact = new Codecs({ ...options, int8: "bigint" });
    this.numbers = new Codecs({ ...options, int8: "number" });
  }

  knows(oid: number): boolean {
    return this.exact.knows(oid);
  }

  isDescribed(oid: number): boolean {
    return this.exact.isDescribed(oid);
  }

  /** Learns types in any order; what they are made of must be among them or known already. */
  describe(types: readonly CatalogType[]): void {
    const byOid = new Map(types.map((type) => [type.oid, type]));
    const learn = (oid: number): void => {
      const type = byOid.get(oid);
      if (type === undefined || this.knows(oid)) return;
      // A type cannot be made of itself; if a catalog says so all the same, this ends and `Codecs` refuses.
      byOid.delete(oid);
      if (type.part !== 0) learn(type.part);
      for (const field of type.fields ?? []) learn(field.type);
      const description = descriptionOf(type);
      this.exact.describe(description);
      this.numbers.describe(description);
      this.#hasDescribed = true;
    };
    for (const { oid } of types) learn(oid);
  }

  /** Types may have been altered, or the host may be another server: everything is asked anew when it is met again. */
  forget(): void {
    if (!this.#hasDescribed) return;
    this.#hasDescribed = false;
    this.generation++;
    this.exact.forgetDescribed();
    this.numbers.forgetDescribed();
  }

  joined(): void {
    this.#connections++;
  }

  /** A connection has ended. After the last one, or one that broke, whoever answers next at this host may be another server. */
  left(isBroken: boolean): void {
    this.#connections--;
    if (isBroken || this.#connections === 0) this.forget();
  }
}

/** The catalogs of all servers that one pool may meet. */
export class TypeCatalogs {
  readonly #byHost = new Map<string, TypeCatalog>();
  readonly #options: CodecOptions;

  /** Throws `ConfigurationError` for options that mean nothing. */
  constructor(options: CodecOptions = {}) {
    checkCodecOptions(options);
    this.#options = options;
  }

  of(host: { readonly address: string; readonly port: number }): TypeCatalog {
    const key = `${host.port} ${host.address}`;
    let catalog = this.#byHost.get(key);
    if (catalog === undefined) this.#byHost.set(key, (catalog = new TypeCatalog(this.#options)));
    return catalog;
  }
}
