/** Runs one request at a place: at once where nothing is in the way, in portions where the answer is large. */
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Answer, Request } from "../driver.ts";
import { retryWhileBusy } from "./busy.ts";
import type { SqliteConnection } from "./connection.ts";
import type { Place } from "./place.ts";
import { Repetition } from "./repeated-insert.ts";
import { readBatches, readIfSmall, readLarge } from "./read.ts";
import { YieldingBatches } from "./yielding-batches.ts";

/** `readElsewhere` reads a large answer, from its start, on another connection than the place's own. */
export const runAt = (
  place: Place,
  request: Request,
  readElsewhere: (request: Request) => MaybePromise<Answer> = (large) => enterAndReadLarge(place, large),
): MaybePromise<Answer> =>
  place.line.enter((connection) => {
    place.check();
    if (request.repeats !== undefined && request.repeats !== null) {
      const repetition = new Repetition(connection, request, request.repeats);
      return retryWhileBusy(place, connection, () => repetition.run(), request.signal);
    }
    if (!request.batched || request.writes) return retryWhileBusy(place, connection, () => connection.run(request), request.signal);
    const small = retryWhileBusy(place, connection, () => readIfSmall(connection, request), request.signal);
    return whenDone(small, (answer) => answer ?? readElsewhere(request));
  }, request.signal);

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
