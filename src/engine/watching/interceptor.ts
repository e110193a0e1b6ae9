/**
 * The one seam for watchers: functions around every statement, `(statement, next) => answer`. Without any a statement goes to its connection directly.
 *
 *     engine.run(plan)  →  interceptor  →  interceptor  →  petrel:query  →  driver
 *
 * BEGIN, COMMIT and savepoints are no statements: `petrel:transaction` tells of them.
 */
import { ConfigurationError } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Connection, Driver, Request, RequestTrace } from "../../driver/driver.ts";
import { describe } from "../../types/column-type.ts";
import { loadedRelation } from "./loaded-relation.ts";
import type { Plan } from "../plans/plan.ts";
import type { TransactionHost } from "../transactions/transaction-host.ts";
import { channels, countInterceptors, isHeard, isWatched } from "./watching.ts";
import { WatchedStatement } from "./watched-statement.ts";
import type { Way } from "./watched-statement.ts";

/**
 * Called for a statement, before it is sent. `next()` sends it, once, and gives its answer: now on SQLite, as a promise on PostgreSQL. What the interceptor
 * returns is the statement's answer, what it throws is thrown where the statement was asked for. Inside a transaction it calls `next()` before it waits for
 * anything: statements are sent in the order in which they were asked for. A stream's answer comes when its last row was read, and has no rows but their count.
 */
export type Interceptor = (statement: WatchedStatement, next: () => MaybePromise<Answer>) => MaybePromise<Answer>;

interface Registered {
  readonly interceptor: Interceptor;
  /** Whose statements it sees; `null` for those of every database. */
  readonly identity: object | null;
}

let chain: readonly Registered[] = [];

/** Puts `interceptor` around the statements of the database with this identity, or of every database, until the returned function is called. */
export const intercept = (interceptor: Interceptor, identity: object | null = null): (() => void) => {
  if (typeof interceptor !== "function")
    throw new ConfigurationError(`intercept() takes a function (statement, next) => answer, not ${describe(interceptor)}.`);
  const registered = { interceptor, identity };
  chain = [...chain, registered];
  countInterceptors(1);
  return () => {
    if (!chain.includes(registered)) return;
    chain = chain.filter((each) => each !== registered);
    countInterceptors(-1);
  };
};

/** A request that was made of a plan, which goes along for watchers. */
export interface PlannedRequest extends Request {
  readonly plan: Plan;
}

// Requests of plans are made by `requestOf`, and have it; others do not.
const planOf = (request: Request): Plan | undefined => (request as Partial<PlannedRequest>).plan;

/** `null` in the process, where there is no pool that could fill one. */
const newTrace = ({ dialect }: TransactionHost): RequestTrace | null =>
  dialect.name === "sqlite"
    ? null
    : { connection: null, madeAt: performance.now(), lentAt: null, bytesSent: 0, bytesReceived: 0, decodeMs: 0 };

/** The request with what watchers want to know of it. */
const tracing = (request: Request, trace: RequestTrace | null): Request => {
  // Each call makes a request of its own, and nobody else has it yet.
  if (trace !== null) (request as { trace?: RequestTrace }).trace = trace;
  return request;
};

const watched = (
  request: Request,
  way: Way,
  host: TransactionHost,
  transaction: object | null,
  trace: RequestTrace | null,
): WatchedStatement => new WatchedStatement(request, way, host, transaction, planOf(request), loadedRelation(), trace);

/** Calls `send` inside of `petrel:query`. */
const traced = (statement: WatchedStatement, send: () => MaybePromise<Answer>): MaybePromise<Answer> => {
  const { query } = channels;
  if (!isHeard(query)) return send();
  const message: { statement: WatchedStatement; result?: Answer; error?: unknown } = { statement };
  const failed = (error: unknown): never => {
    message.error = error;
    query.error.publish(message);
    throw error;
  };
  const done = (): void => {
    query.asyncStart.publish(message);
    query.asyncEnd.publish(message);
  };
  return query.start.runStores(message, () => {
    try {
      const answer = send();
      if (!(answer instanceof Promise)) return (message.result = answer);
      return answer.then((result) => (message.result = result), failed).finally(done);
    } catch (error) {
      return failed(error);
    } finally {
      query.end.publish(message);
    }
  });
};

const isFor = (identity: object | null, { host }: WatchedStatement): boolean => identity === null || identity === host.identity;

