/** The verbs of a query: they ask a `Runner` to run the plan that the query's shape keeps, and read the answer. */
import { ConfigurationError, MultipleResultsFound, NoResultFound } from "../base/errors.ts";
import { parametersOf } from "../ast/walk.ts";
import type { AggregateName } from "../ast/operator.ts";
import { bind } from "../engine/plan.ts";
import type { Plan } from "../engine/plan.ts";
import type { Rows, Runner } from "../engine/run.ts";
import type { StepMaker } from "../engine/shape.ts";
import type { Relation, Table } from "../schema/table.ts";
import { AggregateCall } from "./aggregate.ts";
import { assignmentsOf } from "./assignments.ts";
import { computedColumns } from "./computed.ts";
import type { Step } from "./draft.ts";
import { planText } from "./explain.ts";
import { ChildrenOf, childrenOf, fill } from "./include.ts";
import type { KeyedRow } from "./include.ts";
import type { Include } from "./include-tree.ts";
import type { CallOptions, CompiledQuery, ExplainOptions, StreamOptions, WriteOptions } from "./query.ts";
import { computedKey, RefinableQuery, startOf } from "./refinable-query.ts";
import type { QueryState } from "./refinable-query.ts";
import { rootOf } from "./root.ts";
import type { Root } from "./root.ts";
import { rowOf } from "./row-expressions.ts";
import { planOf } from "./terminal.ts";
import { branchesOf, valuesOf, valuesResult, valuesTree, withoutKeys } from "./values-tree.ts";
import type { Branch } from "./values-tree.ts";
import { aggregates, allRows, anyRow, deleteRows, firstRow, lastRow, onlyRow, rowCountOf, tuples, updateStep } from "./verbs.ts";

type Take<T> = (plan: Plan, answer: Rows, runner: Runner) => T;
const takeAll: Take<unknown[]> = (plan, answer, runner) => {
  const objects = plan.reader.all(answer.rows);
  if (runner.adopt !== undefined) runner.adopt(plan, answer.rows, objects);
  return objects;
};
const takeFirst: Take<unknown> = (plan, answer) => (answer.rows.length === 0 ? null : plan.reader.one(answer.rows[0]!));
const takeCount: Take<number> = (_plan, answer) => answer.count;
const defaultBatchSize = 1000;

type Row = Record<string, unknown>;

export class QueryBuilder extends RefinableQuery {
  readonly #runner: Runner | null;

  constructor(runner: Runner | null, state: QueryState) {
    super(state);
    this.#runner = runner;
  }

  static about(root: Root, runner: Runner | null): QueryBuilder {
    return new QueryBuilder(runner, startOf(root));
  }

