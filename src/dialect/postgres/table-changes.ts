/** Changes of structure in PostgreSQL's words, each with the lock it takes (manual, "Explicit Locking" and "ALTER TABLE"). */
import { fullName } from "../../ast/source.ts";
import { BugError } from "../../base/errors.ts";
import type { Change, Commented, DdlStatement, LockLevel } from "../../schema/change.ts";
import { constraintName as nameFor } from "../../schema/naming.ts";
import type { ColumnSnapshot, ConstraintSnapshot, EnumSnapshot, ObjectName, TableSnapshot } from "../../schema/snapshot.ts";
import { columnLine, constraintLine, createIndexText, createTableText, defaultClause } from "../create-table.ts";
import type { TableSyntax } from "../create-table.ts";
import { ddl } from "../ddl-statement.ts";
import { qualified, quote } from "../quote.ts";
import { literal } from "./literal.ts";

export const postgresTables: TableSyntax = {
  identity: (column) => `GENERATED ${column.identity === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`,
  identityIsKey: false,
  automaticKeyName: (table) => (nameFor(table, [], "pkey") === `${table}_pkey` ? `${table}_pkey` : null),
  tableWords: (options) => [
    options.includes("UNLOGGED") ? "UNLOGGED " : "",
    options
      .filter((option) => option !== "UNLOGGED")
      .map((option) => ` ${option}`)
      .join(""),
  ],
  indexName: (table, index, use) => (use === "create" ? quote(index) : qualified({ schema: table.schema, name: index })),
  indexTable: qualified,
};

const text = (value: string | null): string => literal(value, null);

const on = (table: ObjectName, lock: LockLevel, more: Partial<DdlStatement> = {}): Partial<DdlStatement> => ({ table, lock, ...more });

const alter = (table: ObjectName, action: string, more: Partial<DdlStatement> = {}): DdlStatement =>
  ddl(`ALTER TABLE ${qualified(table)} ${action}`, on(table, "ACCESS EXCLUSIVE", more));

const comment = (target: Commented, value: string | null): DdlStatement => {
  if (target.what === "column") {
    const sql = `COMMENT ON COLUMN ${qualified(target.table)}.${quote(target.name)} IS ${text(value)}`;
    return ddl(sql, on(target.table, "SHARE UPDATE EXCLUSIVE"));
  }
  if (target.what === "index") {
    const name = qualified({ schema: target.table.schema, name: target.name });
    return ddl(`COMMENT ON INDEX ${name} IS ${text(value)}`, on(target.table, "SHARE UPDATE EXCLUSIVE"));
  }
  if (!("object" in target)) throw new BugError("a comment is on nothing that has one.");
  const word = target.what === "enum" ? "TYPE" : target.what === "view" ? "VIEW" : "TABLE";
  return ddl(`COMMENT ON ${word} ${qualified(target.object)} IS ${text(value)}`, on(target.object, "SHARE UPDATE EXCLUSIVE"));
};

/** What sets all comments of a table that was just created. */
export const commentsOf = (table: TableSnapshot): DdlStatement[] => [
  ...(table.comment === null ? [] : [comment({ what: "table", object: table }, table.comment)]),
  ...table.columns
    .filter((column) => column.comment !== null)
    .map((column) => comment({ what: "column", table, name: column.name }, column.comment)),
  ...table.indexes
    .filter((index) => index.comment !== null)
    .map((index) => comment({ what: "index", table, name: index.name }, index.comment)),
];

/** The table, its indexes and its comments. */
const createTable = (table: TableSnapshot): DdlStatement[] => [
  ddl(createTableText(table, postgresTables), { table }),
  ...table.indexes.map((index) => ddl(createIndexText(table, index, postgresTables), { table })),
  ...commentsOf(table),
];

/** Types whose values stay as they are in a longer or wider one: the table is not written anew (manual, "ALTER TABLE", Notes). */
const keepsRows = (from: string, to: string): boolean => {
  const [a, b] = [from, to].map((type) => /^(varchar|varbit|numeric)?(?:\((\d+)(?:, ?(\d+))?\))?$/.exec(type));
  if (to === "text" || to === "varchar") return from === "text" || from === "varchar" || a?.[1] === "varchar";
  if (to === "numeric") return a?.[1] === "numeric";
  if (!a || !b || a[1] === undefined || a[1] !== b[1] || a[2] === undefined) return false;
  return Number(b[2]) >= Number(a[2]) && (a[3] ?? "0") === (b[3] ?? "0");
};

