/**
 * Keyset paging: the rows after one row, in an order in which no two rows are equal.
 *
 *     ORDER BY created_at DESC, id          WHERE created_at <= $1 AND (created_at < $1 OR created_at = $1 AND id > $2)
 *
 * The order is the query's own with the primary key behind it. The last row's values travel in the cursor, as exactly as the database
 * holds them: a timestamp of PostgreSQL as text, since a `Date` has no microseconds.
 */
import { tableKey } from "../../ast/source.ts";
import { ConfigurationError, InvalidCursor } from "../../base/errors.ts";
import type { ComparisonOperator } from "../../ast/operator.ts";
import type { ExpressionNode, OrderingNode, ParameterNode } from "../../ast/expression.ts";
import { fingerprint } from "../../ast/fingerprint.ts";
import { nodeType } from "../../ast/node-type.ts";
import type { SelectItem } from "../../ast/expression.ts";
import type { Source } from "../../ast/source.ts";
import type { Runner } from "../../engine/run.ts";
import type { Shape } from "../../engine/plans/shape.ts";
import { problemWith } from "../../types/check.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { digest } from "./cursor.ts";
import type { CursorValue } from "./cursor.ts";
import { conjunction, newDraft } from "../draft.ts";
import type { Draft, Step } from "../draft.ts";
import { comparable } from "../lookups/lookup-scope.ts";
import { repeats } from "./repeats.ts";
import type { Root } from "../root.ts";
import { refuseMany, selectJoined } from "../loading/joined-rows.ts";
import { rowResult } from "../results/row-result.ts";
import { assertWithout, identifying, orderOf } from "../terminal.ts";
import type { TerminalStep } from "../terminal.ts";
import { withKeys } from "../results/wrapped-row.ts";

type DialectName = Runner["dialect"]["name"];

/** One thing that rows are ordered by. */
interface Term {
  readonly ordering: OrderingNode;
  readonly nullsLast: boolean;
  readonly nullable: boolean;
  /** How the value is fetched for the cursor. */
  readonly item: SelectItem;
  /** What comes back is checked against this and bound by its codec; `null` binds it as it was fetched. */
  readonly type: ColumnType | null;
}

export interface Keyset {
  readonly terms: readonly Term[];
  /** What a cursor belongs to. */
  readonly owner: string;
}

const isRootColumn = ({ expression }: OrderingNode, source: Source): boolean =>
  expression.node === "column" && expression.source === source;

/** The query's order, and behind it what tells rows apart, unless that is among it. */
export const totalOrder = (draft: Draft): readonly OrderingNode[] => {
  const order = orderOf(draft);
  const held = new Set(order.map(({ expression }) => fingerprint(expression)));
  const direction = order.at(-1)?.direction ?? "asc";
  const rest = identifying(draft).filter((expression) => !held.has(fingerprint(expression)));
  return [...order, ...rest.map((expression): OrderingNode => ({ expression, direction, nulls: null }))];
};

const asText = (expression: ExpressionNode): ExpressionNode => ({
  node: "raw",
  texts: ["CAST(", " AS text)"],
  parts: [expression],
  type: { kind: "text" },
});

const termOf = (ordering: OrderingNode, { source, table }: Draft, dialect: DialectName): Term => {
  const { expression, direction, nulls } = ordering;
  const type = nodeType(expression);
  if (type !== null && (type.kind === "json" || type.kind === "array")) {
    throw new ConfigurationError(
      `pageAfter() of ${table.modelName} is ordered by a value of kind ${type.kind}, which databases order differently. Order by another column.`,
      { model: table.modelName },
    );
  }
  const nullable = !isRootColumn(ordering, source) || (expression as { column: { nullable: boolean } }).column.nullable;
  const nullsLast = nulls === null ? direction === "asc" : nulls === "last";
  const known = type === null ? null : comparable(type);
  if (type?.kind !== "timestamp") return { ordering, nullsLast, nullable, item: { expression, alias: null, type }, type: known };
  const exact = dialect === "postgres" ? asText(expression) : expression;
  // A name of its own: PostgreSQL calls a cast like its column, which ORDER BY would then name twice.
  const alias = dialect === "postgres" ? "petrel cursor" : null;
  return { ordering, nullsLast, nullable, item: { expression: exact, alias, type: null }, type: null };
};

/** What an order is by, in words that are the same in every process. */
const described = ({ ordering }: Term): string => {
  const { expression, direction, nulls } = ordering;
  return `${direction} ${nulls} ${wayTo(expression) ?? fingerprint(expression).replaceAll(/=t\d+/g, "=t")}`;
};

const wayTo = (expression: ExpressionNode): string | null => {
  if (expression.node !== "column") return null;
  const words = [expression.column.name];
  for (let { source } = expression; source.parent !== null; source = source.parent) words.unshift(source.relation!.name);
  return words.join(".");
};

const keysets = new WeakMap<Shape<Step>, Map<DialectName, Keyset>>();

