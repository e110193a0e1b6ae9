/** A database's refusal in the words of the model: which property of which class, and what to do about it. */
import {
  CheckViolation,
  ConstraintViolation,
  DatatypeMismatch,
  ForeignKeyViolation,
  NotNullViolation,
  UniqueViolation,
} from "../base/errors.ts";
import type { ErrorDetails } from "../base/errors.ts";
import { isSameTable } from "../ast/source.ts";
import { knownTable } from "../schema/registry.ts";
import type { Table, TableColumn } from "../schema/table.ts";

interface Refusal {
  readonly kind: new (message: string, details?: ErrorDetails) => ConstraintViolation;
  /** `subject` is `User.email`, or `User.email and User.name`, or the model's name alone. */
  readonly say: (subject: string, error: ConstraintViolation) => string;
}

const byConstraint = (error: ConstraintViolation): string => (error.constraint === undefined ? "" : ` (constraint ${error.constraint})`);

const refusals: readonly Refusal[] = [
  {
    kind: UniqueViolation,
    say: (subject, error) =>
      `${subject} already has this value in another row${byConstraint(error)}. Use another value, or session.upsert() to update the row that has it.`,
  },
  { kind: NotNullViolation, say: (subject) => `${subject} must not be null. Give it a value, a default, or declare it .nullable().` },
  {
    kind: ForeignKeyViolation,
    say: (subject, error) =>
      `A foreign key of ${subject} has no row to point at, or a row is still pointed at${byConstraint(error)}. ` +
      `Write the row it points at first, and remove the rows that point at it first.`,
  },
  { kind: CheckViolation, say: (subject, error) => `${subject} does not pass a check of the table${byConstraint(error)}.` },
  { kind: DatatypeMismatch, say: (subject) => `${subject} was given a value of a type that the column does not store.` },
];

/** Which model's plan writes these tables: two models may share one, and have other names for its columns. */
const writers = new WeakMap<readonly string[], Table>();
export const rememberWriter = (writes: readonly string[], table: Table): void => void writers.set(writes, table);

/** The table that an error is about. PostgreSQL says its schema, also of tables whose models say none; SQLite says a name alone. */
const tableOfError = ({ table: name, schema }: ErrorDetails, writes: readonly string[]): Table | undefined => {
  const writer = writers.get(writes);
  if (name === undefined) return writer ?? (writes.length === 1 ? knownTable({ schema: null, name: writes[0]! }) : undefined);
  const said = schema === undefined ? undefined : knownTable({ schema, name });
  const found = said ?? (writer?.name === name ? writer : knownTable({ schema: null, name }));
  // Two models may share a table.
  return found !== undefined && writer !== undefined && isSameTable(found, writer) ? writer : found;
};

/** The same error with model and property named, where they are known; any other error as it is. */
export const inModelWords = (error: unknown, writes: readonly string[]): unknown => {
  if (!(error instanceof ConstraintViolation)) return error;
  const table = tableOfError(error, writes);
  const refusal = refusals.find((candidate) => error.constructor === candidate.kind);
  if (table === undefined || refusal === undefined) return error;
  const columns = columnsOf(table, error);
  const properties = columns.map((column) => column.property);
  const subject = properties.length === 0 ? table.modelName : properties.map((name) => `${table.modelName}.${name}`).join(" and ");
  const explained = new refusal.kind(refusal.say(subject, error), {
    ...(columns.length > 0 ? { columns: columns.map((column) => column.name) } : {}),
    ...knownFields(error),
    table: table.name,
    ...(table.schema === null ? {} : { schema: table.schema }),
    model: table.modelName,
    ...(properties.length === 1 ? { property: properties[0]! } : {}),
    ...(properties.length > 0 ? { properties } : {}),
    cause: error,
  });
  return explained;
};

/** The columns that the error names, or those of the constraint that it names. */
const columnsOf = (table: Table, error: ConstraintViolation): readonly TableColumn[] => {
  const named = error.columns ?? (error.column === undefined ? null : [error.column]);
  if (named !== null)
    return named.map((name) => table.columns.find((column) => column.name === name)).filter((column) => column !== undefined);
  const constraints = [...table.uniques, ...table.foreignKeys, { name: `${table.name}_pkey`, columns: table.primaryKey }];
  return constraints.find(({ name }) => name === error.constraint)?.columns ?? [];
};

const knownFields = (error: ConstraintViolation): ErrorDetails => ({
  ...(error.sqlState === undefined ? {} : { sqlState: error.sqlState }),
  ...(error.constraint === undefined ? {} : { constraint: error.constraint }),
  ...(error.column === undefined ? {} : { column: error.column }),
  ...(error.columns === undefined ? {} : { columns: error.columns }),
  ...(error.sql === undefined ? {} : { sql: error.sql }),
});
