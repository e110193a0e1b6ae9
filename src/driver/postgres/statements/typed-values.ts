/**
 * Values in a form that only their parameter's type knows: composites, ranges, and what users write in their own way.
 *
 *   1  Parse Describe Sync             which types the parameters have; asked once for a text on a connection
 *   2  (the catalog)                   what those types are made of; asked once for a server
 *   3  Parse Describe Bind Execute …   with these types declared, so that it may be another connection of a pooler's server
 *
 * The other parameters of the statement stay as they are: nothing but the wrapped values is declared.
 */
import { TypedValue } from "../../../base/bound-value.ts";
import type { BoundValue } from "../../../base/bound-value.ts";
import type { Request } from "../../driver.ts";
import type { SendingLine } from "../sending-line.ts";
import type { StatementCache } from "./statement-cache.ts";
import { noTypes } from "./statement-cache.ts";

const isTyped = (value: BoundValue): value is TypedValue => value instanceof TypedValue;

const hasTypedValue = ({ values }: Request): boolean => values.some(isTyped);

/** What is asked of the server, by the connection's own way. */
export interface TypeQuestions {
  /** Whether the type's form is known. */
  knows(type: number): boolean;
  /** Looks types up in the catalog. Never rejects. */
  know(types: readonly number[]): Promise<void>;
  /** Prepares the statement without running it. */
  describe(request: Request): Promise<unknown>;
  /** Whoever waited may go on. */
  learned(): void;
}

export class TypedValues {
  readonly #statements: StatementCache;
  readonly #line: SendingLine;
  readonly #questions: TypeQuestions;

  constructor(statements: StatementCache, line: SendingLine, questions: TypeQuestions) {
    this.#statements = statements;
    this.#line = line;
    this.#questions = questions;
  }

  /** Requests that could not be written because of `problem`: when it was for want of types, they are sent with these. Otherwise throws `problem`. */
  send(requests: readonly Request[], problem: unknown, send: (typed: readonly Request[]) => void, reject: (error: Error) => void): void {
    if (!requests.some(hasTypedValue)) throw problem;
    const known = this.#known(requests);
    if (known === null) void this.#sendLater(requests, send, reject);
    else send(known);
  }

  /** What comes meanwhile waits: on a connection nothing overtakes another. */
  async #sendLater(requests: readonly Request[], send: (typed: readonly Request[]) => void, reject: (error: Error) => void): Promise<void> {
    this.#line.isLearning = true;
    try {
      const typed = await this.#learn(requests);
      this.#line.putFirst(() => send(typed), reject);
    } catch (error) {
      // The server's refusal, the connection's end, or the caller's own limit.
      reject(error as Error);
    }
    this.#line.isLearning = false;
    this.#questions.learned();
  }

  /** The requests as they can be bound; null while something of them has to be asked for. */
  #known(requests: readonly Request[]): readonly Request[] | null {
    const made: Request[] = [];
    for (const request of requests) {
      const types = hasTypedValue(request) ? this.#typesOf(request) : noTypes;
      if (types === null || !types.every((type) => type === 0 || this.#questions.knows(type))) return null;
      made.push(withTypes(request, types, 0));
    }
    return made;
  }

  /** Rejects with what the server says of a statement that it cannot prepare. */
  async #learn(requests: readonly Request[]): Promise<readonly Request[]> {
    const began = performance.now();
    const made: Request[] = [];
    for (const request of requests) {
      if (!hasTypedValue(request)) {
        made.push(request);
        continue;
      }
      if (this.#typesOf(request) === null) await this.#questions.describe({ ...request, sink: undefined });
      const types = this.#typesOf(request) ?? noTypes;
      await this.#questions.know(types.filter((type) => type !== 0));
      made.push(withTypes(request, types, performance.now() - began));
    }
    return made;
  }

  /** The caller's types, and the server's for the wrapped values; null when the server has not said them. */
  #typesOf({ text, values, parameterTypes = noTypes }: Request): readonly number[] | null {
    const described = this.#statements.find(text, parameterTypes)?.describedTypes ?? null;
    if (described === null) return null;
    return values.map((value, at) => parameterTypes[at] ?? (isTyped(value) ? (described[at] ?? 0) : 0));
  }
}

const withTypes = (request: Request, parameterTypes: readonly number[], spentMs: number): Request => {
  if (!hasTypedValue(request)) return request;
  // Whoever wraps a value means its type's own form, which the codec of the type checks.
  const values = request.values.map((value) => (isTyped(value) ? (value.value as BoundValue) : value));
  const { timeoutMs } = request;
  return { ...request, values, parameterTypes, timeoutMs: timeoutMs === undefined ? undefined : Math.max(1, timeoutMs - spentMs) };
};
