/** Which SQLite library is used. Measured in docs/decisions/0005-sqlite-binding.md. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { loadBetterSqlite3 } from "./better-sqlite3.ts";
import type { Binding } from "./binding.ts";
import { loadNodeSqlite } from "./node-sqlite.ts";

export type BindingChoice = "auto" | "node:sqlite" | "better-sqlite3";

const choices: readonly BindingChoice[] = ["auto", "node:sqlite", "better-sqlite3"];

/** `"auto"` is Node's own module, and `better-sqlite3` where Node is too old for it. Throws `ConfigurationError` when there is none. */
export const chooseBinding = async (choice: BindingChoice): Promise<Binding> => {
  if (!choices.includes(choice)) {
    throw new ConfigurationError(`The option driver is one of ${choices.join(", ")}.${didYouMean(String(choice), choices)}`);
  }
  const binding =
    (choice === "better-sqlite3" ? null : await loadNodeSqlite()) ?? (choice === "node:sqlite" ? null : await loadBetterSqlite3());
  if (binding !== null) return binding;
  if (choice === "better-sqlite3") {
    throw new ConfigurationError("The option driver asks for better-sqlite3, which is not installed. Run 'npm install better-sqlite3'.");
  }
  throw new ConfigurationError(
    `The SQLite module of Node ${process.versions.node} cannot return rows as arrays. Use Node 24 or newer, or run 'npm install better-sqlite3'.`,
  );
};