const alterType = (table: ObjectName, from: ColumnSnapshot, to: ColumnSnapshot): DdlStatement[] => {
  if (from.type === to.type && from.collation === to.collation) return [];
  const column = quote(to.name);
  const collation = to.collation === null ? "" : ` COLLATE ${quote(to.collation)}`;
  const inPlace = keepsRows(from.type, to.type) && from.collation === to.collation;
  // The old default may not be of the new type, and is not converted with it.
  const around = from.default === null || inPlace ? [] : [alter(table, `ALTER COLUMN ${column} DROP DEFAULT`)];
  const action = `ALTER COLUMN ${column} TYPE ${to.type}${collation}${inPlace ? "" : ` USING ${column}::${to.type}`}`;
  return [...around, alter(table, action, { rewrites: !inPlace })];
};

const alterDefault = (table: ObjectName, from: ColumnSnapshot, to: ColumnSnapshot): DdlStatement[] => {
  const wasTakenOff = from.default !== null && alterType(table, from, to).length > 1;
  if (to.default === from.default && !(wasTakenOff && to.default !== null)) return [];
  if (to.default === null) return wasTakenOff ? [] : [alter(table, `ALTER COLUMN ${quote(to.name)} DROP DEFAULT`)];
  return [alter(table, `ALTER COLUMN ${quote(to.name)} SET ${defaultClause(to.default)}`)];
};

const alterIdentity = (table: ObjectName, from: ColumnSnapshot, to: ColumnSnapshot): DdlStatement[] => {
  if (from.identity === to.identity) return [];
  const column = quote(to.name);
  if (to.identity === null && from.identity === "serial") return [alter(table, `ALTER COLUMN ${column} DROP DEFAULT`)];
  if (to.identity === null) return [alter(table, `ALTER COLUMN ${column} DROP IDENTITY`)];
  if (from.identity === "serial" && to.identity === "by default") return [];
  if (from.identity !== null && from.identity !== "serial")
    return [alter(table, `ALTER COLUMN ${column} SET GENERATED ${to.identity === "always" ? "ALWAYS" : "BY DEFAULT"}`)];
  const add = alter(table, `ALTER COLUMN ${column} ADD ${postgresTables.identity(to, false)}`);
  // Counting goes on behind the greatest value that is there.
  const sequence = `pg_get_serial_sequence(${text(qualified(table))}, ${text(to.name)})`;
  const start = ddl(`SELECT setval(${sequence}, (SELECT coalesce(max(${column}), 0) + 1 FROM ${qualified(table)}), false)`, {
    table,
    scans: true,
  });
  return [add, start];
};

/** Columns that are computed are made anew instead: no statement changes what they are computed from. */
const alterColumn = (table: ObjectName, from: ColumnSnapshot, to: ColumnSnapshot): DdlStatement[] => {
  const column = quote(to.name);
  const dropIdentity = to.identity === null ? alterIdentity(table, from, to) : [];
  const otherIdentity = to.identity === null ? [] : alterIdentity(table, from, to);
  const required = from.nullable && !to.nullable ? [alter(table, `ALTER COLUMN ${column} SET NOT NULL`, { scans: true })] : [];
  const optional = !from.nullable && to.nullable ? [alter(table, `ALTER COLUMN ${column} DROP NOT NULL`)] : [];
  return [...dropIdentity, ...alterType(table, from, to), ...alterDefault(table, from, to), ...required, ...otherIdentity, ...optional];
};

const addConstraint = (table: ObjectName, constraint: ConstraintSnapshot): DdlStatement => {
  const lock = constraint.kind === "foreign key" ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE";
  return alter(table, `ADD ${constraintLine(constraint)}`, { lock, scans: true });
};

const dropConstraint = (table: ObjectName, { name }: ConstraintSnapshot): DdlStatement => {
  if (name === null) throw new BugError("a constraint of PostgreSQL without a name is to be dropped.");
  return alter(table, `DROP CONSTRAINT ${quote(name)}`);
};

const createEnum = (type: EnumSnapshot): DdlStatement[] => [
  ddl(`CREATE TYPE ${qualified(type)} AS ENUM (${type.values.map(text).join(", ")})`),
  ...(type.comment === null ? [] : [comment({ what: "enum", object: type }, type.comment)]),
];

const convertEnum = (column: string, type: string, array: string): string =>
  `ALTER COLUMN ${quote(column)} TYPE ${type}${array} USING ${quote(column)}::text${array}::${type}${array}`;

/** The type is renamed out of the way, and every column that has it goes over to the new one; a value that is not there any more ends the migration. */
const replaceEnum = (change: Extract<Change, { change: "replaceEnum" }>): DdlStatement[] => {
  const { from, to, columns } = change;
  const aside = { schema: from.schema, name: nameFor(from.name, ["replaced"], "key") };
  return [
    ddl(`ALTER TYPE ${qualified(from)} RENAME TO ${quote(aside.name)}`),
    ...createEnum(to),
    ...columns.flatMap(({ table, column, default: filled, isArray }) => [
      ...(filled === null ? [] : [alter(table, `ALTER COLUMN ${quote(column)} DROP DEFAULT`)]),
      alter(table, convertEnum(column, qualified(to), isArray ? "[]" : ""), { rewrites: true }),
      ...(filled === null ? [] : [alter(table, `ALTER COLUMN ${quote(column)} SET ${defaultClause(filled)}`)]),
    ]),
    ddl(`DROP TYPE ${qualified(aside)}`),
  ];
};

