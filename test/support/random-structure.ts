/** Random structures for tests of migrations: tables with all that both databases can hold, hostile names included. */
import type { Action } from "../../src/schema/columns/column.ts";
import type {
  ColumnSnapshot,
  ConstraintSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  IndexTerm,
  Snapshot,
  TableSnapshot,
} from "../../src/schema/snapshot.ts";
import { constraintName } from "../../src/schema/naming.ts";
import type { Random } from "./random.ts";

type DialectName = Snapshot["dialect"];

/** The first 60 bytes are the same: what is cut carelessly collides. */
const long = "a_name_of_sixty_three_bytes_which_postgres_still_keeps_whole_";
const tableNames = ["users", "order", 'quo"ted', "söme_täble", "🐘", "Mixed Case", `${long}a`, `${long}b`, "select", "semi;colon", "it's"];
const columnNames = ["name", "group", 'a"b', "größe", "🦜", "Camel", `${long}x`, `${long}y`, "from", "co,mma", "back\\slash", "o'clock"];

interface Kind {
  readonly type: string;
  readonly defaults: readonly string[];
  /** A condition that its values and defaults meet. */
  readonly check: (name: string) => string;
  /** A value for rows. */
  readonly value: string;
}

const kindsFor: Readonly<Record<DialectName, readonly Kind[]>> = {
  postgres: [
    { type: "integer", defaults: ["0", "-1", "(1 + 2)"], check: (name) => `${name} > -100 AND ${name} IN (0, -1, 3, 7)`, value: "7" },
    { type: "bigint", defaults: ["-9007199254740993"], check: (name) => `${name} <> 5`, value: "12" },
    {
      type: "text",
      defaults: ["'it''s'", "''", "E'back\\\\slash'", "'NULL'"],
      check: (name) => `length(${name}) < 1000`,
      value: "'seven'",
    },
    { type: "varchar(100)", defaults: ["'x'", "lower('ABC')"], check: (name) => `${name} NOT IN ('never', 'ever')`, value: "'seven'" },
    { type: "boolean", defaults: ["TRUE", "false"], check: (name) => `${name} IS NOT NULL OR ${name} IS NULL`, value: "true" },
    { type: "numeric(10, 2)", defaults: ["1.5", "-0.25"], check: (name) => `${name} >= -1`, value: "7.25" },
    {
      type: "timestamptz",
      defaults: ["now()", "CURRENT_TIMESTAMP"],
      check: (name) => `${name} > '1900-01-01'`,
      value: "'2026-01-01 00:00:00+00'",
    },
    {
      type: "jsonb",
      defaults: [`'{"a": "''", "b": [1, null]}'`],
      check: (name) => `jsonb_typeof(${name}) <> 'null'`,
      value: `'{"seven": 7}'`,
    },
    { type: "text[]", defaults: ["ARRAY['a', 'b']", "'{}'"], check: (name) => `cardinality(${name}) < 10`, value: "'{seven}'" },
    {
      type: "uuid",
      defaults: ["gen_random_uuid()"],
      check: (name) => `${name} IS DISTINCT FROM '00000000-0000-0000-0000-000000000000'`,
      value: "'0f8fad5b-d9cb-469f-a165-70867728950e'",
    },
    { type: "double precision", defaults: ["0.1", "1e100"], check: (name) => `${name} BETWEEN -1e300 AND 1e300`, value: "7.5" },
  ],
  sqlite: [
    { type: "INTEGER", defaults: ["0", "-1", "1 + 2"], check: (name) => `${name} > -100 AND ${name} IN (0, -1, 3, 7)`, value: "7" },
    { type: "TEXT", defaults: ["'it''s'", "''", "'NULL'", "date('now')"], check: (name) => `length(${name}) < 1000`, value: "'seven'" },
    { type: "REAL", defaults: ["0.1", "-1.5"], check: (name) => `${name} BETWEEN -1e300 AND 1e300`, value: "7.5" },
    { type: "BLOB", defaults: ["X'01ff'"], check: (name) => `length(${name}) < 100`, value: "X'07'" },
  ],
};

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const cut = (name: string): string => {
  let text = "";
  for (const character of name) {
    if (Buffer.byteLength(text + character) > 56) break;
    text += character;
  }
  return text;
};

