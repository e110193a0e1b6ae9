/** Errors counted by what they are, so that a run under load goes on and says afterwards what went wrong and how often. */

export interface NamedError {
  /** The error's `name`, or what was thrown instead of an error. */
  readonly name: string;
  /** The error's `code`, where it has one: Petrel's `E2101`, Node's `ECONNRESET`. */
  readonly code: string | null;
  /** Of the first of them. */
  readonly message: string;
  readonly count: number;
}

const described = (thrown: unknown): Omit<NamedError, "count"> => {
  if (!(thrown instanceof Error)) return { name: typeof thrown, code: null, message: "Something other than an error was thrown." };
  const { code } = thrown as { readonly code?: unknown };
  return { name: thrown.name, code: typeof code === "string" ? code : null, message: thrown.message };
};

export class Failures {
  readonly #byKind = new Map<string, Omit<NamedError, "count"> & { count: number }>();

  add(thrown: unknown): void {
    const error = described(thrown);
    const kind = `${error.name} ${error.code ?? ""}`;
    const known = this.#byKind.get(kind);
    if (known === undefined) this.#byKind.set(kind, { ...error, count: 1 });
    else known.count++;
  }

  get count(): number {
    return [...this.#byKind.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** The most frequent first. */
  list(): readonly NamedError[] {
    return [...this.#byKind.values()].sort((a, b) => b.count - a.count).map((error) => ({ ...error }));
  }
}

/** Several lists as one. */
export const mergedErrors = (lists: readonly (readonly NamedError[])[]): readonly NamedError[] => {
  const merged = new Map<string, NamedError>();
  for (const error of lists.flat()) {
    const kind = `${error.name} ${error.code ?? ""}`;
    merged.set(kind, { ...(merged.get(kind) ?? error), count: (merged.get(kind)?.count ?? 0) + error.count });
  }
  return [...merged.values()].sort((a, b) => b.count - a.count);
};
