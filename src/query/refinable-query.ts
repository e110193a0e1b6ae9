/**
 * The half of a query that says what is wanted: an immutable place in the model's trie of shapes, and the values gathered on the way.
 * Each method goes one step down the trie. `query-builder.ts` adds the verbs that run it; the public types are in `query.ts`.
 */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { conditionNode } from "../ast/expression-builder.ts";
import type { ExpressionNode, ParameterNode } from "../ast/expression.ts";
import { fingerprint, numberOf } from "../ast/fingerprint.ts";
import { parametersOf } from "../ast/walk.ts";
import { byEngine, cacheChoice } from "../engine/cache-choice.ts";
import type { CacheChoice, CacheOptions } from "../engine/cache-choice.ts";
import type { Shape, StepMaker } from "../engine/plans/shape.ts";
import { tableOf } from "../schema/registry.ts";
import type { Table } from "../schema/table.ts";
import { describe } from "../types/column-type.ts";
import type { SetOperator } from "../ast/operator.ts";
import { compound, derived, recursive } from "./derived/derived.ts";
import type { Derived, Walk } from "./derived/derived.ts";
import { computedColumns } from "./expressions/computed.ts";
import { conditionStep, resolve, stepOf } from "./lookups/conditions.ts";
import type { ComputedColumn, Step } from "./draft.ts";
import { groupsOf } from "./expressions/groups.ts";
import { addPath, addRefined, includeDrafts, includeKey, joinedSelects } from "./loading/include-tree.ts";
import type { Include } from "./loading/include-tree.ts";
import type { Load } from "./loading/load.ts";
import { assertBeside, lateralOf, notLateral } from "./loading/lateral.ts";
import type { LookupScope, ScopedStep } from "./lookups/lookup-scope.ts";
import { addOrdering, ordering, orderingOf } from "./expressions/ordering.ts";
import { assertLookups, combinationOf, isQ } from "./lookups/q.ts";
import type { LockOptions } from "./query.ts";
import { refinedTable } from "./loading/refined-table.ts";
import { isOutside, withRow } from "./root.ts";
import type { Root } from "./root.ts";
import { kept } from "./lookups/lookup.ts";
import { isSkip } from "./lookups/skip.ts";
import { deletedStep, distinctStep, limitStep, lockStep, nothingStep, offsetStep, rowCount } from "./steps.ts";
import { holdsWindow, refuseWindow } from "./expressions/windowed.ts";

/** What a query says. */
export interface QueryState {
  readonly root: Root;
  readonly scope: LookupScope;
  readonly shape: Shape<Step>;
  readonly values: readonly unknown[];
  readonly includes: readonly Include<RefinableQuery>[];
  /** Whether a condition has been given, so that a write does not meet every row. */
  readonly restricted: boolean;
  readonly limit: number | null;
  readonly offset: number;
  readonly grouped: boolean;
  /** Whether deleted rows count everywhere: in the relations that the query loads, too. */
  readonly seesDeleted: boolean;
  /** Whether it is known to have no rows, so that nobody need be asked for them. */
  readonly isNothing: boolean;
  /** Whether a row may come several times, each with another beside it: such rows are nobody's to keep. */
  readonly isJoined: boolean;
  /** What it says to a cache of answers; `null` where it is not to be asked. */
  readonly cache: CacheChoice | null;
}

/** Where a query of the root begins: one state for all, since none is ever changed. */
export const startOf = (root: Root): QueryState => (root.start ??= newStart(root)) as QueryState;

const newStart = (root: Root): QueryState => ({
  root,
  scope: root.scope,
  shape: root.shape,
  values: [],
  includes: [],
  restricted: false,
  limit: null,
  offset: 0,
  grouped: false,
  seesDeleted: false,
  isNothing: false,
  isJoined: false,
  cache: byEngine,
});

/** The key of a step that computes columns: everything about them but their values. */
export const computedKey = (columns: readonly ComputedColumn[]): string =>
  columns.map(({ name, expression }) => `${name.length}:${name}=${fingerprint(expression)}`).join();

/** Which parameters are those of a query outside, as a part of a step's key: a step that names a column of another query is another step. */
const outside = (parameters: readonly ParameterNode[]): string => {
  const found = parameters.filter(isOutside);
  return found.length === 0 ? "" : ` outside ${found.map(numberOf).join()}`;
};

