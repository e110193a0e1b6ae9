/** The way from one structure to another: typed steps, in an order in which they can be run. */
import { fullName } from "../../ast/source.ts";
import { MigrationError } from "../../base/errors.ts";
import { quote } from "../../dialect/quote.ts";
import type { Answers, Change, Plan } from "../../schema/change.ts";
import { keyOf, sameName } from "../../schema/snapshot.ts";
import type { EnumSnapshot, ObjectName, Snapshot, TableSnapshot, ViewSnapshot } from "../../schema/snapshot.ts";
import { dialectOf } from "../dialects.ts";
import { foreignKeysOf, inForeignKeyOrder } from "./order.ts";
import { renamed } from "./renamed-snapshot.ts";
import { findRenames, inOrder } from "./renames.ts";
import type { Renames } from "./renames.ts";
import { samenessFor } from "./sameness.ts";
import type { Sameness } from "./sameness.ts";
import { completed } from "./silence.ts";
import { Steps } from "./steps.ts";
import { inPlace, tableSteps, unsettledColumns } from "./table-steps.ts";
import type { TableChange } from "./table-steps.ts";

const nameOf = ({ schema, name }: ObjectName): ObjectName => ({ schema, name });
const find = <T extends ObjectName>(list: readonly T[], name: ObjectName): T | undefined => list.find((each) => sameName(each, name));
const indexed = <T extends ObjectName>(list: readonly T[]): ReadonlyMap<string, T> => new Map(list.map((each) => [keyOf(each), each]));

const renameSteps = (steps: Steps, renames: Renames): void => {
  const schemas = new Set(renames.tables.map((rename) => rename.from.schema));
  for (const schema of schemas) {
    const own = renames.tables.filter((rename) => rename.from.schema === schema);
    for (const { from, to } of inOrder(own.map((rename) => ({ from: rename.from.name, to: rename.to.name }))))
      steps.add("renames", { change: "renameTable", from: { schema, name: from }, to: { schema, name: to } });
  }
  const tables = indexed(renames.columns.map((rename) => rename.table));
  for (const table of tables.values()) {
    const own = renames.columns.filter((rename) => sameName(rename.table, table));
    for (const { from, to } of inOrder(own)) steps.add("renames", { change: "renameColumn", table: nameOf(table), from, to });
  }
};

/** A table's own words for its options: PostgreSQL cannot change them in place. */
const assertSameOptions = (from: TableSnapshot, to: TableSnapshot): void => {
  if (JSON.stringify(from.options) === JSON.stringify(to.options)) return;
  throw new MigrationError(
    `The table '${fullName(from)}' would have to change from '${from.options.join(" ") || "an ordinary table"}' to '${to.options.join(" ") || "an ordinary table"}', ` +
      "which no statement does. Create the new table under another name, copy the rows, and rename it.",
    { table: from.name },
    "E1702",
  );
};

const commentSteps = (steps: Steps, from: TableSnapshot | null, to: TableSnapshot): void => {
  const table = nameOf(to);
  if (from === null) return;
  if (from.comment !== to.comment)
    steps.add("comments", { change: "setComment", on: { what: "table", object: table }, from: from.comment, to: to.comment });
  for (const column of to.columns) {
    const old = from.columns.find((each) => each.name === column.name);
    if (old !== undefined && old.comment !== column.comment)
      steps.add("comments", {
        change: "setComment",
        on: { what: "column", table, name: column.name },
        from: old.comment,
        to: column.comment,
      });
  }
  for (const index of to.indexes) {
    const old = from.indexes.find((each) => each.name === index.name);
    if (old !== undefined && old.comment !== index.comment)
      steps.add("comments", { change: "setComment", on: { what: "index", table, name: index.name }, from: old.comment, to: index.comment });
  }
};

const changedTables = (from: Snapshot, to: Snapshot, same: Sameness): ReadonlyMap<string, TableChange> => {
  const before = indexed(from.tables);
  const changes = new Map<string, TableChange>();
  for (const table of to.tables) {
    const old = before.get(keyOf(table));
    if (old !== undefined) changes.set(keyOf(table), { from: old, to: table, unsettled: unsettledColumns(old, table, same) });
  }
  return changes;
};

