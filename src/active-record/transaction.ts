/** `transaction`: everything inside its callback, at any depth, is one transaction of the connected database. */
import { ConfigurationError, isPetrelError, TransactionError } from "../base/errors.ts";
import { outside } from "../engine/scope.ts";
import type { TransactionOptions } from "../engine/transaction-options.ts";
import type { Session } from "../session/session.ts";
import { ambientSession } from "./ambient.ts";
import { currentEngine, defaultName } from "./current-engine.ts";

/**
 * What happens when there is a transaction already, and when there is none:
 *
 *     nested        a savepoint inside it       begins one        (the default)
 *     required      joins it                    begins one
 *     requiresNew   begins another beside it    begins one
 *     mandatory     joins it                    throws
 *     never         throws                      runs without one
 */
export type Propagation = "nested" | "required" | "requiresNew" | "mandatory" | "never";

export interface AmbientOptions extends TransactionOptions {
  readonly propagation?: Propagation;
  /** How often the callback runs again after a serialization failure or a deadlock. 0 when absent. */
  readonly retry?: number;
  /** The name of the database in `connect({ databases })`. */
  readonly using?: string;
}

type Work<T> = (session: Session, attempt: number) => Promise<T>;

const modes: ReadonlySet<string> = new Set<Propagation>(["nested", "required", "requiresNew", "mandatory", "never"]);
const longestDelayMs = 1000;

/** The conditions after which the same work may well succeed: serialization_failure and deadlock_detected. */
const isTransient = (error: unknown): boolean => isPetrelError(error) && (error.sqlState === "40001" || error.sqlState === "40P01");

/** A random part of a time that doubles, so that those who met once do not meet again. */
const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(longestDelayMs, 10 * 2 ** attempt)));

const withRetry = async <T>(run: (attempt: number) => Promise<T>, retry: number): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      if (attempt > retry || !isTransient(error)) throw error;
      await pause(attempt);
    }
  }
};

const check = (propagation: string, retry: number): void => {
  if (!modes.has(propagation)) {
    throw new ConfigurationError(`transaction() has no propagation of this name. Use one of ${[...modes].join(", ")}.`);
  }
  if (!Number.isSafeInteger(retry) || retry < 0) throw new ConfigurationError("transaction() takes a retry that is a whole number from 0.");
};

/**
 * Runs `work` in a transaction: commits when it returns, rolls back when it throws, and throws what it threw. `User.objects` and queries made from it
 * join without being told; `work` is given the session and the number of the attempt, from 1.
 *
 *     await transaction(async () => {
 *       const user = await User.objects.create({ name: "Ann" });
 *       await Post.objects.create({ title: "Hello", authorId: user.id });
 *     }, { retry: 3 });
 */
export const transaction = async <T>(work: Work<T>, options: AmbientOptions = {}): Promise<T> => {
  const { propagation = "nested", retry = 0, using = defaultName, ...rest } = options;
  check(propagation, retry);
  const engine = currentEngine(using);
  const around = ambientSession(using);
  const begin = (): Promise<T> => withRetry((attempt) => engine.transaction((session) => work(session, attempt), rest), retry);
  if (propagation === "never") {
    if (around === null) return work(engine.session(), 1);
    throw new TransactionError("transaction() with propagation 'never' was called inside a transaction. Call it before, or after that.");
  }
  if (propagation === "requiresNew") return around === null ? begin() : outside(begin);
  if (around === null) {
    if (propagation !== "mandatory") return begin();
    throw new TransactionError("transaction() with propagation 'mandatory' was called outside a transaction. Begin one around it.");
  }
  if (retry > 0) throw new TransactionError("Only a whole transaction can be tried again: give retry to the outermost transaction().");
  return propagation === "nested" ? around.transaction((session) => work(session, 1), rest) : work(around, 1);
};
