/**
 * Which table and column of one structure is which of the other. Nothing is guessed: without `renamedFrom` or an answer, what is missing was dropped,
 * and where something else came a question is asked.
 */
import { MigrationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { Answers, Question, Rename } from "../../schema/change.ts";
import { keyOf, sameName } from "../../schema/snapshot.ts";
import type { ColumnSnapshot, ObjectName, Snapshot, TableSnapshot } from "../../schema/snapshot.ts";

export interface Renames {
  readonly tables: readonly { readonly from: ObjectName; readonly to: ObjectName }[];
  /** `table` as it is called afterwards. */
  readonly columns: readonly { readonly table: ObjectName; readonly from: string; readonly to: string }[];
  readonly questions: readonly Question[];
  /** In the form of answers. */
  readonly all: readonly Rename[];
}

const wrong = (message: string, details: { table?: string; column?: string } = {}): MigrationError =>
  new MigrationError(message, details, "E1701");

const nameOf = (table: ObjectName): ObjectName => ({ schema: table.schema, name: table.name });

/** Throws unless `from` can take the name `to`: it is there, and nothing else keeps that name. */
const assertFree = (what: string, from: string, to: string, before: readonly string[], moved: ReadonlySet<string>): void => {
  if (!before.includes(from)) throw wrong(`A rename names the ${what} '${from}', which is not there.${didYouMean(from, before)}`);
  if (before.includes(to) && !moved.has(to))
    throw wrong(`The ${what} '${from}' cannot be renamed to '${to}': there is one of that name. Rename that one, too, or drop it first.`);
};

const tableRenames = (from: Snapshot, to: Snapshot, answers: Answers): Renames["tables"] => {
  const before = new Map(from.tables.map((table) => [keyOf(table), table]));
  const after = new Map(to.tables.map((table) => [keyOf(table), table]));
  const found = new Map<string, { from: ObjectName; to: ObjectName }>();
  for (const rename of answers.renames ?? []) {
    if ("column" in rename) continue;
    const old = { schema: rename.schema ?? null, name: rename.table };
    const next = { schema: old.schema, name: rename.to };
    if (!before.has(keyOf(old))) {
      const known = from.tables.map((table) => table.name);
      throw wrong(`A rename names the table '${old.name}', which is not there.${didYouMean(old.name, known)}`, { table: old.name });
    }
    if (!after.has(keyOf(next))) {
      const known = to.tables.map((table) => table.name);
      throw wrong(`The table '${old.name}' is to be renamed to '${next.name}', which nothing asks for.${didYouMean(next.name, known)}`, {
        table: old.name,
      });
    }
    found.set(keyOf(old), { from: old, to: next });
  }
  for (const table of to.tables) {
    if (table.renamedFrom === null || before.has(keyOf(table))) continue;
    const old = { schema: table.schema, name: table.renamedFrom };
    if (before.has(keyOf(old)) && !after.has(keyOf(old)) && !found.has(keyOf(old))) found.set(keyOf(old), { from: old, to: nameOf(table) });
  }
  const moved = new Set([...found.values()].map((rename) => rename.from.name));
  for (const rename of found.values()) {
    const names = from.tables.filter((table) => table.schema === rename.from.schema).map((table) => table.name);
    assertFree("table", rename.from.name, rename.to.name, names, moved);
  }
  return [...found.values()];
};

const columnRenames = (from: TableSnapshot, to: TableSnapshot, answers: Answers): { from: string; to: string }[] => {
  const before = from.columns.map((column) => column.name);
  const after = to.columns.map((column) => column.name);
  const found = new Map<string, string>();
  for (const rename of answers.renames ?? []) {
    if (!("column" in rename) || rename.table !== from.name || (rename.schema ?? null) !== from.schema) continue;
    if (!after.includes(rename.to)) {
      const hint = didYouMean(rename.to, after);
      throw wrong(`The column '${from.name}.${rename.column}' is to be renamed to '${rename.to}', which nothing asks for.${hint}`, {
        table: from.name,
        column: rename.column,
      });
    }
    found.set(rename.column, rename.to);
  }
  for (const { name, renamedFrom } of to.columns) {
    if (renamedFrom === null || before.includes(name) || !before.includes(renamedFrom)) continue;
    if (!after.includes(renamedFrom) && !found.has(renamedFrom)) found.set(renamedFrom, name);
  }
  const moved = new Set(found.keys());
  for (const [old, next] of found) assertFree(`column of '${from.name}',`, old, next, before, moved);
  return [...found].map(([old, next]) => ({ from: old, to: next }));
};

const isAnswered = (answers: Answers, table: ObjectName, column?: string): boolean =>
  (answers.drops ?? []).some(
    (drop) =>
      drop.table === table.name &&
      (drop.schema ?? null) === table.schema &&
      (column === undefined ? drop.column === undefined : drop.column === column),
  );

/** Columns of the same type come first: they are likelier. */
const candidates = (dropped: ColumnSnapshot, added: readonly ColumnSnapshot[]): string[] => [
  ...added.filter((column) => column.type === dropped.type).map((column) => column.name),
  ...added.filter((column) => column.type !== dropped.type).map((column) => column.name),
];

export const findRenames = (from: Snapshot, to: Snapshot, answers: Answers): Renames => {
  const tables = tableRenames(from, to, answers);
  const questions: Question[] = [];
  const nextName = (table: ObjectName): ObjectName => tables.find((rename) => sameName(rename.from, table))?.to ?? nameOf(table);
  const kept = new Set(from.tables.map((table) => keyOf(nextName(table))));
  const created = to.tables.filter((table) => !kept.has(keyOf(table)));
  const wanted = new Map(to.tables.map((table) => [keyOf(table), table]));
  const columns: { table: ObjectName; from: string; to: string }[] = [];
  const all: Rename[] = tables.map((rename) => ({ table: rename.from.name, schema: rename.from.schema, to: rename.to.name }));
  for (const table of from.tables) {
    const next = nextName(table);
    const target = wanted.get(keyOf(next));
    if (target === undefined) {
      const others = created.filter((each) => each.schema === table.schema).map(nameOf);
      if (others.length > 0 && !isAnswered(answers, table))
        questions.push({ question: "was a table renamed", dropped: nameOf(table), created: others });
      continue;
    }
    const renamed = columnRenames(table, target, answers);
    for (const rename of renamed) {
      columns.push({ table: next, ...rename });
      all.push({ table: table.name, schema: table.schema, column: rename.from, to: rename.to });
    }
    const isNew = (name: string): boolean =>
      !renamed.some((rename) => rename.to === name) && !table.columns.some((each) => each.name === name);
    const added = target.columns.filter((column) => isNew(column.name));
    for (const column of table.columns) {
      const isGone = !renamed.some((rename) => rename.from === column.name) && !target.columns.some((each) => each.name === column.name);
      if (!isGone || added.length === 0 || isAnswered(answers, table, column.name)) continue;
      questions.push({ question: "was a column renamed", table: nameOf(table), dropped: column.name, added: candidates(column, added) });
    }
  }
  assertUsed(from, answers);
  return { tables, columns, questions, all };
};

/** An answer about a table that is not there is a slip. */
const assertUsed = (from: Snapshot, answers: Answers): void => {
  for (const answer of [...(answers.renames ?? []), ...(answers.drops ?? [])]) {
    const table = from.tables.find((each) => each.name === answer.table && each.schema === (answer.schema ?? null));
    const known = from.tables.map((each) => each.name);
    if (table === undefined)
      throw wrong(`An answer names the table '${answer.table}', which is not there.${didYouMean(answer.table, known)}`, {
        table: answer.table,
      });
    const column = "column" in answer ? answer.column : undefined;
    if (column === undefined || table.columns.some((each) => each.name === column)) continue;
    const names = table.columns.map((each) => each.name);
    throw wrong(`An answer names the column '${table.name}.${column}', which is not there.${didYouMean(column, names)}`, {
      table: table.name,
      column,
    });
  }
};

/** Renames in an order in which every new name is free; a ring goes round by a name in between. */
export const inOrder = (renames: readonly { readonly from: string; readonly to: string }[]): { from: string; to: string }[] => {
  const left = renames.filter((rename) => rename.from !== rename.to).map((rename) => ({ ...rename }));
  const done: { from: string; to: string }[] = [];
  while (left.length > 0) {
    const place = left.findIndex((rename) => !left.some((other) => other !== rename && other.from === rename.to));
    if (place >= 0) done.push(left.splice(place, 1)[0]!);
    else {
      const [first] = left as [{ from: string; to: string }];
      const between = `petrel_renamed_${done.length}`;
      done.push({ from: first.from, to: between });
      first.from = between;
    }
  }
  return done;
};
