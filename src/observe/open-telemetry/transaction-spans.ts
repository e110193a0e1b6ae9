/**
 * A span per transaction, which its statements stand below. No convention has one, so it is internal, and its name and its own attributes are ours.
 *
 *     POST /orders
 *       transaction            from the beginning to COMMIT's answer
 *         INSERT orders
 *         UPDATE stock
 */
import { watchTransactions } from "../../engine/watching/transaction-watchers.ts";
import type { WatchedStatement } from "../../engine/watching/watched-statement.ts";
import { errorStatus, internalKind } from "./api.ts";
import type { OpenTelemetryApi } from "./api.ts";
import { databaseAttributes } from "./statement-attributes.ts";

export interface TransactionSpans<Context> {
  /** What a statement's span stands below: its transaction, unless the program has a span of its own in between. */
  parentOf(statement: WatchedStatement): Context;
  stop(): void;
}

/** `identity`: the database whose transactions have spans; `null` for every one. */
export const transactionSpans = <Context>(
  api: OpenTelemetryApi<Context>,
  scope: string,
  identity: object | null,
): TransactionSpans<Context> => {
  const tracer = api.trace.getTracer(scope);
  const begun = new WeakMap<object, { readonly around: Context; readonly inside: Context }>();
  const stop = watchTransactions((transaction, host, readOnly) => {
    const around = api.context.active();
    const attributes = { ...databaseAttributes(host), "petrel.transaction.read_only": readOnly };
    const span = tracer.startSpan("transaction", { kind: internalKind, attributes }, around);
    const inside = api.trace.setSpan(around, span as never);
    begun.set(transaction, { around, inside });
    return {
      around: (work) => api.context.with(inside, work),
      ended: (outcome) => {
        span.setAttribute("petrel.transaction.outcome", outcome);
        // Somebody has to look; a rollback may be what the program wants.
        if (outcome === "unknown") span.setStatus({ code: errorStatus, message: "unknown" });
        span.end();
      },
    };
  }, identity);
  const parentOf = ({ transaction }: WatchedStatement): Context => {
    const active = api.context.active();
    const known = transaction === null ? undefined : begun.get(transaction);
    // Without a callback the program's own context is active, as it was when the transaction was begun.
    return known !== undefined && known.around === active ? known.inside : active;
  };
  return { parentOf, stop };
};
