/** Which SQLite library is used. Measured in docs/decisions/0005-sqlite-binding.md. */
import { readFileSync } from "node:fs";
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { loadBetterSqlite3 } from "./better-sqlite3.ts";
import type { Binding } from "./binding.ts";
import { loadNodeSqlite } from "./node-sqlite.ts";

export type BindingChoice = "auto" | "node:sqlite" | "better-sqlite3";

const choices: readonly BindingChoice[] = ["auto", "node:sqlite", "better-sqlite3"];

/** `"auto"` is Node's own module, and `better-sqlite3` where Node has none. Throws `ConfigurationError` when there is none. */
export const chooseBinding = async (choice: BindingChoice): Promise<Binding> => {
  if (!choices.includes(choice)) {
    throw new ConfigurationError(`The option driver is one of ${choices.join(", ")}.${didYouMean(String(choice), choices)}`);
  }
  const binding =
    (choice === "better-sqlite3" ? null : await loadNodeSqlite()) ?? (choice === "node:sqlite" ? null : await loadBetterSqlite3());
  if (binding?.name === "better-sqlite3") refuseWhereItCrashes();
  if (binding !== null) return binding;
  if (choice === "better-sqlite3") {
    throw new ConfigurationError("The option driver asks for better-sqlite3, which is not installed. Run 'npm install better-sqlite3'.");
  }
  throw new ConfigurationError(
    `Node ${process.versions.node} has no module node:sqlite, or was started without it. Use Node 22.13 or newer, or run 'npm install better-sqlite3'.`,
  );
};

/** better-sqlite3 13 is built for Node-API 10. It does not ask for it, and ends the whole process of Node 22.13, which has 9. */
const refuseWhereItCrashes = (): void => {
  if (Number(process.versions["napi"]) >= 10) return;
  const manifest = new URL("../package.json", import.meta.resolve("better-sqlite3"));
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
  if (Number.parseInt(version, 10) < 13) return;
  throw new ConfigurationError(
    `better-sqlite3 ${version} needs Node 22.14 or newer, and this is Node ${process.versions.node}. ` +
      "Leave out the option driver, or run 'npm install better-sqlite3@12'.",
  );
};
