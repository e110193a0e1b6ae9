/** Structures and plans as text for people. */
import type { DdlStatement, Plan, Question } from "../schema/change.ts";
import type { ConstraintSnapshot, IndexSnapshot, ObjectName, Snapshot, TableSnapshot } from "../schema/snapshot.ts";
import type { UnmanagedObject } from "../migrate/structure/unmanaged.ts";
import { printable, textTable } from "./text-table.ts";

export const shownName = ({ schema, name }: ObjectName): string => (schema === null ? name : `${schema}.${name}`);

/** `trigger touched of people` */
export const unmanagedText = ({ kind, schema, name, table }: UnmanagedObject): string =>
  printable(`${kind} ${shownName({ schema, name })}${table === null ? "" : ` of ${table}`}`);

export const tablesText = (found: Snapshot, unmanaged: readonly UnmanagedObject[]): string => {
  const rows = found.tables.map((table) => [
    shownName(table),
    String(table.columns.length),
    String(table.indexes.length),
    table.constraints
      .filter((constraint) => constraint.kind === "foreign key")
      .map(({ target }) => shownName(target))
      .join(", "),
  ]);
  const others = [
    ...found.views.map((view) => `view ${shownName(view)}`),
    ...found.enums.map((each) => `enum ${shownName(each)}: ${each.values.join(", ")}`),
    ...unmanaged.map((each) => `not managed: ${unmanagedText(each)}`),
  ];
  const text = textTable(["table", "columns", "indexes", "refers to"], rows);
  return [text === "" ? "There are no tables." : text, ...(others.length === 0 ? [] : ["", ...others.map(printable)])].join("\n");
};

const constraintText = (constraint: ConstraintSnapshot): string => {
  const name = constraint.name === null ? "" : ` ${constraint.name}`;
  switch (constraint.kind) {
    case "check":
      return `check${name}: ${constraint.expression}`;
    case "exclusion":
      return `exclusion${name}: ${constraint.definition}`;
    case "foreign key":
      return `foreign key${name}: ${constraint.columns.join(", ")} → ${shownName(constraint.target)} (${constraint.targetColumns.join(", ")}), on delete ${constraint.onDelete}`;
    default:
      return `${constraint.kind}${name}: ${constraint.columns.join(", ")}`;
  }
};

const indexText = (index: IndexSnapshot): string => {
  const terms = index.terms.map(({ column, expression, descending }) => `${column ?? expression}${descending ? " desc" : ""}`);
  return `${index.unique ? "unique index" : "index"} ${index.name}: ${terms.join(", ")}${index.where === null ? "" : ` where ${index.where}`}`;
};

export const tableText = (table: TableSnapshot): string => {
  const rows = table.columns.map((column) => [
    column.name,
    column.type,
    column.nullable ? "null" : "not null",
    column.identity === null ? (column.default ?? column.generated?.expression ?? "") : "counted up",
  ]);
  const details = [
    ...table.constraints.map(constraintText),
    ...table.indexes.map(indexText),
    ...table.triggers.map(({ name }) => `trigger ${name}`),
  ];
  return [shownName(table), "", textTable(["column", "type", "", "default"], rows), "", ...details]
    .map((line) => line.split("\n").map(printable).join("\n"))
    .join("\n");
};

export const statementsText = (statements: readonly DdlStatement[]): string => statements.map(({ sql }) => `${sql};`).join("\n");

/** How a question is answered on the command line. */
export const questionText = (question: Question): string => {
  if (question.question === "was a table renamed") {
    const dropped = shownName(question.dropped);
    const renames = question.created.map((created) => `--rename ${dropped}=${shownName(created)}`);
    return `Was the table '${dropped}' renamed? ${[...renames, `--gone ${dropped}`].join(" or ")}`;
  }
  const column = `${shownName(question.table)}.${question.dropped}`;
  const renames = question.added.map((added) => `--rename ${column}=${added}`);
  return `Was the column '${column}' renamed? ${[...renames, `--gone ${column}`].join(" or ")}`;
};

/** A plan as data: what has to be known of it outside. */
export const planData = (plan: Plan, statements: readonly DdlStatement[]): object => ({
  changes: plan.changes,
  questions: plan.questions,
  statements,
});