/** SQLite's steps for one table: one by one where it can, else a rebuild. */
const sqliteSteps = (change: TableChange, all: readonly Change[], tables: readonly TableSnapshot[], same: Sameness): readonly Change[] => {
  const { from, to } = change;
  const steps = inPlace(change, all, same);
  if (steps !== null) return steps;
  const isCopied = (name: string): boolean => from.columns.some((column) => column.name === name);
  const copied = to.columns
    .filter((column) => column.generated === null && isCopied(column.name))
    .map(({ name }) => ({ from: name, to: name }));
  const refersHere = (table: TableSnapshot): boolean => foreignKeysOf(table).some((key) => sameName(key.target, to));
  return [{ change: "rebuildTable", from, to, copied, referrers: tables.filter(refersHere).map(nameOf), changes: all }];
};

const tableChanges = (steps: Steps, changes: ReadonlyMap<string, TableChange>, to: Snapshot, same: Sameness): void => {
  for (const change of changes.values()) {
    const own = tableSteps(change, changes, same);
    if (same.dialect === "sqlite") {
      const isSettled =
        JSON.stringify(change.from.options) === JSON.stringify(change.to.options) &&
        same.triggers(change.from.triggers, change.to.triggers);
      const all = own.all();
      if (all.length === 0 && isSettled) continue;
      // Indexes have one name for the whole database: what another table is to use must be free before.
      const isFreed = (step: Change): boolean => step.change === "dropIndex";
      steps.add("drop constraints", ...all.filter(isFreed));
      steps.add("columns", ...sqliteSteps(change, all, to.tables, same).filter((step) => !isFreed(step)));
      continue;
    }
    assertSameOptions(change.from, change.to);
    steps.addAll(own);
    commentSteps(steps, change.from, change.to);
  }
};

const createdTables = (steps: Steps, created: readonly TableSnapshot[], isLate: boolean): void => {
  const { tables, late } = inForeignKeyOrder(created);
  for (const table of tables) {
    const constraints = table.constraints.filter((constraint) => !isLate || constraint.kind !== "foreign key" || !late.has(constraint));
    steps.add("create tables", { change: "createTable", table: Object.freeze({ ...table, constraints: Object.freeze(constraints) }) });
    for (const constraint of foreignKeysOf(table))
      if (isLate && late.has(constraint)) steps.add("foreign keys", { change: "addConstraint", table: nameOf(table), constraint });
  }
};

const droppedTables = (steps: Steps, dropped: readonly TableSnapshot[], isLate: boolean): void => {
  const { tables, late } = inForeignKeyOrder(dropped);
  for (const table of tables.toReversed()) {
    for (const constraint of foreignKeysOf(table))
      if (isLate && late.has(constraint)) steps.add("drop foreign keys", { change: "dropConstraint", table: nameOf(table), constraint });
    steps.add("drop tables", { change: "dropTable", table });
  }
};

/** `mood`, `"Mood"`, `billing.mood`: how PostgreSQL may write the type of a column. */
const isOfType = (type: string, { schema, name }: EnumSnapshot): boolean => {
  const bare = type.replace(/(?:\[\])+$/, "");
  const spellings = [name, quote(name)];
  return spellings.some((own) => bare === own || (schema !== null && (bare === `${schema}.${own}` || bare === `${quote(schema)}.${own}`)));
};

const enumSteps = (steps: Steps, from: Snapshot, to: Snapshot): void => {
  for (const type of to.enums) {
    const old = find(from.enums, type);
    if (old === undefined) {
      steps.add("enums", { change: "createEnum", enum: type });
      continue;
    }
    if (old.comment !== type.comment)
      steps.add("comments", { change: "setComment", on: { what: "enum", object: nameOf(type) }, from: old.comment, to: type.comment });
    const kept = type.values.filter((value) => old.values.includes(value));
    if (JSON.stringify(kept) === JSON.stringify(old.values)) {
      for (const [place, value] of type.values.entries()) {
        if (old.values.includes(value)) continue;
        const before = type.values.slice(place + 1).find((next) => old.values.includes(next)) ?? null;
        steps.add("enums", { change: "addEnumValue", enum: nameOf(type), value, before });
      }
      continue;
    }
    const columns = from.tables
      .filter((table) => find(to.tables, table) !== undefined)
      .flatMap((table) =>
        table.columns
          .filter((column) => isOfType(column.type, old))
          .map((column) => ({ table: nameOf(table), column: column.name, default: column.default, isArray: column.type.endsWith("[]") })),
      );
    steps.add("replace enums", { change: "replaceEnum", from: old, to: type, columns });
  }
  for (const type of from.enums) if (find(to.enums, type) === undefined) steps.add("drop enums", { change: "dropEnum", enum: type });
};

