/** What is wrong with a column as it was declared, whatever model it is in. */
import { isSql } from "../../ast/sql-tag.ts";
import { problemWith } from "../../types/check.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { Action, ColumnDefinition, ForeignKeyOptions } from "./column.ts";
import { nameProblem } from "../naming.ts";

const actions: ReadonlySet<Action> = new Set<Action>(["cascade", "set null", "set default", "restrict", "no action"]);

const boundProblem = (name: string, value: number | undefined): string | null =>
  value === undefined || (typeof value === "number" && !Number.isNaN(value)) ? null : `has a ${name} that is not a number`;
const lengthProblem = (name: string, value: number | undefined): string | null =>
  value === undefined || (Number.isSafeInteger(value) && value >= 0) ? null : `has a ${name} that is not a whole number of 0 or more`;

const decimalProblem = ({ precision, scale }: ColumnType): string | null => {
  if (precision === undefined || scale === undefined) return "needs precision and scale, as in decimal({ precision: 10, scale: 2 })";
  const whole = Number.isSafeInteger(precision) && precision >= 1 && Number.isSafeInteger(scale) && scale >= 0;
  if (!whole || precision > 1000) return "needs a precision between 1 and 1000 and a scale of 0 or more, both whole numbers";
  return precision < scale ? `has scale ${scale}, which is more than its precision ${precision}` : null;
};

const valuesProblem = (values: readonly unknown[]): string | null => {
  if (values.length === 0) return "has no values to choose from: give oneOf() at least one";
  if (!values.every((value) => typeof value === "string")) return "has a value that is not a string: oneOf() takes strings";
  return new Set(values).size < values.length ? "names the same value twice: give oneOf() each value once" : null;
};

const arrayProblem = ({ element }: ColumnType): string | null => {
  if (element === undefined) return "needs the kind of its elements, as in array(text())";
  if (element.databaseType !== undefined)
    return 'has elements with a type of the database: name that of the array, as in array(text()).databaseType("inet[]")';
  return element.kind === "array" ? "holds arrays of arrays, which is not supported: use json()" : typeProblem(element);
};

const typeProblem = (type: ColumnType): string | null => {
  const { min, max, minLength, maxLength, values } = type;
  if (type.kind === "decimal") return decimalProblem(type);
  if (type.kind === "array") return arrayProblem(type);
  if (values !== undefined) return valuesProblem(values);
  const bounds = boundProblem("min", min) ?? boundProblem("max", max);
  const lengths = lengthProblem("minLength", minLength) ?? lengthProblem("maxLength", maxLength);
  if (bounds !== null || lengths !== null) return bounds ?? lengths;
  if (min !== undefined && max !== undefined && min > max) return `has min ${min}, which is more than its max ${max}`;
  const crossed = minLength !== undefined && maxLength !== undefined && minLength > maxLength;
  return crossed ? `has minLength ${minLength}, which is more than its maxLength ${maxLength}` : null;
};

/** Words, numbers in parentheses, brackets and quoted names: nothing that could end the type's place in a statement. */
const typeWords = /^(?=.*\S)(?:[\p{L}\p{N}_ .,()[\]$]|-(?!-)|"(?:[^"\0]|"")+")+$/u;

const databaseTypeProblem = ({ type: { databaseType } }: ColumnDefinition): string | null =>
  databaseType === undefined || (typeof databaseType === "string" && typeWords.test(databaseType))
    ? null
    : 'has a type of the database that is not the name of one, as in .databaseType("inet")';

const defaultProblem = ({ type, nullable, default: filler }: ColumnDefinition): string | null => {
  if (filler === undefined) return null;
  const { given } = filler;
  if (typeof given === "function" || isSql(given)) return null;
  if (given === undefined) return "has a default that is undefined: pass a value, a function, or an sql expression";
  if (given === null) return nullable === true ? null : "has the default null but is not nullable: add .nullable()";
  const problem = problemWith(type, given);
  return problem === null ? null : `has a default that does not fit: it ${problem}`;
};

const generatedProblem = (definition: ColumnDefinition): string | null => {
  const { generatedAs, softDelete, version } = definition;
  if (generatedAs === undefined) return null;
  if (!isSql(generatedAs.given)) return "is generated from something that is no SQL: write it as .generatedAs(sql`price * amount`)";
  if (typeof generatedAs.stored !== "boolean") return "is generated with an option stored that is neither true nor false";
  const isFilled = definition.default !== undefined || definition.onUpdate !== undefined || version === true || softDelete === true;
  return isFilled ? "is computed by the database and filled as well: keep .generatedAs(…), or what else fills it" : null;
};

const onUpdateProblem = ({ onUpdate }: ColumnDefinition): string | null =>
  onUpdate === undefined || typeof onUpdate.given === "function" || isSql(onUpdate.given)
    ? null
    : "has an onUpdate that is neither a function nor an sql expression";

const referenceProblem = ({ references }: ColumnDefinition): string | null => {
  if (references === undefined) return null;
  if (!/^[^.]+(?:\.[^.]+){0,2}$/.test(references.target))
    return "references something that is not 'table.column' or 'schema.table.column', as in .references(\"users.id\")";
  return actionProblem(references);
};

/** What is wrong with the options of a foreign key. */
export const actionProblem = (options: ForeignKeyOptions): string | null => {
  const { deferrable } = options;
  if (deferrable !== undefined && deferrable !== "initially deferred" && deferrable !== "initially immediate")
    return "has a deferrable that is neither 'initially deferred' nor 'initially immediate'";
  for (const name of ["onDelete", "onUpdate"] as const) {
    const action = options[name];
    if (action !== undefined && !actions.has(action))
      return `has an ${name} that is none of ${[...actions].map((it) => `'${it}'`).join(", ")}`;
  }
  return null;
};

const namingProblem = ({ name, renamedFrom }: ColumnDefinition): string | null => {
  const problem = name === undefined ? null : nameProblem(name);
  if (problem !== null) return `has a name in the database that ${problem}`;
  const before = renamedFrom === undefined ? null : nameProblem(renamedFrom);
  return before === null ? null : `was renamed from a name that ${before}`;
};

const textProblem = ({ check, comment }: ColumnDefinition): string | null => {
  if (check !== undefined && !isSql(check.given)) return "has a check that is no SQL: write it as .check(sql`age > 0`)";
  return comment === undefined ? null : commentProblem(comment);
};

/** What is wrong with a comment, as the end of a sentence about what has it. */
export const commentProblem = (comment: unknown): string | null =>
  typeof comment === "string" && !comment.includes("\0") ? null : "has a comment that is not a text without NUL characters";

/** Half a sentence that follows the column's name ("has min 3, which is more than its max 2"); `null` when all is well. */
export const columnProblem = (definition: ColumnDefinition): string | null => {
  if (definition.generated !== undefined && definition.generated !== false)
    return "has a primary key with an option that is not { generated: false }";
  if (definition.primaryKey === true && definition.nullable === true) return "is the primary key and nullable: remove .nullable()";
  return (
    typeProblem(definition.type) ??
    databaseTypeProblem(definition) ??
    defaultProblem(definition) ??
    onUpdateProblem(definition) ??
    generatedProblem(definition) ??
    referenceProblem(definition) ??
    namingProblem(definition) ??
    textProblem(definition)
  );
};
