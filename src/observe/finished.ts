/** Statements with how long they took: what every watcher here is made of. */
import { intercept } from "../engine/watching/interceptor.ts";
import type { WatchedStatement } from "../engine/watching/watched-statement.ts";

export interface Finished {
  readonly statement: WatchedStatement;
  /** Milliseconds from sending it to its answer. */
  readonly duration: number;
  /** Rows read or changed. */
  readonly rows: number;
  /** Why it failed, or `null`. */
  readonly error: unknown;
}

/** What the duration of a statement was spent on, and what was carried; `null` is what this database does not tell. */
export interface Costs {
  /** Milliseconds of waiting for a connection; 0 on SQLite. */
  readonly waited: number;
  /** Milliseconds of all the rest: its place in line, the way there and back, and the database. */
  readonly ran: number;
  /** Milliseconds of reading rows from their bytes; `null` on SQLite. */
  readonly decoded: number | null;
  /** Bytes of the statement's own messages; `null` on SQLite. */
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}

export const costsOf = ({ statement, duration }: Finished): Costs => {
  const { decoded } = statement;
  if (decoded === null) return { waited: 0, ran: duration, decoded, bytesSent: null, bytesReceived: null };
  const { waited, bytesSent, bytesReceived } = statement;
  return { waited, ran: Math.max(0, duration - waited - decoded), decoded, bytesSent, bytesReceived };
};

/** Called when a statement is sent; what it returns is called when it has ended. `null`: of no interest. */
export type Watcher = (statement: WatchedStatement) => ((finished: Finished) => void) | null;

/** Shows every statement of every engine to `watcher`, until the returned function is called. */
export const watchEach = (watcher: Watcher): (() => void) =>
  intercept((statement, next) => {
    const finish = watcher(statement);
    if (finish === null) return next();
    const startedAt = performance.now();
    const done = (rows: number, error: unknown): void => finish({ statement, duration: performance.now() - startedAt, rows, error });
    const failed = (error: unknown): never => {
      done(0, error);
      throw error;
    };
    let answer: ReturnType<typeof next>;
    try {
      answer = next();
    } catch (error) {
      return failed(error);
    }
    if (answer instanceof Promise)
      return answer.then((given) => {
        done(given.count, null);
        return given;
      }, failed);
    done(answer.count, null);
    return answer;
  });
