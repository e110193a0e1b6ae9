/** The verbs of a query: they ask a `Runner` to run the plan that the query's shape keeps, and read the answer. */
import { ConfigurationError, MultipleResultsFound, NoResultFound } from "../base/errors.ts";
import { parametersOf } from "../ast/walk.ts";
import type { AggregateName } from "../ast/operator.ts";
import { assertNotAsked, byEngine } from "../engine/cache-choice.ts";
import { signalOf, startedLimit } from "../engine/call-limit.ts";
import { bind } from "../engine/plans/plan.ts";
import type { ExplainedPlan } from "../engine/explain/explained-plan.ts";
import type { Plan } from "../engine/plans/plan.ts";
import { readAll, readFirst } from "../engine/run.ts";
import type { Rows, Runner } from "../engine/run.ts";
import type { StepMaker } from "../engine/plans/shape.ts";
import type { Relation, Table } from "../schema/table.ts";
import { AggregateCall } from "./expressions/aggregate.ts";
import { assertBatchSize, ColumnarQuery } from "./columnar-query.ts";
import { computedColumns } from "./expressions/computed.ts";
import type { Step } from "./draft.ts";
import { assertWriteExplained, explainerOf } from "./explain.ts";
import { fill } from "./loading/fill.ts";
import type { Children, ReadChildren } from "./loading/fill.ts";
import { assertStreamable, gather, gatherKeyed, joinedMany } from "./loading/gather.ts";
import type { Pair } from "./loading/gather.ts";
import { ChildrenOf, childrenOf, isWrapped } from "./loading/include.ts";
import { merged } from "./loading/include-tree.ts";
import type { Include } from "./loading/include-tree.ts";
import { isWhole, loadMissing, loadRelations } from "./loading/load-relations.ts";
import type { FetchChildren } from "./loading/load-relations.ts";
import { namesAndOptions } from "./names-and-options.ts";
import type { CallOptions, CompiledQuery, ExplainedWrite, ExplainOptions, StreamOptions, WriteOptions } from "./query.ts";
import type { Take } from "./paging/paging-query.ts";
import { computedKey, RefinableQuery, startOf } from "./refinable-query.ts";
import type { QueryState } from "./refinable-query.ts";
import { rootOf } from "./root.ts";
import type { Root } from "./root.ts";
import { planOf } from "./terminal.ts";
import { branchesOf, valuesOf, valuesResult, valuesTree, withoutKeys } from "./results/values-tree.ts";
import type { Branch } from "./results/values-tree.ts";
import { aggregates, allRows, assertConsent, deleteRows, lastRow, rowVerbs, tuples, updateOf, valueVerbs } from "./verbs.ts";

const takeChildren: Take<Children> = (plan, answer, runner) => ({ found: readAll(plan, answer, runner), wrapped: isWrapped(plan.shape) });
const takeCount: Take<number> = (_plan, answer) => answer.count;
/** What a query without rows need not ask for. */
const asksRows: ReadonlySet<unknown> = new Set([readAll, takeChildren, takeCount]);
const noRows: Rows = { rows: [], count: 0, columns: [] };
const defaultBatchSize = 1000;

type Row = Record<string, unknown>;
type Explaining = ExplainOptions & ExplainedWrite<unknown>;

export class QueryBuilder extends ColumnarQuery {
  readonly #runner: Runner | null;

  constructor(runner: Runner | null, state: QueryState) {
    super(state);
    this.#runner = runner;
  }

