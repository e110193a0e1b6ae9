/** Models from the structure of a live database, as the text of a TypeScript file. */
import { fullName } from "../../ast/source.ts";
import { constraintName, nameProblem, snakeCase } from "../../schema/naming.ts";
import { keyOf } from "../../schema/snapshot.ts";
import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  Snapshot,
  TableSnapshot,
  UniqueSnapshot,
} from "../../schema/snapshot.ts";
import { checkKeyOf } from "./check-key.ts";
import { columnText, sqlText } from "./generated-column.ts";
import type { Words } from "./generated-column.ts";
import { className, inverseName, propertyName, relationName } from "./generated-names.ts";

export interface GeneratedModels {
  /** The whole file. */
  readonly text: string;
  /** The names of the classes, in the order of their tables. */
  readonly models: readonly string[];
  /** What the models do not say, or say otherwise, one sentence each. Without any, comparing them with the database finds nothing. */
  readonly remarks: readonly string[];
}

interface Relation {
  readonly key: ForeignKeySnapshot;
  readonly name: string;
  readonly target: Draft;
}

/** A model in the making. */
interface Draft {
  readonly table: TableSnapshot;
  readonly model: string;
  readonly names: Set<string>;
  /** Properties by column. */
  readonly properties: ReadonlyMap<string, string>;
  readonly key: readonly string[];
  readonly relations: Relation[];
  /** Lines of the way back, from other tables' foreign keys. */
  readonly inverses: string[];
  readonly remarks: string[];
}

const primaryKeyOf = (table: TableSnapshot): readonly string[] =>
  table.constraints.find((constraint) => constraint.kind === "primary key")?.columns ?? [];
const ofKind = <K extends TableSnapshot["constraints"][number]["kind"]>(table: TableSnapshot, kind: K) =>
  table.constraints.filter((constraint): constraint is Extract<typeof constraint, { kind: K }> => constraint.kind === kind);
/** Whether no two rows have the same values in these columns together, by the key or by a constraint. */
const isUnique = ({ table, key }: Draft, columns: readonly string[]): boolean =>
  [key, ...ofKind(table, "unique").map((constraint) => constraint.columns)].some((each) => isSameList(each.toSorted(), columns.toSorted()));

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);
const quoted = (text: string): string => JSON.stringify(text);
const list = (properties: readonly string[]): string => `[${properties.map(quoted).join(", ")}]`;
const propertyOf = (draft: Draft, column: string): string => draft.properties.get(column)!;
/** A name for a comment: nothing in it ends the line. */
const shown = (name: string): string => name.replaceAll(/\p{Cc}|\u2028|\u2029/gu, "?");

const draftOf = (table: TableSnapshot, models: Set<string>): Draft => {
  const names = new Set<string>();
  const properties = new Map(table.columns.map((column) => [column.name, propertyName(column.name, names)]));
  return {
    table,
    model: className(table, models),
    names,
    properties,
    key: primaryKeyOf(table),
    relations: [],
    inverses: [],
    remarks: [],
  };
};

const relate = (draft: Draft, drafts: ReadonlyMap<string, Draft>): void => {
  const seen = new Set<string>();
  for (const key of ofKind(draft.table, "foreign key")) {
    const target = drafts.get(keyOf(key.target));
    const isLone = key.columns.length === 1;
    const columns = JSON.stringify(key.columns);
    const about = `its foreign key on ${key.columns.map(shown).join(", ")}`;
    if (target === undefined) draft.remarks.push(`${about} leads to a table without a model`);
    else if (!isLone && !isUnique(target, key.targetColumns))
      draft.remarks.push(`${about} leads to columns that are unique by an index alone`);
    else if (seen.has(columns)) draft.remarks.push(`${about} is a second one`);
    else if (
      isLone &&
      needsReference(draft, key, target) &&
      [key.target.schema ?? "", key.target.name, key.targetColumns[0]!].some((name) => name.includes("."))
    )
      draft.remarks.push(`${about} leads to a name with a '.'`);
    else {
      const property = isLone ? propertyOf(draft, key.columns[0]!) : "";
      draft.relations.push({ key, name: relationName(property, key.target.name, draft.names), target });
    }
    seen.add(columns);
  }
};

/** A relation leads to the primary key by itself; and a key that is filled by another table is not counted up. */
const needsReference = (draft: Draft, key: ForeignKeySnapshot, target: Draft): boolean =>
  target.key.length !== 1 || target.key[0] !== key.targetColumns[0] || (draft.key.length === 1 && draft.key[0] === key.columns[0]);

const relateBack = (draft: Draft, words: Words): void => {
  for (const { key, name, target } of draft.relations) {
    const isOne = isUnique(draft, key.columns);
    const several = draft.relations.filter((other) => other.target === target).length > 1;
    const inverse = inverseName(draft.table.name, { isOne, by: several ? name : null }, target.names);
    words.add(isOne ? "hasOne" : "hasMany");
    target.inverses.push(`${inverse}: () => ${isOne ? "hasOne" : "hasMany"}(${draft.model}, ${keyText(draft, key)}),`);
  }
};