export const valueFor = (column: ColumnSnapshot, dialect: DialectName): string =>
  kindsFor[dialect].find((kind) => kind.type === column.type)!.value;

const plainColumn = (name: string, type: string, more: Partial<ColumnSnapshot> = {}): ColumnSnapshot => ({
  name,
  type,
  kind: null,
  nullable: false,
  default: null,
  identity: null,
  generated: null,
  collation: null,
  comment: null,
  renamedFrom: null,
  ...more,
});

const some = <T>(random: Random, list: readonly T[], most: number): T[] => {
  const left = [...list];
  return random.many(Math.min(random.below(most + 1), left.length), () => left.splice(random.below(left.length), 1)[0]!);
};

const keyType: Readonly<Record<DialectName, string>> = { postgres: "integer", sqlite: "INTEGER" };

class Maker {
  readonly #random: Random;
  readonly #dialect: DialectName;
  #serial = 0;

  constructor(random: Random, dialect: DialectName) {
    [this.#random, this.#dialect] = [random, dialect];
  }

  /** Unique in the structure, as indexes have to be; it keeps the whole name where that fits, so that quotes and emoji get everywhere. */
  #name(base: string): string {
    return `${cut(base)}_${++this.#serial}`;
  }

  #column(name: string): ColumnSnapshot {
    const random = this.#random;
    const kind = random.of(kindsFor[this.#dialect]);
    const filled = random.chance(0.6) ? random.of(kind.defaults) : null;
    const isPostgres = this.#dialect === "postgres";
    return plainColumn(name, kind.type, {
      // A column without a default that came to a table with rows could not be filled.
      nullable: filled === null || random.chance(0.4),
      default: filled,
      comment: isPostgres && random.chance(0.2) ? 'it\'s "commented" 🐘' : null,
      collation: kind.type.toUpperCase() === "TEXT" && random.chance(0.1) ? (isPostgres ? "C" : "NOCASE") : null,
    });
  }

  /** Another default, none, or a column that may be NULL, or may not: every row of the other form has a value. */
  #altered(column: ColumnSnapshot): ColumnSnapshot {
    const random = this.#random;
    const { defaults } = kindsFor[this.#dialect].find((kind) => kind.type === column.type)!;
    return { ...column, nullable: random.chance(0.5), default: random.chance(0.4) ? null : random.of(defaults) };
  }

  #checks(columns: readonly ColumnSnapshot[]): ConstraintSnapshot[] {
    return some(this.#random, columns, 2).map((column) => {
      const kind = kindsFor[this.#dialect].find((each) => each.type === column.type)!;
      return { kind: "check", name: this.#name("check"), expression: kind.check(quoted(column.name)) };
    });
  }

  #term(column: ColumnSnapshot): IndexTerm {
    const random = this.#random;
    const isText = /text|varchar/i.test(column.type) && !column.type.endsWith("[]");
    const isExpression = isText && random.chance(0.4);
    return {
      column: isExpression ? null : column.name,
      expression: isExpression ? `lower(${quoted(column.name)})` : null,
      descending: random.chance(0.3),
      nulls: null,
      operatorClass: null,
      collation: null,
    };
  }

  #indexes(columns: readonly ColumnSnapshot[], keys: readonly string[]): IndexSnapshot[] {
    const random = this.#random;
    const isPostgres = this.#dialect === "postgres";
    return random.many(random.below(3), () => {
      const chosen = some(random, columns, 2);
      const terms =
        chosen.length === 0 ? [this.#term(plainColumn(keys[0]!, keyType[this.#dialect]))] : chosen.map((column) => this.#term(column));
      const partial = columns.length > 0 && random.chance(0.3);
      return {
        name: this.#name("idx"),
        terms,
        unique: random.chance(0.2) && chosen.length === 0,
        nullsNotDistinct: false,
        where: partial ? `${quoted(random.of(columns).name)} IS NOT NULL` : null,
        include: isPostgres && random.chance(0.2) ? [keys[0]!] : [],
        method: "btree",
        comment: isPostgres && random.chance(0.1) ? "an index" : null,
      };
    });
  }

