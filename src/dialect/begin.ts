/** What a transaction may ask for, checked: these words become SQL text. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { BeginOptions, Isolation } from "./dialect.ts";

const isolations: Readonly<Record<Isolation, string>> = {
  "read uncommitted": "READ UNCOMMITTED",
  "read committed": "READ COMMITTED",
  "repeatable read": "REPEATABLE READ",
  serializable: "SERIALIZABLE",
};

/** The level in SQL's words, or `null` where none was asked for. Throws `ConfigurationError` for an unknown one. */
export const isolationOf = ({ isolation }: BeginOptions): string | null => {
  if (isolation === undefined) return null;
  if (Object.hasOwn(isolations, isolation)) return isolations[isolation];
  const known = Object.keys(isolations);
  const hint = typeof isolation === "string" ? didYouMean(isolation, known) : "";
  throw new ConfigurationError(`A transaction asks for an unknown isolation level.${hint} Use one of: ${known.join(", ")}.`);
};