/** The keyset of a query, kept with its shape. Throws `ConfigurationError` for a query that cannot be paged by one. */
export const keysetOf = (root: Root, shape: Shape<Step>, dialect: DialectName): Keyset => {
  const known = keysets.get(shape) ?? new Map<DialectName, Keyset>();
  keysets.set(shape, known);
  const made = known.get(dialect) ?? makeKeyset(root, shape, dialect);
  known.set(dialect, made);
  return made;
};

const equalRows = ({ table: { modelName } }: Draft): ConfigurationError =>
  new ConfigurationError(
    `pageAfter() of ${modelName} goes on behind one row, and rows of this source may be equal: of equal ones, some would be left out. ` +
      "Select the primary key too, make the source's rows distinct() or groups, use union() in place of unionAll(), or number the pages with paginate().",
    { model: modelName },
  );

const makeKeyset = (root: Root, shape: Shape<Step>, dialect: DialectName): Keyset => {
  const draft = newDraft(root.table, root.scope.source);
  for (const step of shape.steps()) step.apply(draft);
  assertWithout(draft, "pageAfter()", "limit", "group", "distinct", "lateral");
  if (draft.with.some(repeats)) throw equalRows(draft);
  const terms = totalOrder(draft).map((ordering) => termOf(ordering, draft, dialect));
  return { terms, owner: digest(JSON.stringify([dialect, tableKey(root.table), terms.map(described)])) };
};

/** Throws `InvalidCursor` for values that the keyset's columns do not hold. */
export const assertFitting = ({ terms }: Keyset, values: readonly CursorValue[], modelName: string): void => {
  const fits = (value: CursorValue, { type, nullable }: Term): boolean => {
    if (value === null) return nullable;
    if (type === null) return typeof value !== "object" || value instanceof Date;
    return problemWith(type, value) === null;
  };
  if (values.length === terms.length && values.every((value, index) => fits(value, terms[index]!))) return;
  throw new InvalidCursor(
    `pageAfter() of ${modelName} was given a cursor whose values do not fit what the rows are ordered by now. Begin with null.`,
    {
      model: modelName,
    },
  );
};

const never: ExpressionNode = { node: "literal", value: false };
const isNull = (operand: ExpressionNode, negated: boolean): ExpressionNode => ({ node: "isNull", operand, negated });
const compare = (operator: ComparisonOperator, left: ExpressionNode, right: ExpressionNode): ExpressionNode => ({
  node: "comparison",
  operator,
  left,
  right,
});
const anyOf = (operands: readonly ExpressionNode[]): ExpressionNode =>
  operands.length === 1 ? operands[0]! : { node: "logical", operator: "or", operands };

/** The term's value comes later than the cursor's; `value` is `null` where that is NULL. */
const isLater = ({ ordering, nullsLast, nullable }: Term, value: ParameterNode | null): ExpressionNode => {
  const { expression, direction } = ordering;
  if (value === null) return nullsLast ? never : isNull(expression, true);
  const later = compare(direction === "asc" ? ">" : "<", expression, value);
  return nullable && nullsLast ? anyOf([later, isNull(expression, false)]) : later;
};

const isSame = ({ ordering }: Term, value: ParameterNode | null): ExpressionNode =>
  value === null ? isNull(ordering.expression, false) : compare("=", ordering.expression, value);

/** The rows after the cursor. Where the first column says it plainly, it is said once more alone, so that an index on it starts there. */
const after = (terms: readonly Term[], values: readonly (ParameterNode | null)[]): ExpressionNode => {
  const later = terms.map((term, index) => {
    const same = terms.slice(0, index).map((before, place) => isSame(before, values[place]!));
    return conjunction([...same, isLater(term, values[index]!)])!;
  });
  const [first] = terms;
  const isPlain = terms.length > 1 && first!.nullable === false;
  const start = isPlain ? [compare(first!.ordering.direction === "asc" ? ">=" : "<=", first!.ordering.expression, values[0]!)] : [];
  return conjunction([...start, anyOf(later)])!;
};

/** The last step of a page: at most so many rows after the cursor's, each with the values of its own cursor. `nulls`: which of the cursor's are NULL; `null` for the first page. */
export const pageStep = ({ terms }: Keyset, nulls: readonly boolean[] | null): TerminalStep => {
  const values = (nulls ?? []).map((isMissing, index): ParameterNode | null => {
    const { type } = terms[index]!;
    if (isMissing) return null;
    return {
      node: "parameter",
      form: type === null ? "asGiven" : "one",
      type,
      value: undefined,
      name: "cursor",
      ...(type === null ? {} : { isChecked: true }),
    };
  });
  const limit: ParameterNode = { node: "parameter", form: "asGiven", type: null, value: undefined, name: "limit" };
  return {
    parameters: [...values.filter((value) => value !== null), limit],
    apply: () => {},
    finish: (draft) => {
      refuseMany(draft, "does not go together with pageAfter(), whose cursors are of rows");
      const rows = withKeys(
        rowResult(draft),
        terms.map(({ item }) => item),
      );
      const statement = selectJoined(
        draft,
        rows,
        terms.map(({ ordering }) => ordering),
      );
      const where = nulls === null ? draft.where : [...draft.where, after(terms, values)];
      return { statement: { ...statement, where: conjunction(where), limit }, form: rows.form };
    },
  };
};
