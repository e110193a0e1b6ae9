/** The verbs of a query that are made of others, or end it in an order of their own: pages, keysets, the latest row, rows by key. */
import { ConfigurationError } from "../../base/errors.ts";
import type { OrderingNode } from "../../ast/expression.ts";
import { signalOf, startedLimit } from "../../engine/call-limit.ts";
import type { Plan } from "../../engine/plans/plan.ts";
import { readAll, readFirst, runAll } from "../../engine/run.ts";
import type { Rows, Runner } from "../../engine/run.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { CursorValue } from "./cursor.ts";
import type { ComputedColumn, Draft } from "../draft.ts";
import { AskedKeys, byKeysOf } from "./in-bulk.ts";
import { assertFitting, keysetOf, pageStep, totalOrder } from "./keyset.ts";
import { fromOne, pageOf } from "./page.ts";
import type { CursorPage, CursorPageOptions, Page, PageOptions } from "./page.ts";
import type { CallOptions } from "../query.ts";
import { RefinableQuery } from "../refinable-query.ts";
import { rowsOf } from "../loading/joined-rows.ts";
import { assertWithout, identifying, planOf, Terminal } from "../terminal.ts";
import type { TerminalStep } from "../terminal.ts";
import { allRows, rowsOfAllPages } from "../verbs.ts";
import { wrapperKey } from "../results/wrapped-row.ts";

export type Take<T> = (plan: Plan, answer: Rows, runner: Runner) => T;
type ShapeOfQuery = RefinableQuery["state"]["shape"];
type WrappedRow = Readonly<Record<string, unknown>>;

/** The rows of one page, in an order in which no two are equal: otherwise a row could be on two pages, or on none. */
const pageRows = new Terminal((draft) => rowsOf(draft, draft.distinct ? (draft.orderBy ?? []) : totalOrder(draft)));

/** The row with the greatest or least value; rows without one do not count. */
const extreme = (column: ComputedColumn, direction: "asc" | "desc", use: string): Terminal =>
  new Terminal((draft: Draft) => {
    assertWithout(draft, use, "limit", "group", "distinct");
    const order = [column.expression, ...identifying(draft)].map((expression): OrderingNode => ({ expression, direction, nulls: null }));
    const present = { node: "isNull", operand: column.expression, negated: true } as const;
    return rowsOf(draft, order, { where: [present], limit: { node: "literal", value: 1 } });
  });

export abstract class PagingQuery extends RefinableQuery {
  protected abstract running(): Runner;
  protected abstract runAt<T>(shape: ShapeOfQuery, values: readonly unknown[], take: Take<T>, options?: CallOptions): Promise<T>;
  /** The rows with what of their relations is not in the statement itself. */
  protected abstract whole(reading: Promise<unknown[]>, options: CallOptions | undefined): Promise<unknown[]>;
  abstract one(options?: CallOptions): Promise<unknown>;

  async get(lookups: object, options?: CallOptions): Promise<unknown> {
    return this.filter(lookups).one(options);
  }

  latest(column: string, options?: CallOptions): Promise<unknown> {
    return this.#extreme("latest", column, "desc", options);
  }

  earliest(column: string, options?: CallOptions): Promise<unknown> {
    return this.#extreme("earliest", column, "asc", options);
  }

  async #extreme(verb: string, path: string, direction: "asc" | "desc", options?: CallOptions): Promise<unknown> {
    const { scope, shape, values } = this.state;
    const use = `${verb}()`;
    const column = scope.column(path, use);
    const started = startedLimit(options);
    const at = shape.childFor(`${verb} ${path}`, () => extreme(column, direction, use).makeStep());
    const rows = await this.whole(this.runAt(at, values, readAll, started), started);
    return rows[0] ?? null;
  }

  async inBulk(ids: unknown, options?: CallOptions): Promise<Map<unknown, unknown>> {
    const { root, shape, values } = this.state;
    const asked = new AskedKeys(root.table, ids);
    if (asked.isEmpty) return new Map();
    const started = startedLimit(options);
    const at = shape.child(byKeysOf(root.table));
    return asked.matched(await this.whole(this.runAt(at, [...values, ...asked.lists], readAll, started), started));
  }

  async findAndCount(options?: CallOptions): Promise<[unknown[], number]> {
    return this.#together(this.state.shape.child(allRows), options);
  }

  async paginate(given: PageOptions): Promise<Page<unknown>> {
    const { page, perPage, ...options } = given ?? {};
    fromOne(page, "paginate()", "page");
    fromOne(perPage, "paginate()", "perPage");
    this.#assertUnlimited("paginate()");
    const one = this.limit(perPage).offset((page - 1) * perPage);
    const [rows, total] = await one.#together(one.state.shape.child(pageRows), options);
    return pageOf(rows, total, page, perPage);
  }

  /** The rows that `last` leads to, and how many there would be without a limit, in one round trip. */
  async #together(last: ShapeOfQuery, options: CallOptions | undefined): Promise<[unknown[], number]> {
    const { root, shape, values, cache } = this.state;
    const runner = this.running();
    const started = startedLimit(options);
    const plan = planOf(root, last, runner.dialect);
    const counting = planOf(root, shape.child(rowsOfAllPages), runner.dialect);
    const reads = [plan, counting].map((each) => ({ plan: each, values, cache }));
    const [found, counted] = await runAll(runner, reads, signalOf(started));
    const rows = Promise.resolve(readAll(plan, found!, runner));
    return [await this.whole(rows, started), readFirst(counting, counted!) as number];
  }

  async pageAfter(cursor: string | null, given: CursorPageOptions): Promise<CursorPage<unknown>> {
    const { limit, ...options } = given ?? {};
    fromOne(limit, "pageAfter()", "limit");
    this.#assertUnlimited("pageAfter()");
    const { root, shape, values } = this.state;
    const { modelName } = root.table;
    const keyset = keysetOf(root, shape, this.running().dialect.name);
    const from = cursor === null ? null : decodeCursor(cursor, keyset.owner, modelName);
    if (from !== null) assertFitting(keyset, from, modelName);
    const nulls = from === null ? null : from.map((value) => value === null);
    const step = (): TerminalStep => pageStep(keyset, nulls);
    const at = shape.childFor(`page after ${this.running().dialect.name} ${nulls?.join() ?? "nothing"}`, step);
    const bound = (from ?? []).filter((value) => value !== null);
    const started = startedLimit(options);
    // One more than there is room for tells whether there is a next page.
    const wrapped = (await this.runAt(at, [...values, ...bound, limit + 1], readAll, started)) as readonly WrappedRow[];
    const kept = wrapped.slice(0, limit);
    const items = await this.whole(Promise.resolve(kept.map((each) => each["row"])), started);
    if (wrapped.length <= limit) return { items, next: null };
    const last = keyset.terms.map((_, index) => kept.at(-1)![wrapperKey(_, index)] as CursorValue);
    return { items, next: encodeCursor(keyset.owner, last) };
  }

  #assertUnlimited(use: string): void {
    const { limit, offset, root } = this.state;
    if (limit === null && offset === 0) return;
    const { modelName } = root.table;
    throw new ConfigurationError(`${use} of ${modelName} counts out its own rows, and does not go together with limit() or offset().`, {
      model: modelName,
    });
  }
}