const addColumn = (table: ObjectName, column: ColumnSnapshot): DdlStatement[] => {
  // A default that is no constant is computed for each row, which then is written.
  const isConstant = column.default === null || !/[(]/.test(column.default);
  const rewrites = column.generated?.stored === true || column.identity !== null || !isConstant;
  return [
    alter(table, `ADD COLUMN ${columnLine(column, false, postgresTables)}`, { rewrites }),
    ...(column.comment === null ? [] : [comment({ what: "column", table, name: column.name }, column.comment)]),
  ];
};

/** The statements that make one change. */
export const renderPostgres = (change: Change): readonly DdlStatement[] => {
  switch (change.change) {
    case "createSchema":
      return [ddl(`CREATE SCHEMA IF NOT EXISTS ${quote(change.schema)}`)];
    case "dropSchema":
      return [ddl(`DROP SCHEMA ${quote(change.schema)}`)];
    case "createEnum":
      return createEnum(change.enum);
    case "dropEnum":
      return [ddl(`DROP TYPE ${qualified(change.enum)}`)];
    case "addEnumValue": {
      const place = change.before === null ? "" : ` BEFORE ${text(change.before)}`;
      // The value cannot be used before it is committed (manual, "ALTER TYPE").
      return [ddl(`ALTER TYPE ${qualified(change.enum)} ADD VALUE ${text(change.value)}${place}`, { transactional: false })];
    }
    case "replaceEnum":
      return replaceEnum(change);
    case "createTable":
      return createTable(change.table);
    case "dropTable":
      return [
        ddl(
          `DROP TABLE ${qualified(change.table)}`,
          on(change.table, "ACCESS EXCLUSIVE", { losesData: `drops the table ${fullName(change.table)}` }),
        ),
      ];
    case "renameTable":
      return [alter(change.from, `RENAME TO ${quote(change.to.name)}`)];
    case "addColumn":
      return addColumn(change.table, change.column);
    case "dropColumn": {
      const losesData = change.column.generated === null ? `drops the column ${fullName(change.table)}.${change.column.name}` : null;
      return [alter(change.table, `DROP COLUMN ${quote(change.column.name)}`, { losesData })];
    }
    case "renameColumn":
      return [alter(change.table, `RENAME COLUMN ${quote(change.from)} TO ${quote(change.to)}`)];
    case "alterColumn":
      return alterColumn(change.table, change.from, change.to);
    case "addConstraint":
      return [addConstraint(change.table, change.constraint)];
    case "dropConstraint":
      return [dropConstraint(change.table, change.constraint)];
    case "renameConstraint":
      return [alter(change.table, `RENAME CONSTRAINT ${quote(change.from)} TO ${quote(change.to)}`)];
    case "createIndex":
      return [
        ddl(createIndexText(change.table, change.index, postgresTables), on(change.table, "SHARE", { scans: true })),
        ...(change.index.comment === null
          ? []
          : [comment({ what: "index", table: change.table, name: change.index.name }, change.index.comment)]),
      ];
    case "dropIndex":
      return [ddl(`DROP INDEX ${postgresTables.indexName(change.table, change.index.name, "drop")}`, on(change.table, "ACCESS EXCLUSIVE"))];
    case "renameIndex": {
      const sql = `ALTER INDEX ${postgresTables.indexName(change.table, change.from, "drop")} RENAME TO ${quote(change.to)}`;
      return [ddl(sql, on(change.table, "SHARE UPDATE EXCLUSIVE"))];
    }
    case "createView": {
      const word = change.view.materialized ? "MATERIALIZED VIEW" : "VIEW";
      return [
        ddl(`CREATE ${word} ${qualified(change.view)} AS ${change.view.definition.replace(/;\s*$/, "")}`),
        ...(change.view.comment === null || change.view.materialized
          ? []
          : [comment({ what: "view", object: change.view }, change.view.comment)]),
      ];
    }
    case "dropView":
      return [ddl(`DROP ${change.view.materialized ? "MATERIALIZED VIEW" : "VIEW"} ${qualified(change.view)}`)];
    case "setComment":
      return [comment(change.on, change.to)];
    case "rebuildTable":
      throw new BugError("a table is to be rebuilt on PostgreSQL, which changes tables in place.");
  }
};
