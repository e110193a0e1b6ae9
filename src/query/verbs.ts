/** What each verb of a query asks the database, and how its answer is read. */
import type { ParameterNode, SelectItem } from "../ast/expression.ts";
import { ConfigurationError } from "../base/errors.ts";
import type { ResultForm } from "../rows/shape.ts";
import type { ComputedColumn, Draft } from "./draft.ts";
import { conjunction } from "./draft.ts";
import { assignmentsOf } from "./expressions/assignments.ts";
import type { Assignment } from "./expressions/assignments.ts";
import { rowsOf } from "./loading/joined-rows.ts";
import type { LookupScope } from "./lookups/lookup-scope.ts";
import { ResultColumns, rowResult } from "./results/row-result.ts";
import { withRow } from "./root.ts";
import type { Root } from "./root.ts";
import { assertWithout, definiteOrder, orderOf, selectOf, Terminal } from "./terminal.ts";
import type { Finished, TerminalStep } from "./terminal.ts";

/** All rows in order, as objects. */
export const allRows = new Terminal((draft) => rowsOf(draft, orderOf(draft)));

/**
 * At most `count` rows in an order that is the same each time; a limit of the query's own has to be as small.
 * The number stands in the text: bound, it doubles the time of a row by key on SQLite (`npm run bench -- by-id`).
 */
const definiteRows = (direction: "asc" | "desc", count: number): Terminal =>
  new Terminal((draft) => rowsOf(draft, definiteOrder(draft, direction), { limit: { node: "literal", value: count } }));
export const firstRow = definiteRows("asc", 1);
/** One more than there may be. */
export const onlyRow = definiteRows("asc", 2);
export const lastRow = definiteRows("desc", 1);

const values: ResultForm = { form: "values" };

/** The columns that tell rows apart: all of them when rows may repeat, otherwise a key is enough. */
const countedItems = (draft: Draft, items: readonly SelectItem[]): readonly SelectItem[] => {
  if (draft.distinct || draft.groupBy !== null || draft.projection !== null) return items;
  const column = draft.table.primaryKey[0]!;
  return [{ expression: { node: "column", source: draft.source, column }, alias: null, type: column.type }];
};

const wrapped = (wrap: "count" | "exists"): Terminal =>
  new Terminal((draft) => {
    assertWithout(draft, wrap, "lock");
    const { items } = rowResult({ ...draft, includes: [] });
    const order = draft.limit === null && draft.offset === null ? [] : orderOf(draft);
    return { statement: { ...selectOf(draft, countedItems(draft, items), order), wrap }, form: values };
  });
export const rowCountOf = wrapped("count");
export const anyRow = wrapped("exists");

/** What prepared queries run by name. */
export const rowVerbs = { all: allRows, first: firstRow, only: onlyRow } as const;
export const valueVerbs = { count: rowCountOf, exists: anyRow } as const;

/** How many rows there are without limit and offset. */
export const rowsOfAllPages = new Terminal((draft) => {
  assertWithout(draft, "A count of all rows", "lock");
  const { items } = rowResult({ ...draft, includes: [] });
  return { statement: { ...selectOf(draft, countedItems(draft, items), []), limit: null, offset: null, wrap: "count" }, form: values };
});

/** Several values of all rows, as one object. */
export const aggregates = (computed: readonly ComputedColumn[]): Terminal =>
  new Terminal((draft) => {
    assertWithout(draft, "aggregate()", "limit", "group", "distinct", "lock");
    const result = new ResultColumns();
    const properties = computed.map((column) => result.addComputed(column, draft.table));
    return { statement: selectOf(draft, result.items, []), form: { form: "objects", object: { properties, nested: [], prototype: null } } };
  });

/** Tuples of columns, or with `single` the values of one. */
export const tuples = (scope: LookupScope, paths: readonly string[], single: boolean, use: string): Terminal => {
  if (paths.length === 0) throw new ConfigurationError(`${use} needs at least one column.`, { model: scope.table.modelName });
  const columns = paths.map((path) => scope.column(path, use));
  return new Terminal((draft) => {
    assertWithout(draft, use, "group");
    const result = new ResultColumns();
    for (const { expression, type } of columns) result.add(expression, type);
    return { statement: selectOf(draft, result.items, orderOf(draft)), form: { form: single ? "values" : "tuples" } };
  });
};

const none: ResultForm = { form: "tuples" };

const assertWritable = (draft: Draft, verb: string): void => {
  assertWithout(draft, verb, "limit", "group", "distinct", "lock", "lateral");
  if (draft.with.length > 0) {
    throw new ConfigurationError(
      `${verb} of ${draft.table.modelName} is about the rows of from(), a set operation or recursive(), which are read only. ` +
        'Write to the model itself, as in filter by where((row) => row.id.in(subquery(rows, "id"))).',
      { model: draft.table.modelName },
    );
  }
  if (draft.orderBy === null && draft.having.length === 0 && draft.projection === null) return;
  throw new ConfigurationError(
    `${verb} of ${draft.table.modelName} takes conditions only. Take orderBy(), having() or select() out of the query.`,
    {
      model: draft.table.modelName,
    },
  );
};

const updated = (draft: Draft, assignments: readonly Assignment[]): Finished => {
  assertWritable(draft, "update()");
  return {
    statement: {
      statement: "update",
      source: draft.source,
      set: assignments.map(({ column, expression }) => [column, expression] as const),
      where: conjunction(draft.where),
      deleted: draft.deleted,
      returning: [],
    },
    form: none,
  };
};

/** Refuses to write to every row, unless that is what was said. */
export const assertConsent = (
  verb: "update" | "delete",
  { restricted, root }: { readonly restricted: boolean; readonly root: { readonly table: { readonly modelName: string } } },
  options: { readonly all?: boolean },
): void => {
  if (restricted || options.all === true) return;
  const { modelName } = root.table;
  throw new ConfigurationError(
    `${verb}() of ${modelName} has no condition and would ${verb} every row. Add filter(…) or where(…), or pass { all: true } if you mean it.`,
    { model: modelName },
  );
};

/** UPDATE with these assignments. */
const updateStep = (assignments: readonly Assignment[]): TerminalStep => ({
  parameters: assignments.flatMap((assignment) => assignment.parameters),
  apply: () => {},
  finish: (draft) => updated(draft, assignments),
});

/** The last step of `update(given)`: what tells it from others, and what it binds. */
export const updateOf = (
  { table }: Pick<Root, "table">,
  scope: LookupScope,
  given: unknown,
): { readonly key: string; readonly makeStep: () => TerminalStep; readonly values: unknown[]; readonly parameters: ParameterNode[] } => {
  const asked = typeof given === "function" ? withRow(scope, given as (row: unknown) => unknown) : given;
  const assignments = assignmentsOf(table, scope.source, asked, "update()");
  return {
    key: `update ${assignments.map((assignment) => assignment.key).join()}`,
    makeStep: () => updateStep(assignments),
    values: assignments.flatMap((assignment) => assignment.values),
    parameters: assignments.flatMap((assignment) => assignment.parameters),
  };
};

export const deleteRows = new Terminal((draft) => {
  assertWritable(draft, "delete()");
  return {
    statement: { statement: "delete", source: draft.source, where: conjunction(draft.where), deleted: draft.deleted, returning: [] },
    form: none,
  };
});
