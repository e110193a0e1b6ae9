/** Rows of a many-to-many relation's join table, by the objects on both sides. Each call is one statement. */
import { ConfigurationError } from "../base/errors.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { ExpressionNode, ParameterNode } from "../ast/expression.ts";
import { rootSource } from "../ast/source.ts";
import type { ColumnRef, TableRef } from "../ast/source.ts";
import type { Runner } from "../engine/run.ts";
import { rootOf } from "../query/root.ts";
import type { Root } from "../query/root.ts";
import type { AnyModel } from "../schema/entity.ts";
import type { Relation, Table } from "../schema/table.ts";
import { insertPlan } from "./insert-row.ts";
import { prepareRow } from "./prepared-row.ts";
import type { Row } from "./prepared-row.ts";
import { own } from "./relations.ts";
import { runWrite } from "./write-plan.ts";
import type { WritePlan } from "./write-plan.ts";

/** The columns of a join table and the columns they point at. */
interface JoinTable {
  readonly table: TableRef;
  readonly ownerKey: ColumnRef;
  readonly ownerColumn: ColumnRef;
  readonly memberKey: ColumnRef;
  readonly memberColumn: ColumnRef;
}

const joinTableOf = (root: Root, relation: Relation): JoinTable => {
  const { through, keys } = relation;
  const [[ownerColumn, ownerKey]] = keys as readonly [Relation["keys"][number]];
  const [[memberKey, memberColumn]] = through!.keys as readonly [Relation["keys"][number]];
  assertUnique(root, relation, through!.table, [ownerKey, memberKey]);
  return { table: through!.table, ownerKey, ownerColumn, memberKey, memberColumn };
};

const isModelTable = (table: TableRef): table is Table => "model" in table;

/** Without a unique pair, adding twice would make two rows. Of a table without a model nothing is known; its pair is taken to be the primary key. */
const assertUnique = ({ table }: Root, { name }: Relation, through: TableRef, pair: readonly ColumnRef[]): void => {
  if (!isModelTable(through)) return;
  const uniques = [through.primaryKey, ...through.uniques.map(({ columns }) => columns)];
  const isPair = (columns: readonly ColumnRef[]): boolean =>
    columns.length === 2 && columns.every((column) => pair.some(({ name: other }) => other === column.name));
  if (uniques.some(isPair)) return;
  throw new ConfigurationError(
    `${table.modelName}.${name} is changed through ${through.modelName}, whose ${pair.map(({ property }) => `'${property}'`).join(" and ")} are not unique together. ` +
      `Make them its primary key, or list them under unique.`,
    { model: through.modelName },
  );
};

const keyOf = (object: Row, column: ColumnRef, use: string): unknown => {
  const value = own(object, column.property);
  if (value !== null) return value;
  throw new ConfigurationError(`${use}: an object has no '${column.property}' yet. Insert it first, or add it to the session.`, {
    property: column.property,
  });
};

const parameterOf = (column: ColumnRef, form: "one" | "list" = "one"): ParameterNode => ({
  node: "parameter",
  form,
  type: column.type,
  value: undefined,
  name: column.property,
});

const nothing = { clause: { target: [], update: [] }, parameters: [] } as const;

/** Inserts the pairs that are not there yet. */
export const addLink = (runner: Runner, root: Root, relation: Relation, owner: Row, members: readonly Row[]): MaybePromise<void> => {
  if (members.length === 0) return undefined;
  const join = joinTableOf(root, relation);
  const { table, ownerKey, memberKey } = join;
  const use = `${root.table.modelName}.${relation.name}`;
  const pairs = members.map((member) => [keyOf(owner, join.ownerColumn, use), keyOf(member, join.memberColumn, use)] as const);
  if (isModelTable(table))
    return addRows(
      runner,
      table,
      pairs.map(([one, other]) => ({ [ownerKey.property]: one, [memberKey.property]: other })),
    );
  const plan = (): WritePlan => {
    const rows = pairs.map(() => [parameterOf(ownerKey), parameterOf(memberKey)]);
    const statement: WritePlan["statement"] = (_source, returning) => ({
      statement: "insert",
      table,
      columns: [ownerKey, memberKey],
      rows,
      conflict: nothing.clause,
      returning,
    });
    return { parameters: rows.flat(), returning: [], statement };
  };
  return whenDone(runWrite(runner, root, `link ${relation.name} ${pairs.length}`, plan, pairs.flat()), () => {});
};

/** Rows of a join table that is a model: its other columns get their defaults. */
const addRows = (runner: Runner, table: Table, values: readonly Row[]): MaybePromise<void> => {
  const root = rootOf(table.model);
  const model = table.model as AnyModel & (new (values: object) => Row);
  const rows = values.map((each) => prepareRow(model, new model(each), "add()"));
  // All were made from the same two columns, so all give the same ones.
  const { form } = rows[0]!;
  const plan = (): WritePlan => {
    const plans = rows.map(() => insertPlan(table, form, nothing));
    const statement: WritePlan["statement"] = (source) => {
      const inserts = plans.map((each) => each.statement(source, [])).filter((each) => each.statement === "insert");
      return { ...inserts[0]!, rows: inserts.flatMap((each) => each.rows) };
    };
    return { parameters: plans.flatMap((each) => each.parameters), returning: [], statement };
  };
  const bound = rows.flatMap((row) => row.values);
  return whenDone(runWrite(runner, root, `link ${form.key} ${rows.length}`, plan, bound), () => {});
};

/** Deletes the pairs of `owner` with `members`, all pairs but those (`"others"`), or every one (`"all"`). */
export const removeLinks = (
  runner: Runner,
  root: Root,
  relation: Relation,
  owner: Row,
  members: readonly Row[],
  which: "these" | "others" | "all",
): MaybePromise<void> => {
  const join = joinTableOf(root, relation);
  const use = `${root.table.modelName}.${relation.name}`;
  const keys = members.map((member) => keyOf(member, join.memberColumn, use));
  const values = [keyOf(owner, join.ownerColumn, use), ...(which === "all" ? [] : [keys])];
  const plan = (): WritePlan => {
    const source = rootSource(join.table);
    const [one, list] = [parameterOf(join.ownerKey), parameterOf(join.memberKey, "list")];
    const left: ExpressionNode = { node: "column", source, column: join.ownerKey };
    const isOwner: ExpressionNode = { node: "comparison", operator: "=", left, right: one };
    const operand: ExpressionNode = { node: "column", source, column: join.memberKey };
    const isMember: ExpressionNode = { node: "in", operand, list, negated: which === "others" };
    const where: ExpressionNode = which === "all" ? isOwner : { node: "logical", operator: "and", operands: [isOwner, isMember] };
    return {
      parameters: which === "all" ? [one] : [one, list],
      returning: [],
      statement: (_source, returning) => ({ statement: "delete", source, where, deleted: "include", returning }),
    };
  };
  return whenDone(runWrite(runner, root, `unlink ${which} ${relation.name}`, plan, values), () => {});
};