export abstract class RefinableQuery {
  // Private, so that printing a query shows no values.
  readonly #state: QueryState;

  constructor(state: QueryState) {
    this.#state = state;
  }

  /** Whether `value` was made by `query()` or `select()`. Recognised by its private field: a copy of a query holds none. */
  static isQuery(value: unknown): value is RefinableQuery {
    return typeof value === "object" && value !== null && #state in value;
  }

  protected abstract derive(state: QueryState): this;
  /** A query about another model, for `with(relation, refine)`. */
  protected abstract about(table: Table): this;

  get state(): QueryState {
    return this.#state;
  }

  /** Goes one step down by a maker whose identity is the key. */
  protected child(maker: StepMaker<Step>): this {
    return this.derive({ ...this.#state, shape: this.#state.shape.child(maker) });
  }

  /** Goes one step down by a text that says all about the step but its values. `parameters` are those of expressions that the caller gave. */
  protected step(
    key: string,
    makeStep: () => Step,
    values: readonly unknown[] = [],
    changes: Partial<QueryState> = {},
    parameters: readonly ParameterNode[] = [],
  ): this {
    const state = this.#state;
    const shape = state.shape.childFor(key + this.#sharing(parameters) + outside(parameters), makeStep);
    return this.derive({ ...state, shape, values: [...state.values, ...values], ...changes });
  }

  /**
   * Which parameters earlier steps hold already, as a part of a step's key: a condition used twice has one value, two conditions of the same
   * text have two, so their plans differ.
   */
  #sharing(parameters: readonly ParameterNode[]): string {
    if (parameters.length === 0) return "";
    const held = this.#state.shape.steps().flatMap((step) => step.parameters);
    const places = parameters.map((parameter) => held.indexOf(parameter));
    return places.every((place) => place < 0) ? "" : ` again ${places.join()}`;
  }

  /** The rows of this query, as what a new query is about. */
  asSource(): this {
    return this.#fromRows(derived(this.#state));
  }

  #fromRows({ root, values }: Derived): this {
    return this.derive({ ...startOf(root), values, cache: this.#state.cache });
  }

  recursive(walk: Walk): this {
    return this.#fromRows(recursive(this.#state, walk));
  }

  /** The rows of this query and of others, as one source. */
  compound(operator: SetOperator, others: readonly RefinableQuery[]): this {
    if (others.length === 0) throw new ConfigurationError(`${operator}() takes two queries or more, and was given one.`);
    const states = others.map((query) => query.state);
    return this.#fromRows(compound(operator, this.#state, states));
  }

  /** One step down by an expression that whoever embeds the query makes use of. */
  asking(use: string, node: ExpressionNode): this {
    const parameters = parametersOf(node);
    const values = parameters.map((parameter) => parameter.value);
    return this.step(`${use} ${fingerprint(node)}`, () => ({ parameters, apply: () => {} }), values, {}, parameters);
  }

  filter(lookups: object): this {
    if (typeof lookups !== "object" || lookups === null || Array.isArray(lookups) || isQ(lookups)) return this.#conditions(lookups, false);
    const state = this.#state;
    let shape = state.shape;
    let collections = 0;
    let { values } = state;
    for (const key of Object.keys(lookups)) {
      const given = (lookups as Record<string, unknown>)[key];
      if (isSkip(given)) continue;
      const value = kept(given);
      const form = state.scope.lookup(key).formOf(value);
      values = form.valuesWith(values, value);
      if (form.lookup.toMany && ++collections > 1) return this.#conditions(lookups, false);
      shape = shape.child(form);
    }
    if (shape !== state.shape) return this.derive({ ...state, shape, values, restricted: true });
    assertLookups(lookups);
    return this;
  }

  having(lookups: object): this {
    return this.filter(lookups);
  }

  exclude(lookups: object): this {
    return this.#conditions(lookups, true);
  }

  #conditions(lookups: unknown, negated: boolean): this {
    const { scope } = this.#state;
    const resolved = resolve(scope, combinationOf(lookups));
    if (resolved === null) return this;
    const key = `${negated ? "exclude" : "filter"} ${resolved.key}`;
    return this.step(key, () => conditionStep(resolved, scope.source, negated), resolved.values, { restricted: true });
  }

  where(condition: unknown): this {
    const { scope } = this.#state;
    const given = typeof condition === "function" ? withRow(scope, condition as (row: unknown) => unknown) : condition;
    const node = conditionNode(given, "where()");
    if (holdsWindow(node)) refuseWindow("the condition", "where()", scope.table.modelName);
    const parameters = parametersOf(node);
    const values = parameters.map((parameter) => parameter.value);
    return this.step(`where ${fingerprint(node)}`, () => stepOf(node, parameters, false), values, { restricted: true }, parameters);
  }

  orderBy(...keys: unknown[]): this {
    const { root, scope } = this.#state;
    let query: this = this;
    for (const key of keys) {
      if (typeof key === "function") query = query.#orderByExpression(key as (row: unknown) => unknown);
      else if (typeof key === "string" && scope === root.scope) query = query.child(root.order(key));
      else query = query.#orderByName(key);
    }
    return query;
  }

  #orderByName(key: unknown): this {
    const maker = ordering(this.#state.scope, key);
    return this.step(`order ${key as string}`, () => maker.makeStep());
  }

  #orderByExpression(key: (row: unknown) => unknown): this {
    const node = orderingOf(withRow(this.#state.scope, key));
    const parameters = parametersOf(node.expression);
    const values = parameters.map((parameter) => parameter.value);
    const text = `order ${node.direction} ${node.nulls} ${fingerprint(node.expression)}`;
    return this.step(text, () => ({ parameters, apply: (draft) => addOrdering(draft, node) }), values, {}, parameters);
  }

  limit(count: number): this {
    const limit = rowCount(count, "limit");
    const state = this.#state;
    return this.derive({ ...state, shape: state.shape.child(limitStep), values: [...state.values, limit], limit });
  }

  offset(count: number): this {
    const offset = rowCount(count, "offset");
    const state = this.#state;
    return this.derive({ ...state, shape: state.shape.child(offsetStep), values: [...state.values, offset], offset });
  }

  none(): this {
    return this.derive({ ...this.child(nothingStep).state, restricted: true, isNothing: true });
  }

  cache(options: CacheOptions = {}): this {
    return this.derive({ ...this.#state, cache: cacheChoice(options) });
  }

  noCache(): this {
    return this.derive({ ...this.#state, cache: null });
  }

  distinct(): this {
    return this.child(distinctStep);
  }

  forUpdate(options: LockOptions = {}): this {
    return this.child(lockStep(options));
  }

  withDeleted(): this {
    this.#assertSoftDeletable("withDeleted()");
    return this.seeingDeleted();
  }

  onlyDeleted(): this {
    this.#assertSoftDeletable("onlyDeleted()");
    return this.derive({ ...this.child(deletedStep.only).state, seesDeleted: false });
  }

  protected seeingDeleted(): this {
    return this.derive({ ...this.child(deletedStep.include).state, seesDeleted: true });
  }

  #assertSoftDeletable(use: string): void {
    const { table } = this.#state.root;
    if (table.softDelete !== null) return;
    if (table !== tableOf(table.model)) {
      throw new ConfigurationError(
        `${use}: the rows of a source are those of its queries, deleted ones included if they are there. Say ${use} of ${table.modelName} before from(), a set operation or recursive().`,
        { model: table.modelName },
      );
    }
    throw new ConfigurationError(`${use}: ${table.modelName} cannot be soft-deleted. Spread ...softDelete into the model first.`, {
      model: table.modelName,
    });
  }

  with(...relations: unknown[]): this {
    const { root, includes } = this.#state;
    const [name, refine] = relations;
    if (typeof refine === "function") {
      const refined = (table: Table): RefinableQuery => this.#refined(table, refine as (query: unknown) => unknown);
      return this.including(addRefined(root.table, includes, String(name), refined));
    }
    const paths = relations as (string | Load<string>)[];
    return this.including(paths.reduce<readonly Include<RefinableQuery>[]>((all, path) => addPath(root.table, all, path), includes));
  }

  #refined(table: Table, refine: (query: unknown) => unknown): RefinableQuery {
    const query = refine(this.about(table));
    if (RefinableQuery.isQuery(query)) return query;
    throw new ConfigurationError(`The callback of with() returns the query that it was given, refined; it returned ${describe(query)}.`);
  }

  protected including(includes: readonly Include<RefinableQuery>[]): this {
    const drafts = includeDrafts(includes, (relation, refined) => refinedTable(relation, refined.state));
    const parameters = joinedSelects(drafts).flatMap(parametersOf);
    const values = parameters.map((parameter) => parameter.value);
    const step: Step = { parameters, apply: (draft) => void draft.includes.splice(0, Infinity, ...drafts) };
    return this.step(`with ${includeKey(drafts)}`, () => step, values, { includes }, parameters);
  }

  only(...columns: string[]): this {
    this.#assertColumns(columns, "only()");
    return this.step(`only ${columns.join()}`, () => ({ parameters: [], apply: (draft) => void (draft.only = new Set(columns)) }));
  }

  defer(...columns: string[]): this {
    this.#assertColumns(columns, "defer()");
    const apply: Step["apply"] = (draft) => columns.forEach((column) => draft.deferred.add(column));
    return this.step(`defer ${columns.join()}`, () => ({ parameters: [], apply }));
  }

  #assertColumns(columns: readonly string[], use: string): void {
    const { table } = this.#state.root;
    const unknown = columns.find((column) => !table.byProperty.has(column));
    if (unknown === undefined) return;
    throw new ConfigurationError(`${use}: ${table.modelName} has no column '${unknown}'.${didYouMean(unknown, table.byProperty.keys())}`, {
      model: table.modelName,
      property: unknown,
    });
  }

  annotate(annotations: unknown): this {
    const { scope, grouped } = this.#state;
    const given = typeof annotations === "function" ? withRow(scope, annotations as (row: unknown) => unknown) : annotations;
    const columns = computedColumns(scope, given, "annotate()", grouped);
    return this.#computing("annotate", columns, (draft) => columns.forEach((column) => draft.annotations.set(column.name, column)));
  }

  select(projection: unknown): this {
    const { scope } = this.#state;
    if (typeof projection !== "function")
      throw new ConfigurationError(`select() takes a function, as in select((row) => ({ name: row.name })), not ${describe(projection)}.`);
    const columns = computedColumns(scope, withRow(scope, projection as (row: unknown) => unknown), "select()", false);
    return this.#computing("select", columns, (draft) => void (draft.projection = columns));
  }

  /** Adds computed columns to the row, and to the names that later methods may use. */
  #computing(use: string, columns: readonly ComputedColumn[], apply: Step["apply"]): this {
    const { scope } = this.#state;
    const parameters = columns.flatMap((column) => parametersOf(column.expression));
    const values = parameters.map((parameter) => parameter.value);
    const makeStep = (): ScopedStep => ({ parameters, apply, scope: scope.computing(columns) });
    return this.step(`${use} ${computedKey(columns)}`, makeStep, values, {}, parameters).#scoped();
  }

  /** With the names that the last step knows. */
  #scoped(): this {
    return this.derive({ ...this.#state, scope: (this.#state.shape.step as ScopedStep).scope });
  }

  joinLateral(name: unknown, query: unknown): this {
    return this.#besides("joinLateral()", name, query, false);
  }

  leftJoinLateral(name: unknown, query: unknown): this {
    return this.#besides("leftJoinLateral()", name, query, true);
  }

  #besides(use: string, name: unknown, query: unknown, left: boolean): this {
    const { scope } = this.#state;
    if (typeof query !== "function") throw notLateral(use, describe(query));
    assertBeside(this.#state, name, use);
    const inner = withRow(scope, query as (row: unknown) => unknown);
    if (!RefinableQuery.isQuery(inner)) throw notLateral(use, `a function that returns ${describe(inner)}`);
    const beside = lateralOf(scope, name, inner.state, left, use);
    return this.step(beside.key, beside.makeStep, beside.values, { isJoined: true }, beside.parameters).#scoped();
  }

  groupBy(...columns: string[]): this {
    const groups = groupsOf(this.#state.scope, columns);
    const apply: Step["apply"] = (draft) => {
      draft.groupBy = groups;
      // What was computed for each row is there to be named; the result has what is computed for each group.
      draft.annotations.clear();
    };
    return this.step(`group ${JSON.stringify(columns)}`, () => ({ parameters: [], apply }), [], { grouped: true });
  }
}