/** Views behind those that they read. */
const inReadingOrder = (views: readonly ViewSnapshot[]): ViewSnapshot[] => {
  const ordered: ViewSnapshot[] = [];
  const seen = new Set<ViewSnapshot>();
  const visit = (view: ViewSnapshot): void => {
    if (seen.has(view)) return;
    seen.add(view);
    for (const name of view.reads) {
      const read = find(views, name);
      if (read !== undefined) visit(read);
    }
    ordered.push(view);
  };
  for (const view of views) visit(view);
  return ordered;
};

/** Views that change, and on PostgreSQL those that read what changes, directly or through others: they go and come back. */
const viewSteps = (steps: Steps, from: Snapshot, to: Snapshot, changes: ReadonlyMap<string, TableChange>, same: Sameness): void => {
  const gone = new Set<ViewSnapshot>();
  for (const view of from.views) {
    const next = find(to.views, view);
    if (next === undefined || next.materialized !== view.materialized || !same.expression(next.definition, view.definition)) gone.add(view);
  }
  const isMoved = (name: ObjectName): boolean => {
    const change = changes.get(keyOf(name));
    return same.dialect === "postgres" && change !== undefined && change.unsettled.size > 0;
  };
  for (const view of inReadingOrder(from.views)) {
    if (view.reads.some((name) => isMoved(name) || [...gone].some((other) => sameName(other, name)))) gone.add(view);
  }
  const ordered = inReadingOrder(from.views);
  for (const view of ordered.toReversed()) if (gone.has(view)) steps.add("drop views", { change: "dropView", view });
  for (const view of inReadingOrder(to.views)) {
    const old = find(from.views, view);
    if (old === undefined || gone.has(old)) steps.add("create views", { change: "createView", view });
    else if (old.comment !== view.comment)
      steps.add("comments", { change: "setComment", on: { what: "view", object: nameOf(view) }, from: old.comment, to: view.comment });
  }
};

/**
 * The steps from one structure to another, none where they are the same. What models have no words for stays as it is. Nothing is guessed: what is missing
 * under its name is dropped, unless `renamedFrom` or an answer says what became of it, and `questions` lists what may have been a rename.
 * Expressions are compared word by word: to compare models with a live PostgreSQL, which writes them anew, use `compare`, or `canonical` before.
 * Throws `MigrationError` for answers that do not fit and for what no statement can change.
 *
 *     const plan = diff(before, after, { renames: [{ table: "users", column: "name", to: "full_name" }] });
 */
export const diff = (from: Snapshot, to: Snapshot, answers: Answers = {}): Plan => {
  if (from.dialect !== to.dialect)
    throw new MigrationError(
      `A structure of ${from.dialect} cannot be compared with one of ${to.dialect}. Take both from one database.`,
      {},
      "E1702",
    );
  const same = samenessFor(dialectOf(to.dialect));
  const renames = findRenames(from, to, answers);
  const before = renamed(from, renames);
  const after = completed(to, before, same, renames);
  const changes = changedTables(before, after, same);
  const steps = new Steps();
  const isLate = to.dialect === "postgres";
  for (const schema of after.schemas) if (!before.schemas.includes(schema)) steps.add("schemas", { change: "createSchema", schema });
  enumSteps(steps, before, after);
  renameSteps(steps, renames);
  viewSteps(steps, before, after, changes, same);
  droppedTables(
    steps,
    before.tables.filter((table) => !changes.has(keyOf(table))),
    isLate,
  );
  createdTables(
    steps,
    after.tables.filter((table) => !changes.has(keyOf(table))),
    isLate,
  );
  tableChanges(steps, changes, after, same);
  // Models say which schemas they are in, not whose those are: one that no model is in any more stays.
  for (const schema of before.source === "models" ? [] : before.schemas)
    if (!after.schemas.includes(schema)) steps.add("drop schemas", { change: "dropSchema", schema });
  return Object.freeze({
    from,
    to: after,
    changes: steps.all(),
    questions: Object.freeze(renames.questions),
    renames: Object.freeze(renames.all),
  });
};
