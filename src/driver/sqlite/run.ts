/** Runs one request at a place: at once where nothing is in the way, in portions where the answer is large. */
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Request } from "../driver.ts";
import { retryAfter, retryWhileBusy } from "./busy.ts";
import type { SqliteConnection } from "./connection.ts";
import type { Place } from "./place.ts";
import { Repetition } from "./repeated-insert.ts";
import { readBatches, readIfSmall, readLarge } from "./read.ts";
import { YieldingBatches } from "./yielding-batches.ts";

/** Reads a large answer from its start, on another connection than the place's own. */
export type ReadElsewhere = (request: Request) => MaybePromise<Answer>;

/** `readElsewhere`: the place's own connection reads it where there is no other. */
export const runAt = (place: Place, request: Request, readElsewhere: ReadElsewhere | null = null): MaybePromise<Answer> => {
  const connection = place.line.now();
  // A row by its key takes two microseconds, so what does not wait is made no function for (`npm run bench -- by-id`).
  if (connection !== null) return runOn(place, connection, request, readElsewhere);
  return place.line.enter((next) => runOn(place, next, request, readElsewhere), request.signal);
};

const runOn = (place: Place, connection: SqliteConnection, request: Request, readElsewhere: ReadElsewhere | null): MaybePromise<Answer> => {
  place.check();
  if (request.repeats !== undefined && request.repeats !== null) {
    const repetition = new Repetition(connection, request, request.repeats);
    return retryWhileBusy(place, connection, () => repetition.run(), request.signal);
  }
  const isRead = request.batched && !request.writes;
  let answer: MaybePromise<Answer | null>;
  try {
    answer = isRead ? readIfSmall(connection, request) : connection.run(request);
  } catch (error) {
    const attempt = (): Answer | null => (isRead ? readIfSmall(connection, request) : connection.run(request));
    answer = retryAfter(error, place, connection, attempt, request.signal);
  }
  if (answer instanceof Promise) return answer.then((found) => found ?? readWhole(place, request, readElsewhere));
  return answer ?? readWhole(place, request, readElsewhere);
};

const readWhole = (place: Place, request: Request, readElsewhere: ReadElsewhere | null): MaybePromise<Answer> =>
  readElsewhere === null ? enterAndReadLarge(place, request) : readElsewhere(request);

/** Reads a large answer on the place's own connection, which is held until all rows are there. */
export const enterAndReadLarge = (place: Place, request: Request): MaybePromise<Answer> =>
  place.line.enter((connection) => {
    place.check();
    return readLarge(place, connection, request);
  }, request.signal);

/** Rows in batches; the place's connection is held from the first batch to the end of the loop, or until someone else wants it. */
export async function* streamAt(place: Place, request: Request, batchSize: number): AsyncGenerator<Answer, void, void> {
  place.check();
  request.signal?.throwIfAborted();
  const connection = await place.line.enter((free: SqliteConnection) => {
    place.line.hold(free);
    return free;
  }, request.signal);
  const batches = new YieldingBatches(readBatches(place, connection, request, batchSize), () => place.line.free(connection));
  const withdraw = place.line.whenWanted(() => batches.giveWay());
  try {
    place.check();
    for (let batch = await batches.next(); batch !== null; batch = await batches.next()) yield batch;
  } finally {
    withdraw();
    await batches.close();
  }
}