/** The interceptors of a statement's database. */
const around = (statement: WatchedStatement): readonly Registered[] => {
  for (const { identity } of chain) if (!isFor(identity, statement)) return chain.filter((each) => isFor(each.identity, statement));
  return chain;
};

const through = (statement: WatchedStatement, send: () => MaybePromise<Answer>): MaybePromise<Answer> => {
  const interceptors = around(statement);
  if (interceptors.length === 0) return traced(statement, send);
  let isSent = false;
  const last = (): MaybePromise<Answer> => {
    if (isSent) throw new ConfigurationError("An interceptor called next() twice: a statement is sent once.");
    isSent = true;
    return traced(statement, send);
  };
  const step = (index: number): MaybePromise<Answer> =>
    interceptors[index]!.interceptor(statement, index + 1 < interceptors.length ? () => step(index + 1) : last);
  const answer = step(0);
  if (isSent || statement.transaction === null || !(answer instanceof Promise)) return answer;
  // Sent later it could come after COMMIT: whatever the interceptor does from here on, it is not sent.
  isSent = true;
  answer.catch(() => {});
  throw new ConfigurationError(
    "An interceptor waited before it called next(), inside a transaction, whose statements are sent in order. Call next() first, and wait for its answer.",
  );
};

const sentThrough = (
  connection: Pick<Connection, "run">,
  request: Request,
  host: TransactionHost,
  transaction: object | null,
): MaybePromise<Answer> => {
  const trace = newTrace(host);
  tracing(request, trace);
  return through(watched(request, "run", host, transaction, trace), () => connection.run(request));
};

/** Sends a request on `connection`, through whoever watches. It holds no closure, which would cost those whom nobody watches. */
export const sent = (
  connection: Pick<Connection, "run">,
  request: Request,
  host: TransactionHost,
  transaction: object | null,
): MaybePromise<Answer> => (isWatched() ? sentThrough(connection, request, host, transaction) : connection.run(request));

/** Sends requests in one round trip. One for which an interceptor has an answer of its own travels all the same, unless all have. */
export const sentTogether = (driver: Driver, requests: readonly Request[], host: TransactionHost): Promise<readonly Answer[]> => {
  if (!isWatched()) return driver.batch!(requests);
  let sending: Promise<readonly Answer[]> | null = null;
  const traces = requests.map(() => newTrace(host));
  const toSend = requests.map((request, index) => tracing({ ...request }, traces[index]!));
  const answerOf = async (index: number): Promise<Answer> => (await (sending ??= driver.batch!(toSend)))[index]!;
  return Promise.all(
    toSend.map(async (request, index) => through(watched(request, "batch", host, null, traces[index]!), () => answerOf(index))),
  );
};

/** The batches of a stream. Watchers get one answer for all of them. */
export const streamed = (
  connection: Pick<Connection, "stream">,
  request: Request,
  batchSize: number,
  host: TransactionHost,
  transaction: object | null,
): AsyncIterable<Answer> => {
  if (!isWatched()) return connection.stream(request, batchSize);
  const trace = newTrace(host);
  const statement = watched(request, "stream", host, transaction, trace);
  return throughStream(statement, connection.stream(tracing(request, trace), batchSize), trace);
};

async function* throughStream(
  statement: WatchedStatement,
  batches: AsyncIterable<Answer>,
  trace: RequestTrace | null,
): AsyncGenerator<Answer, void, undefined> {
  // It may have been made long before somebody reads it, and before it asks for a connection.
  if (trace !== null && trace.lentAt === null) trace.madeAt = performance.now();
  const start = Promise.withResolvers<boolean>();
  const end = Promise.withResolvers<Answer>();
  const answer = Promise.resolve(
    through(statement, () => {
      start.resolve(true);
      return end.promise;
    }),
  );
  const never = (): void => start.resolve(false);
  answer.then(never, never);
  if (!(await start.promise)) return yield await answer;
  let count = 0;
  let columns: readonly string[] = [];
  try {
    for await (const batch of batches) {
      count += batch.count;
      ({ columns } = batch);
      yield batch;
    }
  } catch (error) {
    end.reject(error);
  } finally {
    end.resolve({ rows: [], count, columns });
    // Its failure is thrown below, if the loop is still there to hear of it.
    answer.catch(() => {});
  }
  await answer;
}