  table(name: string, others: readonly string[], likeness: TableSnapshot | undefined): TableSnapshot {
    const random = this.#random;
    const isPostgres = this.#dialect === "postgres";
    const keep =
      likeness?.columns.filter((column) => !["id", "other_id"].includes(column.name) && column.generated === null && random.chance(0.7)) ??
      [];
    const kept = keep.map((column) => (random.chance(0.5) ? column : this.#altered(column)));
    const fresh = some(
      random,
      columnNames.filter((column) => likeness?.columns.every((each) => each.name !== column) ?? true),
      4,
    ).map((column) => this.#column(column));
    const columns = [...kept, ...fresh];
    const generated = random.chance(0.2)
      ? [
          plainColumn("computed", keyType[this.#dialect], {
            nullable: true,
            generated: { expression: `id * ${random.below(3) + 2}`, stored: isPostgres || random.chance(0.5) },
          }),
        ]
      : [];
    const target = random.chance(0.5) && others.length > 0 ? random.of(others) : null;
    const reference = target === null ? [] : [plainColumn("other_id", keyType[this.#dialect], { nullable: true })];
    const key: ForeignKeySnapshot[] =
      target === null
        ? []
        : [
            {
              kind: "foreign key",
              name: this.#name("fkey"),
              columns: ["other_id"],
              target: { schema: null, name: target },
              targetColumns: ["id"],
              onDelete: random.of<Action>(["no action", "cascade", "set null", "restrict"]),
              onUpdate: random.of<Action>(["no action", "cascade"]),
              deferrable: random.of([null, "initially immediate", "initially deferred"]),
            },
          ];
    // A unique constraint on the primary key's own column is left out by PostgreSQL.
    const indexable = columns.find((column) => !/json|\[\]/.test(column.type));
    const unique: ConstraintSnapshot[] =
      indexable !== undefined && random.chance(0.3)
        ? [
            {
              kind: "unique",
              name: this.#name("key"),
              columns: ["id", indexable.name],
              nullsNotDistinct: false,
              deferrable: null,
            },
          ]
        : [];
    const id = plainColumn("id", keyType[this.#dialect], { identity: "by default" });
    const plain = columns.filter((column) => !/json|\[\]/.test(column.type));
    return {
      schema: null,
      name,
      columns: [id, ...columns, ...reference, ...generated],
      constraints: [
        { kind: "primary key", name: isPostgres ? constraintName(name, [], "pkey") : null, columns: ["id"], deferrable: null },
        ...unique,
        ...key,
        ...this.#checks(columns),
      ],
      indexes: this.#indexes(plain, ["id"]),
      triggers: [],
      options: isPostgres ? [] : ["STRICT"],
      comment: isPostgres && random.chance(0.3) ? `the table's "comment"` : null,
      renamedFrom: null,
    };
  }

  structure(like: Snapshot | undefined): Snapshot {
    const likely = like?.tables.map((table) => table.name).filter(() => this.#random.chance(0.7)) ?? [];
    const others = tableNames.filter((name) => !(like?.tables.some((table) => table.name === name) ?? false));
    const names = [...likely, ...some(this.#random, others, like === undefined ? 6 : 2)];
    if (names.length === 0) names.push("users");
    const tables = names.map((name) =>
      this.table(
        name,
        names,
        like?.tables.find((table) => table.name === name),
      ),
    );
    return { format: 1, dialect: this.#dialect, source: "models", schemas: [], enums: [], tables, views: [] };
  }
}

/** A structure; with `like`, one whose tables have some of the same columns where they have the same names. */
export const randomStructure = (random: Random, dialect: DialectName, like?: Snapshot): Snapshot =>
  new Maker(random, dialect).structure(like);
