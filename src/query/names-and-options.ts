/** A list of names with the call's options behind it, as in `values("id", "name", { signal })`. */
import type { CallOptions } from "./query.ts";

export interface NamesAndOptions {
  readonly names: readonly string[];
  readonly options: CallOptions | undefined;
}

/** Options stand last. What else is no name is refused by whoever looks the names up. */
export const namesAndOptions = (given: readonly (string | CallOptions)[]): NamesAndOptions => {
  const last = given.at(-1);
  const hasOptions = typeof last === "object" && last !== null;
  return { names: (hasOptions ? given.slice(0, -1) : given) as readonly string[], options: hasOptions ? last : undefined };
};
