/** `transaction`: everything inside its callback, at any depth, is one transaction of the connected database. */
import { ConfigurationError, TransactionError } from "../base/errors.ts";
import { outside } from "../engine/transactions/scope.ts";
import type { TransactionOptions } from "../engine/transactions/transaction-options.ts";
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
  /** The name of the database in `connect({ databases })`. */
  readonly using?: string;
}

type Work<T> = (session: Session, attempt: number) => Promise<T>;

const modes: ReadonlySet<string> = new Set<Propagation>(["nested", "required", "requiresNew", "mandatory", "never"]);

const check = (propagation: string): void => {
  if (modes.has(propagation)) return;
  throw new ConfigurationError(`transaction() has no propagation of this name. Use one of ${[...modes].join(", ")}.`);
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
  const { propagation = "nested", using = defaultName, ...rest } = options;
  check(propagation);
  const engine = currentEngine(using);
  const around = ambientSession(using);
  let attempt = 0;
  const begin = (): Promise<T> => engine.transaction((session) => work(session, ++attempt), rest);
  if (propagation === "never") {
    if (around === null) return work(engine.session(), 1);
    throw new TransactionError("transaction() with propagation 'never' was called inside a transaction. Call it before, or after that.");
  }
  if (propagation === "requiresNew") return around === null ? begin() : outside(begin);
  if (around === null) {
    if (propagation !== "mandatory") return begin();
    throw new TransactionError("transaction() with propagation 'mandatory' was called outside a transaction. Begin one around it.");
  }
  if (options.retry !== undefined)
    throw new TransactionError("Only a whole transaction can be tried again: give retry to the outermost transaction().");
  return propagation === "nested" ? around.transaction((session) => work(session, 1), rest) : work(around, 1);
};