  protected override derive(state: QueryState): this {
    // Nobody extends this class, so `this` is a QueryBuilder.
    return new QueryBuilder(this.#runner, state) as this;
  }

  protected override about(table: Table): this {
    return QueryBuilder.about(rootOf(table.model), this.#runner) as this;
  }

  /** The same query on another runner: how a statement made by `select()` is executed. */
  on(runner: Runner): QueryBuilder {
    return new QueryBuilder(runner, this.state);
  }

  // ------------------------------------------------------------ rows

  all(options?: CallOptions): Promise<unknown[]> {
    const rows = this.#run(allRows, takeAll, options);
    return this.state.includes.length === 0 ? rows : rows.then((parents) => this.#withIncludes(parents));
  }

  first(options?: CallOptions): Promise<unknown> {
    return this.#few(1, firstRow, options).then((rows) => rows[0] ?? null);
  }

  last(options?: CallOptions): Promise<unknown> {
    const { limit, offset, root } = this.state;
    if (limit !== null || offset > 0) {
      const message = `last() of ${root.table.modelName} does not go together with limit() or offset(). Order the other way round and use first().`;
      return Promise.reject(new ConfigurationError(message, { model: root.table.modelName }));
    }
    return this.#few(1, lastRow, options).then((rows) => rows[0] ?? null);
  }

  async one(options?: CallOptions): Promise<unknown> {
    const row = await this.oneOrNull(options);
    if (row !== null) return row;
    const { modelName } = this.state.root.table;
    throw new NoResultFound(`one(): no ${modelName} matches the query. Use oneOrNull() or first() if there may be none.`, {
      model: modelName,
    });
  }

  async oneOrNull(options?: CallOptions): Promise<unknown> {
    const rows = await this.#few(2, onlyRow, options);
    if (rows.length < 2) return rows[0] ?? null;
    const { modelName } = this.state.root.table;
    throw new MultipleResultsFound(`Several ${modelName} rows match the query, and one was expected. Narrow the query, or use first().`, {
      model: modelName,
    });
  }

  /** At most `count` rows, and no more than the query's own limit allows. */
  #few(count: number, verb: StepMaker<Step>, options?: CallOptions): Promise<unknown[]> {
    try {
      const { limit, includes } = this.state;
      const query = limit === null || limit <= count ? this : this.limit(count);
      const rows = query.#run(verb, takeAll, options);
      return includes.length === 0 ? rows : rows.then((parents) => query.#withIncludes(parents));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Undecoded rows with the plan that reads them, for results in other forms. */
  execute(options?: CallOptions): Promise<{ readonly plan: Plan; readonly answer: Rows }> {
    if (this.state.includes.length > 0)
      throw new ConfigurationError("execute() reads plain results. Load relations with query(…).with(…).all().");
    return this.#run(allRows, (plan, answer) => ({ plan, answer }), options);
  }

  async *stream({ batchSize = defaultBatchSize, signal }: StreamOptions = {}): AsyncGenerator<unknown> {
    if (!Number.isSafeInteger(batchSize) || batchSize < 1)
      throw new ConfigurationError("stream() takes a batchSize that is a whole number from 1.");
    const runner = this.#running();
    const plan = this.plan(allRows, runner);
    // Rows that pass by are kept by nobody: neither are their relations.
    const untracked = runner.untracked === undefined ? this : this.on(runner.untracked);
    for await (const answer of runner.stream(plan, this.state.values, batchSize, signal)) {
      yield* await untracked.#withIncludes(plan.reader.all(answer.rows));
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown> {
    return this.stream();
  }

  lazy(options?: CallOptions): Promise<unknown[]> {
    return this.#attempt(() => {
      if (this.state.includes.length > 0) throw new ConfigurationError("lazy() rows have no relations. Take with() out, or use all().");
      return this.#run(allRows, (plan, answer) => plan.lazy(answer.rows), options);
    });
  }

  // ------------------------------------------------------------ one value

  count(options?: CallOptions): Promise<number> {
    return this.#run(rowCountOf, takeFirst, options) as Promise<number>;
  }

  exists(options?: CallOptions): Promise<boolean> {
    return this.#run(anyRow, takeFirst, options) as Promise<boolean>;
  }

  sum(column: string, options?: CallOptions): Promise<unknown> {
    return this.#aggregate("sum", column, options);
  }
  avg(column: string, options?: CallOptions): Promise<unknown> {
    return this.#aggregate("avg", column, options);
  }
  min(column: string, options?: CallOptions): Promise<unknown> {
    return this.#aggregate("min", column, options);
  }
  max(column: string, options?: CallOptions): Promise<unknown> {
    return this.#aggregate("max", column, options);
  }

  #aggregate(name: AggregateName, column: string, options?: CallOptions): Promise<unknown> {
    return this.aggregate({ value: new AggregateCall(name, column, false) }, options).then((row) => (row as Row)["value"]);
  }

  aggregate(given: object, options?: CallOptions): Promise<unknown> {
    return this.#attempt(() => {
      const columns = computedColumns(this.state.scope, given, "aggregate()", true);
      const parameters = columns.flatMap((column) => parametersOf(column.expression));
      const values = parameters.map((parameter) => parameter.value);
      const makeStep = (): Step => ({ ...aggregates(columns).makeStep(), parameters });
      return this.step(`aggregate ${computedKey(columns)}`, makeStep, values).#runHere(takeFirst, options);
    });
  }

  // ------------------------------------------------------------ some columns

  values(...columns: string[]): Promise<unknown[]> {
    return this.#attempt(async () => {
      const tree = valuesTree(this.state.scope, columns);
      const query = this.step(`values ${JSON.stringify(columns)}`, () => valuesOf(tree).makeStep());
      const rows = await query.#runHere(takeAll);
      await Promise.all(branchesOf(tree).map((branch) => query.#fillBranch(rows, branch)));
      return withoutKeys(tree, rows);
    });
  }

  async #fillBranch(rows: readonly unknown[], { way, relation, node }: Branch): Promise<void> {
    const parents = way.reduce<readonly unknown[]>((at, name) => at.map((row) => (row as Row)[name]).filter((row) => row !== null), rows);
    const verb = new ChildrenOf(relation, (draft) => valuesResult(node, draft));
    const read = async (keys: readonly (readonly unknown[])[]): Promise<readonly unknown[]> => {
      const children = (await this.about(relation.target).#runWith(verb, keys)) as KeyedRow[];
      const inner = children.map((child) => child.row);
      await Promise.all(branchesOf(node).map((branch) => this.#fillBranch(inner, branch)));
      const trimmed = withoutKeys(node, inner);
      return children.map((child, index) => ({ ...child, row: trimmed[index] }));
    };
    await fill(parents as object[], relation, read, { limit: null, offset: 0 });
  }

  valuesList(...columns: string[]): Promise<unknown[]> {
    return this.#tuples(columns, false, "valuesList()");
  }

  column(column: string): Promise<unknown[]> {
    return this.#tuples([column], true, "column()");
  }

  #tuples(columns: readonly string[], single: boolean, use: string): Promise<unknown[]> {
    const { scope } = this.state;
    return this.#attempt(() =>
      this.step(`${use} ${JSON.stringify(columns)}`, () => tuples(scope, columns, single, use).makeStep()).#runHere(takeAll),
    );
  }

  // ------------------------------------------------------------ writes

  update(values: unknown, options: WriteOptions = {}): Promise<number> {
    return this.#attempt(() => {
      const { root, scope } = this.state;
      this.#assertConsent("update", options);
      const given = typeof values === "function" ? (values as (row: unknown) => unknown)(rowOf(scope)) : values;
      const assignments = assignmentsOf(root.table, scope.source, given, "update()");
      const bound = assignments.flatMap((assignment) => assignment.values);
      const key = `update ${assignments.map((assignment) => assignment.key).join()}`;
      return this.step(key, () => updateStep(assignments), bound).#runHere(takeCount, options);
    });
  }

