/** One statement as watchers see it: what is asked, of which tables, and where it came from. */
import type { BoundValue } from "../../base/bound-value.ts";
import type { Request, RequestTrace } from "../../driver/driver.ts";
import { callSite } from "./call-site.ts";
import type { LoadedRelation } from "./loaded-relation.ts";
import type { Plan } from "../plans/plan.ts";
import type { TransactionHost } from "../transactions/transaction-host.ts";

/** How it travels: by itself, with others in one round trip, or in batches of rows. */
export type Way = "run" | "batch" | "stream";

let lastId = 0;

export class WatchedStatement {
  /** Counts up within the process. */
  readonly id: number = ++lastId;
  readonly sql: string;
  readonly way: Way;
  /** Database names of the tables read and written; none for SQL of the caller's own, of which nobody knows. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Whether it goes where writes go: SQL of the caller's own does unless it plainly only reads. */
  readonly mayWrite: boolean;
  /** The model whose objects it reads, as its class is called. */
  readonly model: string | null;
  /** The relation that it loads, where it was sent for one. */
  readonly relation: LoadedRelation | null;
  /** Where the program asked for it, while call sites are sampled: see `sampleCallSites`. */
  readonly callSite: string | null;
  /** Stands for the outermost transaction around it: the same object for all its statements. */
  readonly transaction: object | null;
  readonly #request: Request;
  readonly #host: TransactionHost;
  /** Filled by a driver that speaks to a server; `null` in the process. */
  readonly #trace: RequestTrace | null;

  constructor(
    request: Request,
    way: Way,
    host: TransactionHost,
    transaction: object | null,
    plan: Plan | undefined,
    relation: LoadedRelation | null,
    trace: RequestTrace | null,
  ) {
    this.sql = request.text;
    this.way = way;
    this.reads = plan?.reads ?? [];
    this.writes = plan?.writes ?? [];
    this.mayWrite = request.writes || plan?.mayWrite === true;
    this.model = modelOf(plan);
    this.relation = relation;
    this.callSite = callSite();
    this.transaction = transaction;
    this.#request = request;
    this.#host = host;
    this.#trace = trace;
  }

  /** The values of its parameters. They are no property of its own, so that whoever prints or serialises a statement does not print them. */
  get values(): readonly BoundValue[] {
    return this.#request.values;
  }

  /** The number of its connection within the pool; `null` before it has one, and on SQLite. */
  get connection(): number | null {
    return this.#trace?.connection ?? null;
  }

  /** Milliseconds that it waited for a connection, of what watchers see as its duration; 0 before it has one, and on SQLite. */
  get waited(): number {
    const lent = this.#lent;
    return lent === null ? 0 : lent.lentAt! - lent.madeAt;
  }

  /** Milliseconds that its rows took to be read from their bytes, so far; `null` on SQLite, whose library makes the values while it looks for them. */
  get decoded(): number | null {
    return this.#lent?.decodeMs ?? null;
  }

  /** Bytes of its messages to the server; `null` before it has a connection, and on SQLite, which is sent none. */
  get bytesSent(): number | null {
    return this.#lent?.bytesSent ?? null;
  }

  /** Bytes of its rows and of what the server says of them, so far; `null` like `bytesSent`. */
  get bytesReceived(): number | null {
    return this.#lent?.bytesReceived ?? null;
  }

  get #lent(): RequestTrace | null {
    return this.#trace === null || this.#trace.lentAt === null ? null : this.#trace;
  }

  /** The database that it is for. */
  get host(): TransactionHost {
    return this.#host;
  }
}

const modelOf = (plan: Plan | undefined): string | null => {
  if (plan?.shape.form !== "objects") return null;
  const made: unknown = plan.shape.object.prototype?.constructor;
  return typeof made === "function" ? made.name : null;
};