const keyText = (draft: Draft, { columns }: ForeignKeySnapshot): string => {
  const properties = columns.map((column) => propertyOf(draft, column));
  return properties.length === 1 ? quoted(properties[0]!) : list(properties);
};

const optionsOf = ({ key, target }: Relation): string => {
  const { onDelete, onUpdate, targetColumns } = key;
  const isElsewhere = targetColumns.length > 1 && !isSameList(targetColumns, target.key);
  const parts = [
    ...(isElsewhere ? [`references: ${list(targetColumns.map((column) => propertyOf(target, column)))}`] : []),
    ...Object.entries({ onDelete, onUpdate }).flatMap(([name, action]) => (action === "no action" ? [] : [`${name}: ${quoted(action)}`])),
    ...(key.deferrable === null ? [] : [`deferrable: ${quoted(key.deferrable)}`]),
  ];
  return parts.length === 0 ? "" : `, { ${parts.join(", ")} }`;
};

const columnLine = (
  draft: Draft,
  column: ColumnSnapshot,
  found: Pick<Snapshot, "dialect" | "enums">,
  words: Words,
  said: Set<string>,
): string => {
  const { table, key, relations } = draft;
  const property = propertyOf(draft, column.name);
  const text = columnText({ table: table.name, column, checks: ofKind(table, "check") }, found, words);
  for (const name of text.said) said.add(name);
  if (text.remark !== null) draft.remarks.push(`its column ${shown(column.name)} ${text.remark}`);
  const isKey = key.length === 1 && key[0] === column.name;
  const relation = relations.find((each) => isSameList(each.key.columns, [column.name]));
  const reference = relation !== undefined && needsReference(draft, relation.key, relation.target) ? relation.key : null;
  const isGiven =
    isKey &&
    found.dialect === "postgres" &&
    column.identity === null &&
    reference === null &&
    text.filled === "" &&
    /^(?:int|bigint|smallint)\(/.test(text.kind);
  if (!isKey && column.identity !== null) draft.remarks.push(`its column ${shown(column.name)} is counted up by the database`);
  const isNullable = !key.includes(column.name) && column.nullable;
  return [
    `${property}: ${text.kind}`,
    isGiven ? ".primaryKey({ generated: false })" : isKey ? ".primaryKey()" : "",
    isNullable ? ".nullable()" : "",
    !isKey && isUnique(draft, [column.name]) ? ".unique()" : "",
    text.filled,
    reference === null ? "" : `.references(${quoted(`${fullName(reference.target)}.${reference.targetColumns[0]}`)})`,
    snakeCase(property) === column.name ? "" : `.named(${quoted(column.name)})`,
    column.comment === null ? "" : `.comment(${quoted(column.comment)})`,
    ",",
  ].join("");
};

const uniquesOf = (draft: Draft): readonly UniqueSnapshot[] => ofKind(draft.table, "unique").filter(({ columns }) => columns.length > 1);

const indexText = (draft: Draft, index: IndexSnapshot, words: Words): string => {
  const { table } = draft;
  const plain = index.terms.every((term) => term.column !== null && !term.descending);
  const columns = index.terms.flatMap(({ column }) => (column === null ? [] : [column]));
  const isAlone = ![draft.key, ...ofKind(table, "unique").map((each) => each.columns)].some((each) => isSameList(each, columns));
  const isOnly = !table.indexes.some(
    (other) =>
      other !== index &&
      isSameList(
        other.terms.map(({ column }) => column),
        columns,
      ),
  );
  const isBare = !index.unique && index.where === null && index.include.length === 0 && index.method === "btree";
  if (plain && isBare && isAlone && isOnly && index.name === constraintName(table.name, columns, "idx"))
    return list(columns.map((column) => propertyOf(draft, column)));
  const terms = index.terms.map(({ column, expression, descending }) => {
    if (column !== null) return quoted(`${descending ? "-" : ""}${propertyOf(draft, column)}`);
    return sqlText(`${expression}${descending ? " DESC" : ""}`, words);
  });
  return `{ ${[
    `columns: [${terms.join(", ")}]`,
    `name: ${quoted(index.name)}`,
    ...(index.unique ? ["unique: true"] : []),
    ...(index.where === null ? [] : [`where: ${sqlText(index.where, words)}`]),
    ...(index.include.length === 0 ? [] : [`include: ${list(index.include.map((column) => propertyOf(draft, column)))}`]),
    ...(index.method === "btree" ? [] : [`using: ${quoted(index.method)}`]),
  ].join(", ")} }`;
};

/** What an option is called so that the model gives the check its name; a free name where it cannot, and the check keeps its own. */
const checkText = (draft: Draft, { name }: CheckSnapshot, place: number): string => {
  const key = (name === null ? null : checkKeyOf(draft.table.name, name)) ?? `check${place + 1}`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
};

const optionLines = (draft: Draft, words: Words, said: ReadonlySet<string>): string[] => {
  const { table, key } = draft;
  const properties = (columns: readonly string[]): string => list(columns.map((column) => propertyOf(draft, column)));
  const checks = ofKind(table, "check").filter(({ name }) => name === null || !said.has(name));
  const uniques = uniquesOf(draft);
  return [
    ...(key.length > 1 ? [`primaryKey: ${properties(key)},`] : []),
    ...(uniques.length === 0 ? [] : [`unique: [${uniques.map(({ columns }) => properties(columns)).join(", ")}],`]),
    ...(table.indexes.length === 0 ? [] : ["indexes: [", ...table.indexes.map((index) => `  ${indexText(draft, index, words)},`), "],"]),
    ...(checks.length === 0
      ? []
      : ["checks: {", ...checks.map((check, place) => `  ${checkText(draft, check, place)}: ${sqlText(check.expression, words)},`), "},"]),
    ...(table.schema === null ? [] : [`schema: ${quoted(table.schema)},`]),
    ...(table.comment === null ? [] : [`comment: ${quoted(table.comment)},`]),
  ];
};

/** Whether STRICT tables of SQLite have the type: a table with others is not STRICT as a model, too. */
const isStrict = ({ type }: ColumnSnapshot): boolean => /^(?:INT|INTEGER|REAL|TEXT|BLOB|ANY|)$/i.test(type);

const modelText = (draft: Draft, found: Snapshot, words: Words): string => {
  const said = new Set<string>();
  const { table } = draft;
  const columns = table.columns.map((column) => columnLine(draft, column, found, words, said));
  if (draft.relations.length > 0) words.add("belongsTo");
  const relations = draft.relations.map(
    (relation) => `${relation.name}: () => belongsTo(${relation.target.model}, ${keyText(draft, relation.key)}${optionsOf(relation)}),`,
  );
  const settings = optionLines(draft, words, said);
  if (found.dialect === "sqlite" && !table.options.includes("STRICT") && table.columns.every(isStrict))
    draft.remarks.push("it is not STRICT");
  if (found.dialect === "sqlite" && table.options.includes("WITHOUT ROWID")) draft.remarks.push("it is WITHOUT ROWID");
  const body = [...columns, ...(relations.length + draft.inverses.length > 0 ? ["", ...relations, ...draft.inverses] : [])];
  const indented = (lines: readonly string[], by: string): string => lines.map((line) => (line === "" ? "" : `${by}${line}`)).join("\n");
  const remarks = draft.remarks.map((remark) => `// Not as in the database: ${remark}.\n`).join("");
  const head = `${remarks}export class ${draft.model} extends Model(`;
  if (settings.length === 0) return `${head}${quoted(table.name)}, {\n${indented(body, "  ")}\n}) {}\n`;
  return `${head}\n  ${quoted(table.name)},\n  {\n${indented(body, "    ")}\n  },\n  {\n${indented(settings, "    ")}\n  },\n) {}\n`;
};

/** Why a table cannot have a model, as half a sentence. */
const whyUnusable = (table: TableSnapshot): string | null => {
  if (primaryKeyOf(table).length === 0) return "has no primary key";
  const named = [table, ...table.columns].find(({ name }) => nameProblem(name) !== null);
  if (named === undefined) return null;
  return `${named === table ? "has a name" : "has a column with a name"} that ${nameProblem(named.name)}`;
};

/**
 * Models for the tables of a structure that was introspected, with relations both ways along foreign keys. Comparing them with the same database finds
 * no difference, but for what `remarks` says, which also stands above the models as comments. Tables without a primary key
 * and those with names that PostgreSQL would cut get no model.
 *
 *     const { text, remarks } = generateModels(await introspect(engine));
 *     await writeFile("src/models.ts", text);
 */
export const generateModels = (found: Snapshot): GeneratedModels => {
  const words: Words = new Set(["Model"]);
  const models = new Set<string>();
  const usable = found.tables.filter((table) => whyUnusable(table) === null);
  const left = found.tables.filter((table) => !usable.includes(table));
  const drafts = new Map(usable.map((table) => [keyOf(table), draftOf(table, models)]));
  for (const draft of drafts.values()) relate(draft, drafts);
  for (const draft of drafts.values()) relateBack(draft, words);
  const texts = [...drafts.values()].map((draft) => modelText(draft, found, words));
  const without = left.map((table) => `The table '${shown(fullName(table))}' ${whyUnusable(table)}, so it has no model.`);
  const own = [...drafts.values()].flatMap(({ table, remarks }) => remarks.map((remark) => `'${shown(fullName(table))}': ${remark}.`));
  const imports = `import { ${[...words].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join(", ")} } from "petrel";\n`;
  const text = [imports, ...without.map((sentence) => `// ${sentence}\n`), ...texts].join("\n");
  return Object.freeze({ text, models: Object.freeze([...models]), remarks: Object.freeze([...without, ...own]) });
};