  delete(options: WriteOptions = {}): Promise<number> {
    return this.#attempt(() => {
      this.#assertConsent("delete", options);
      return this.#run(deleteRows, takeCount, options);
    });
  }

  #assertConsent(verb: string, options: WriteOptions): void {
    if (this.state.restricted || options.all === true) return;
    const { modelName } = this.state.root.table;
    throw new ConfigurationError(
      `${verb}() of ${modelName} has no condition and would ${verb} every row. Add filter(…) or where(…), or pass { all: true } if you mean it.`,
      { model: modelName },
    );
  }

  // ------------------------------------------------------------ the statement itself

  toSQL(): CompiledQuery {
    const plan = this.plan(allRows, this.#running());
    return { sql: plan.sql, params: bind(plan, this.state.values) };
  }

  explain({ analyze = false, signal }: ExplainOptions = {}): Promise<string> {
    return this.#attempt(async () => {
      const runner = this.#running();
      return planText(runner, this.plan(allRows, runner), this.state.values, analyze, signal);
    });
  }

  // ------------------------------------------------------------ running

  #running(): Runner {
    if (this.#runner !== null) return this.#runner;
    throw new ConfigurationError(
      "A statement made by select() runs where it is executed: await session.execute(statement), or start with session.query(…).",
    );
  }

  /** The plan of this query with `verb` as its last step. */
  plan(verb: StepMaker<Step>, runner: Runner = this.#running()): Plan {
    return this.#planAt(this.state.shape.child(verb), runner);
  }

  #planAt(shape: QueryState["shape"], runner: Runner): Plan {
    return planOf(this.state.root, shape, runner.dialect);
  }

  /** Runs the query with `verb` as its last step. */
  #run<T>(verb: StepMaker<Step>, take: Take<T>, options?: CallOptions): Promise<T> {
    try {
      return this.#runAt(this.state.shape.child(verb), this.state.values, take, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Runs a query whose last step is a verb already. */
  #runHere<T>(take: Take<T>, options?: CallOptions): Promise<T> {
    return this.#runAt(this.state.shape, this.state.values, take, options);
  }

  #runWith(verb: StepMaker<Step>, values: readonly unknown[]): Promise<unknown[]> {
    return this.#runAt(this.state.shape.child(verb), [...this.state.values, ...values], takeAll);
  }

  #runAt<T>(shape: QueryState["shape"], values: readonly unknown[], take: Take<T>, options?: CallOptions): Promise<T> {
    const runner = this.#running();
    const plan = this.#planAt(shape, runner);
    const answer = runner.run(plan, values, options?.signal);
    return answer instanceof Promise ? answer.then((later) => take(plan, later, runner)) : Promise.resolve(take(plan, answer, runner));
  }

  /** Turns what `work` throws into a rejection: a verb never throws at once. */
  #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return work();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  // ------------------------------------------------------------ relations

  async #withIncludes(rows: unknown[]): Promise<unknown[]> {
    await this.#include(rows as object[], this.state.includes);
    return rows;
  }

  async #include(parents: readonly object[], includes: readonly Include<RefinableQuery>[]): Promise<void> {
    if (parents.length === 0 || includes.length === 0) return;
    await Promise.all(includes.map((include) => this.#includeOne(parents, include)));
  }

  async #includeOne(parents: readonly object[], { relation, strategy, children, refined }: Include<RefinableQuery>): Promise<void> {
    if (strategy === "none") {
      for (const parent of parents) (parent as Row)[relation.name] = relation.toMany ? [] : null;
      return;
    }
    if (strategy === "joined") {
      const joined = parents.map((parent) => (parent as Row)[relation.name]).filter((row) => row !== null);
      return this.#include(joined as object[], children);
    }
    const state = refined === null ? this.about(relation.target).#includingAll(children).state : refined.state;
    const query = new QueryBuilder(this.#runner, state);
    await fill(parents, relation, (keys) => query.#children(relation, keys), state);
  }

  #includingAll(children: readonly Include<RefinableQuery>[]): this {
    return children.length === 0 ? this : this.including(children);
  }

  async #children(relation: Relation, keys: readonly (readonly unknown[])[]): Promise<readonly KeyedRow[]> {
    const children = (await this.#runWith(childrenOf(relation), keys)) as KeyedRow[];
    await this.#include(
      children.map((child) => child.row as object),
      this.state.includes,
    );
    return children;
  }
}
