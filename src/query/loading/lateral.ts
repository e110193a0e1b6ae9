/**
 * `joinLateral("best", (user) => query)`: the rows of a query that may name the row beside them, as a to-one relation of this query alone.
 * What follows may name their columns like those of any other relation, and results hold them as plain objects.
 */
import { ConfigurationError } from "../../base/errors.ts";
import type { LateralJoin, ParameterNode, SelectItem, SelectStatement } from "../../ast/expression.ts";
import { fingerprint } from "../../ast/fingerprint.ts";
import type { LiteralNode } from "../../ast/leaf.ts";
import { joinedSource } from "../../ast/source.ts";
import { parametersOf } from "../../ast/walk.ts";
import type { Shape } from "../../engine/plans/shape.ts";
import type { Relation, Table, TableColumn } from "../../schema/table.ts";
import { checkOf } from "../../types/check.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { derivedRows, partItems } from "../derived/derived-rows.ts";
import type { DerivedRows } from "../derived/derived-rows.ts";
import type { Draft, Step } from "../draft.ts";
import { draftOf, innerSelect } from "../derived/inner-select.ts";
import type { InnerQuery } from "../derived/inner-select.ts";
import type { LookupScope, ScopedStep } from "../lookups/lookup-scope.ts";
import { orderOf, selectOf } from "../terminal.ts";

const int: ColumnType = Object.freeze({ kind: "int" });
const one: LiteralNode = Object.freeze({ node: "literal", value: 1 });
/** The name of the column that says whether there is a row beside the row. */
const presenceAmong = (columns: readonly string[]): string => {
  let name = "is there";
  while (columns.some((each) => each.toLowerCase() === name)) name += "!";
  return name;
};

export const notLateral = (use: string, what: string): ConfigurationError =>
  new ConfigurationError(
    `${use} takes a name and a function that returns a query, as in ${use.slice(0, -1)}"best", (user) => select(Post).where(…).select(…)), not ${what}.`,
  );

interface Beside {
  readonly scope: LookupScope;
  readonly grouped: boolean;
}

/** Whether rows may stand beside those of a query under this name. */
export function assertBeside({ scope, grouped }: Beside, name: unknown, use: string): asserts name is string {
  const { table } = scope;
  if (grouped) throw new ConfigurationError(`${use} of ${table.modelName} comes before groupBy().`, { model: table.modelName });
  if (typeof name !== "string") throw notLateral(use, `${describe(name)} for a name`);
  const taken = table.byProperty.has(name) || table.relationNames.includes(name) || scope.computed.has(name);
  if (name !== "" && !name.includes("__") && !name.includes(".") && !taken) return;
  const why = taken ? `${table.modelName} has something of that name` : "names are not empty and contain no '__' and no dot";
  throw new ConfigurationError(`${use}: '${name}' cannot name what is joined: ${why}. Choose another name.`, {
    model: table.modelName,
    property: name,
  });
}

const known = new WeakMap<Shape<Step>, DerivedRows>();
const nothing = (): Step => ({ parameters: [], apply: () => {} });

const plainRows = (draft: Draft, use: string): DerivedRows => {
  const rows = derivedRows(draft, use);
  if (!rows.isEntity) return rows;
  throw new ConfigurationError(
    `${use}: the query gives whole rows of ${draft.table.modelName}. Say what you need of them with select((row) => ({ … })), or groupBy(…).`,
    { model: draft.table.modelName },
  );
};

const column = (name: string, property: string, type: ColumnType, position: number): TableColumn => ({
  name,
  property,
  type,
  nullable: true,
  position,
  check: checkOf(type),
  primaryKey: property === "",
  hidden: false,
  generated: false,
  default: null,
  onUpdate: null,
  computed: null,
  comment: null,
  renamedFrom: null,
});

/** A relation to the rows of a query, which hang on nothing but their place in the statement. */
const relationTo = (name: string, rows: DerivedRows, optional: boolean): Relation => {
  const { table } = rows;
  const key = column(presenceAmong(rows.columns), "", int, 0);
  const columns = rows.named.map((each, index) => column(each.column, each.name, each.type, index + 1));
  const target: Table = {
    ...table,
    modelName: name,
    columns: [key, ...columns],
    byProperty: new Map(columns.map((each) => [each.property, each])),
    primaryKey: [key],
  };
  return { name, kind: "hasOne", target, toMany: false, optional, keys: [], through: null };
};

/** A step that joins, with everything that it binds. */
interface LateralStep {
  readonly key: string;
  readonly makeStep: () => ScopedStep;
  readonly values: readonly unknown[];
  readonly parameters: readonly ParameterNode[];
}

/** What `query`, made for a row of `scope`, adds to a query about these rows. */
export const lateralOf = (scope: LookupScope, name: string, query: InnerQuery, left: boolean, use: string): LateralStep => {
  const shape = query.shape.childFor("lateral", nothing);
  let rows = known.get(shape);
  if (rows === undefined) known.set(shape, (rows = plainRows(draftOf(query.root, shape).draft, use)));
  const select = innerSelect({ ...query, shape }, besideRows(rows, use), use);
  const parameters = parametersOf(select);
  const properties = rows.named.map((each) => each.name);
  const joins = (): ScopedStep => joining(scope, name, rows, select, parameters, left);
  return {
    key: `lateral ${left} ${JSON.stringify([name, ...properties])} ${fingerprint(select)}`,
    makeStep: joins,
    values: parameters.map((parameter) => parameter.value),
    parameters,
  };
};

const besideRows =
  (rows: DerivedRows, use: string) =>
  (draft: Draft): SelectStatement => {
    const isThere: SelectItem = { expression: one, alias: null, type: int };
    const isCut = draft.limit !== null || draft.offset !== null;
    return selectOf(draft, [isThere, ...partItems(rows, draft, use)], isCut ? orderOf(draft) : []);
  };

const joining = (
  scope: LookupScope,
  name: string,
  rows: DerivedRows,
  select: SelectStatement,
  parameters: readonly ParameterNode[],
  left: boolean,
): ScopedStep => {
  const relation = relationTo(name, rows, left);
  const columns = relation.target.columns.map((each) => each.name);
  const lateral: LateralJoin = Object.freeze({ source: joinedSource(scope.source, relation), select, columns, left });
  return { parameters, apply: (draft) => void draft.laterals.push(lateral), scope: scope.joining(relation) };
};