  /** The query behind a public one; `null` for anything else. */
  static of(value: unknown): QueryBuilder | null {
    // Nobody extends the other half but this class.
    return RefinableQuery.isQuery(value) ? (value as QueryBuilder) : null;
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
    return this.#attempt(() => {
      const limit = startedLimit(options);
      return this.whole(this.#run(allRows, readAll, limit), limit);
    });
  }

  first(options?: CallOptions): Promise<unknown> {
    return this.#few(1, rowVerbs.first, options).then((rows) => rows[0] ?? null);
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
    const rows = await this.#few(2, rowVerbs.only, options);
    if (rows.length < 2) return rows[0] ?? null;
    const { modelName } = this.state.root.table;
    throw new MultipleResultsFound(`Several ${modelName} rows match the query, and one was expected. Narrow the query, or use first().`, {
      model: modelName,
    });
  }

  /** At most `count` rows, and no more than the query's own limit allows. */
  #few(count: number, verb: StepMaker<Step>, options?: CallOptions): Promise<unknown[]> {
    try {
      const { limit } = this.state;
      const query = limit === null || limit <= count ? this : this.limit(count);
      const started = startedLimit(options);
      return this.whole(query.#run(verb, readAll, started), started);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Undecoded rows with the plan that reads them, for results in other forms. */
  execute(options?: CallOptions): Promise<{ readonly plan: Plan; readonly answer: Rows }> {
    return this.#attempt(() => {
      if (this.state.includes.length > 0)
        throw new ConfigurationError("execute() reads plain results. Load relations with query(…).with(…).all().");
      const runner = this.running();
      const plan = this.plan(allRows, runner);
      const answer = runner.run({ ...plan, wire: null }, this.state.values, signalOf(options), this.state.cache);
      return Promise.resolve(answer).then((rows) => ({ plan, answer: rows }));
    });
  }

  /** What `all()` would run, to be sent with others, and what reads its answer. */
  forBatch(signal?: AbortSignal): {
    readonly item: { readonly plan: Plan; readonly values: readonly unknown[] };
    readonly read: (answer: Rows) => Promise<unknown[]>;
  } {
    const plan = this.plan(allRows);
    assertNotAsked(this.state.cache, "batch()");
    return {
      item: { plan, values: this.state.values },
      read: async (answer) => {
        const rows = this.#gathered(readAll(plan, answer, this.running()));
        await loadRelations(rows as object[], this.state.includes, this.#fetching(signal));
        return rows;
      },
    };
  }

  async *stream({ batchSize = defaultBatchSize, ...limit }: StreamOptions = {}): AsyncGenerator<unknown> {
    assertBatchSize("stream()", batchSize);
    assertNotAsked(this.state.cache, "stream()");
    assertStreamable(this.state);
    const runner = this.running();
    const plan = this.plan(allRows, runner);
    const signal = signalOf(limit);
    // Rows that pass by are kept by nobody: neither are their relations.
    const untracked = runner.untracked === undefined ? this : this.on(runner.untracked);
    for await (const answer of runner.stream(plan, this.state.values, batchSize, signal)) {
      const rows = readAll(plan, answer);
      await loadRelations(rows as object[], this.state.includes, untracked.#fetching(signal));
      yield* rows;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown> {
    return this.stream();
  }

  lazy(options?: CallOptions): Promise<unknown[]> {
    return this.#attempt(() => {
      if (this.state.includes.length > 0) throw new ConfigurationError("lazy() rows have no relations. Take with() out, or use all().");
      return this.execute(options).then(({ plan, answer }) => plan.lazy(answer.rows));
    });
  }

  // ------------------------------------------------------------ one value

  count(options?: CallOptions): Promise<number> {
    if (this.state.isNothing) return Promise.resolve(0);
    return this.#run(valueVerbs.count, readFirst, options) as Promise<number>;
  }

  exists(options?: CallOptions): Promise<boolean> {
    if (this.state.isNothing) return Promise.resolve(false);
    return this.#run(valueVerbs.exists, readFirst, options) as Promise<boolean>;
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
      return this.step(`aggregate ${computedKey(columns)}`, makeStep, values, {}, parameters).#runHere(readFirst, options);
    });
  }

  // ------------------------------------------------------------ some columns

  values(...given: (string | CallOptions)[]): Promise<unknown[]> {
    return this.#attempt(async () => {
      const { names, options } = namesAndOptions(given);
      const limit = startedLimit(options);
      const tree = valuesTree(this.state.scope, names);
      const query = this.step(`values ${JSON.stringify(names)}`, () => valuesOf(tree).makeStep());
      const rows = await query.#runHere(readAll, limit);
      await Promise.all(branchesOf(tree).map((branch) => query.#fillBranch(rows, branch, limit)));
      return withoutKeys(tree, rows);
    });
  }

  async #fillBranch(rows: readonly unknown[], { way, relation, node }: Branch, limit: CallOptions | undefined): Promise<void> {
    const parents = way.reduce<readonly unknown[]>((at, name) => at.map((row) => (row as Row)[name]).filter((row) => row !== null), rows);
    const verb = new ChildrenOf(relation, (draft) => valuesResult(node, draft));
    const read: ReadChildren = async (keys) => {
      const children = (await this.#aboutChildren(relation).#runWith(verb, keys, readAll, limit)) as Row[];
      const inner = children.map((child) => child["row"]);
      await Promise.all(branchesOf(node).map((branch) => this.#fillBranch(inner, branch, limit)));
      const trimmed = withoutKeys(node, inner);
      return { found: children.map((child, index) => ({ ...child, row: trimmed[index] })), wrapped: true };
    };
    await fill(parents as object[], relation, read);
  }

  valuesList(...given: (string | CallOptions)[]): Promise<unknown[]> {
    const { names, options } = namesAndOptions(given);
    return this.#tuples(names, false, "valuesList()", options);
  }

  column(column: string, options?: CallOptions): Promise<unknown[]> {
    return this.#tuples([column], true, "column()", options);
  }

  #tuples(columns: readonly string[], single: boolean, use: string, options: CallOptions | undefined): Promise<unknown[]> {
    const { scope } = this.state;
    return this.#attempt(() =>
      this.step(`${use} ${JSON.stringify(columns)}`, () => tuples(scope, columns, single, use).makeStep()).#runHere(readAll, options),
    );
  }

  // ------------------------------------------------------------ writes

  update(values: unknown, options: WriteOptions = {}): Promise<number> {
    return this.#attempt(() => {
      assertConsent("update", this.state, options);
      return this.#updating(values).#runHere(takeCount, options);
    });
  }

  /** The query with its UPDATE as the last step. */
  #updating(given: unknown): this {
    const { key, makeStep, values, parameters } = updateOf(this.state.root, this.state.scope, given);
    return this.step(key, makeStep, values, {}, parameters);
  }

  delete(options: WriteOptions = {}): Promise<number> {
    return this.#attempt(() => {
      assertConsent("delete", this.state, options);
      return this.#run(deleteRows, takeCount, options);
    });
  }

  // ------------------------------------------------------------ the same query with other values

  /** Rows of the query with these values in place of its own. */
  runPrepared(verb: keyof typeof rowVerbs, values: readonly unknown[], options?: CallOptions): Promise<unknown[]> {
    return this.whole(this.runAt(this.state.shape.child(rowVerbs[verb]), values, readAll, options), options);
  }

  valuePrepared(verb: keyof typeof valueVerbs, values: readonly unknown[], options?: CallOptions): Promise<unknown> {
    return this.runAt(this.state.shape.child(valueVerbs[verb]), values, readFirst, options);
  }

  // ------------------------------------------------------------ the statement itself

  toSQL(): CompiledQuery {
    return this.textOf(this.state.values);
  }

  textOf(values: readonly unknown[]): CompiledQuery {
    const plan = this.plan(allRows, this.running());
    return { sql: plan.sql, params: bind(plan, values) };
  }

  explain(options: Explaining & { readonly format: "json" }): Promise<ExplainedPlan>;
  explain(options?: Explaining & { readonly format?: "text" | undefined }): Promise<string>;
  explain({ analyze = false, format = "text", update, delete: deletes, ...limit }: Explaining = {}): Promise<string | ExplainedPlan> {
    return this.#attempt<string | ExplainedPlan>(async () => {
      assertWriteExplained(this.state.root.table.modelName, update !== undefined, deletes === true, analyze);
      const runner = this.running();
      const { state } = update === undefined ? this.child(deletes === true ? deleteRows : allRows) : this.#updating(update);
      return explainerOf(format)(runner, this.#planAt(state.shape, runner), state.values, analyze, signalOf(limit));
    });
  }

  // ------------------------------------------------------------ running

  protected override running(): Runner {
    if (this.#runner !== null) return this.state.isJoined ? (this.#runner.untracked ?? this.#runner) : this.#runner;
    throw new ConfigurationError(
      "A statement made by select() runs where it is executed: await session.execute(statement), or start with session.query(…).",
    );
  }

  /** The plan of this query with `verb` as its last step. */
  plan(verb: StepMaker<Step>, runner: Runner = this.running()): Plan {
    return this.#planAt(this.state.shape.child(verb), runner);
  }

  #planAt(shape: QueryState["shape"], runner: Runner): Plan {
    return planOf(this.state.root, shape, runner.dialect);
  }

  /** Runs the query with `verb` as its last step. */
  #run<T>(verb: StepMaker<Step>, take: Take<T>, options?: CallOptions): Promise<T> {
    try {
      return this.runAt(this.state.shape.child(verb), this.state.values, take, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Runs a query whose last step is a verb already. */
  #runHere<T>(take: Take<T>, options?: CallOptions): Promise<T> {
    return this.runAt(this.state.shape, this.state.values, take, options);
  }

  #runWith<T>(verb: StepMaker<Step>, values: readonly unknown[], take: Take<T>, options?: CallOptions): Promise<T> {
    return this.runAt(this.state.shape.child(verb), [...this.state.values, ...values], take, options);
  }

  protected override runAt<T>(shape: QueryState["shape"], values: readonly unknown[], take: Take<T>, options?: CallOptions): Promise<T> {
    const runner = this.running();
    const plan = this.#planAt(shape, runner);
    if (this.state.isNothing && asksRows.has(take)) return Promise.resolve(take(plan, noRows, runner));
    const answer = runner.run(plan, values, signalOf(options), this.state.cache);
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

  protected override whole(reading: Promise<unknown[]>, options: CallOptions | undefined): Promise<unknown[]> {
    const { includes } = this.state;
    if (isWhole(includes) && joinedMany(includes) === null) return reading;
    return reading.then(async (found) => {
      const rows = this.#gathered(found);
      await loadRelations(rows as object[], includes, this.#fetching(signalOf(options)));
      return rows;
    });
  }

  /** Each row once, with the children that were joined to it. */
  #gathered(found: unknown[]): unknown[] {
    const many = joinedMany(this.state.includes);
    // A plan that joins a relation to many gives pairs.
    const pairs = found as Pair[];
    return many === null ? found : gather(pairs, this.state.root.table, many).map((index) => pairs[index]!.row);
  }

  /** Loads the relations that the query names onto objects that are there, where they are not loaded. */
  loadInto(objects: readonly object[], options?: CallOptions): Promise<void> {
    return loadMissing(objects, this.state.includes, this.#fetching(signalOf(options)));
  }

  #fetching(signal: AbortSignal | undefined): FetchChildren<RefinableQuery> {
    const options = signal === undefined ? undefined : { signal };
    return (include, keys) => this.#childQuery(include).#children(include.relation, keys, options);
  }

  #childQuery({ relation, children, refined }: Include<RefinableQuery>): QueryBuilder {
    if (refined === null) return children.length === 0 ? this.#aboutChildren(relation) : this.#aboutChildren(relation).including(children);
    const query = new QueryBuilder(this.#runner, refined.state.cache === byEngine ? this.#sameCache(refined.state) : refined.state);
    return children.length === 0 ? query : query.including(merged(refined.state.includes, children));
  }

  /** Deleted rows count here if they count in this query: so they do for relations that are joined. */
  #aboutChildren(relation: Relation): QueryBuilder {
    const about = this.about(relation.target);
    const query = this.state.cache === byEngine ? about : about.derive(this.#sameCache(about.state));
    return this.state.seesDeleted ? query.seeingDeleted() : query;
  }

  /** The statements of relations say to a cache what the query says. */
  #sameCache(state: QueryState): QueryState {
    return { ...state, cache: this.state.cache };
  }

  async #children(relation: Relation, keys: readonly (readonly unknown[])[], options: CallOptions | undefined): Promise<Children> {
    const read = await this.#runWith(childrenOf(relation), keys, takeChildren, options);
    const { includes, root } = this.state;
    const many = joinedMany(includes);
    const children = many === null ? read : { ...read, found: gatherKeyed(read.found, root.table, many) };
    if (isWhole(includes)) return children;
    const rows = children.wrapped ? children.found.map((child) => (child as Row)["row"]) : children.found;
    await loadRelations(rows as object[], includes, this.#fetching(signalOf(options)));
    return children;
  }
}
