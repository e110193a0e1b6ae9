/**
 * What a program wants to be told of: methods on the model's class, and functions given to `session.on`.
 *
 *     class Post extends Model("posts", { … }) {
 *       beforeInsert() { this.slug ??= slugOf(this.title); }
 *     }
 *
 * They are called for objects: by `flush()`, and by `insert`, `update`, `remove` and their like. Statements about many rows at once
 * (`insertAll`, `upsert`, `query().update()`, `query().delete()`) have no object to call them for, and do not.
 */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import { rootOf } from "../query/root.ts";
import type { AnyModel } from "../schema/entity.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "./writes/prepared-row.ts";

const rowHooks = ["beforeInsert", "afterInsert", "beforeUpdate", "afterUpdate", "beforeDelete", "afterDelete", "afterLoad"] as const;
const transactionHooks = ["beforeCommit", "afterCommit", "afterRollback"] as const;

export type RowHook = (typeof rowHooks)[number];
export type TransactionHook = (typeof transactionHooks)[number];
export type HookName = RowHook | TransactionHook;

type RowListener = (object: never, session: never) => unknown;
type Listener = () => unknown;

interface Registered {
  readonly table: Table;
  readonly call: RowListener;
}

const isRowHook = (name: string): name is RowHook => (rowHooks as readonly string[]).includes(name);
const isTransactionHook = (name: string): name is TransactionHook => (transactionHooks as readonly string[]).includes(name);

/** What `session.on` does with its arguments. Throws `ConfigurationError` for a hook that does not exist, or without a function. */
export const registerHook = ({ hooks }: { readonly hooks: Hooks }, name: string, second: unknown, third: unknown): void => {
  const call = isTransactionHook(name) ? second : third;
  if ((isTransactionHook(name) || isRowHook(name)) && typeof call !== "function") {
    const form = isRowHook(name) ? `session.on("${name}", Model, (object) => …)` : `session.on("${name}", () => …)`;
    throw new ConfigurationError(`session.on("${name}") was given no function. Write ${form}.`);
  }
  if (isTransactionHook(name)) return hooks.onTransaction(name, call as Listener);
  // `rootOf` says so when it is no model.
  if (isRowHook(name)) return hooks.onRow(name, rootOf(second as AnyModel).table, call as RowListener);
  throw new ConfigurationError(`session.on() knows no '${name}'.${didYouMean(name, [...rowHooks, ...transactionHooks])}`);
};

type Method = (this: Row, session: object) => unknown;

const methods = new WeakMap<Table, ReadonlyMap<RowHook, Method>>();

/** The hooks that a model's class has as methods. */
const methodsOf = (table: Table): ReadonlyMap<RowHook, Method> => {
  const known = methods.get(table);
  if (known !== undefined) return known;
  const { prototype } = table.model;
  const found = new Map<RowHook, Method>();
  for (const name of rowHooks) {
    if (table.byProperty.has(name) || table.relationNames.includes(name)) continue;
    const method = (prototype as Record<string, unknown>)[name];
    if (typeof method === "function") found.set(name, method as Method);
  }
  methods.set(table, found);
  return found;
};

const inTurn = async (calls: readonly Listener[]): Promise<void> => {
  for (const call of calls) await call();
};

export class Hooks {
  /** Made for the first function given: most sessions are given none. */
  #rows: Map<RowHook, Registered[]> | null = null;
  #transactions: Map<TransactionHook, Listener[]> | null = null;
  #running = 0;

  onRow(name: RowHook, table: Table, call: RowListener): void {
    this.#rows ??= new Map();
    this.#rows.set(name, [...(this.#rows.get(name) ?? []), { table, call }]);
  }

  onTransaction(name: TransactionHook, call: Listener): void {
    this.#transactions ??= new Map();
    this.#transactions.set(name, [...(this.#transactions.get(name) ?? []), call]);
  }

  /** Whether anyone wants to know; without it the caller need not wait. */
  has(name: RowHook, table: Table): boolean {
    return methodsOf(table).has(name) || this.#rows?.get(name)?.some((each) => each.table === table) === true;
  }

  hasTransaction(name: TransactionHook): boolean {
    return this.#transactions?.has(name) === true;
  }

  /** Whether one is being called: what it asks of the session is part of the flush that called it, and does not wait for that. */
  get isRunning(): boolean {
    return this.#running > 0;
  }

  /** The method first, then the functions in the order in which they were given; each is awaited before the next. */
  async row(name: RowHook, table: Table, object: Row, session: object): Promise<void> {
    this.#running++;
    try {
      await methodsOf(table).get(name)?.call(object, session);
      for (const { table: about, call } of this.#rows?.get(name) ?? []) if (about === table) await call(object as never, session as never);
    } finally {
      this.#running--;
    }
  }

  /** `afterLoad` stands in the middle of reading, so what it returns is not waited for. */
  loaded(table: Table, object: Row): void {
    if (!this.has("afterLoad", table)) return;
    methodsOf(table).get("afterLoad")?.call(object, this);
    for (const { table: about, call } of this.#rows?.get("afterLoad") ?? []) if (about === table) call(object as never, this as never);
  }

  /** Without anyone to call there is nothing to wait for. */
  transaction(name: TransactionHook): MaybePromise<void> {
    const calls = this.#transactions?.get(name);
    return calls === undefined ? undefined : inTurn(calls);
  }
}
