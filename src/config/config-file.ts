/** Finding and reading the file that configures a project. */
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../base/errors.ts";
import { checkedConfiguration, fromToml } from "./configuration.ts";
import type { Configuration } from "./configuration.ts";

/** In the folder of the project, one of these. */
export const configurationNames: readonly string[] = [
  "petrel.config.ts",
  "petrel.config.mts",
  "petrel.config.js",
  "petrel.config.mjs",
  "petrel.toml",
];

/** The file's path; `null` where there is none. Throws `ConfigurationError` where there are two, or where the named one is missing. */
export const findConfiguration = (folder: string, given?: string): string | null => {
  if (given !== undefined) {
    const path = resolve(folder, given);
    if (existsSync(path)) return path;
    throw new ConfigurationError(`There is no file '${given}' to read the configuration from.`);
  }
  const found = configurationNames.filter((name) => existsSync(join(folder, name)));
  if (found.length > 1)
    throw new ConfigurationError(`There are two configurations, ${found.join(" and ")}. Remove one of them, or name one with --config.`);
  return found.length === 0 ? null : join(folder, found[0]!);
};

/** Imports a module of the project. A failure is told with the path, and with what to do where Node does not read TypeScript. */
export const importFile = async (folder: string, path: string): Promise<Readonly<Record<string, unknown>>> => {
  const file = isAbsolute(path) ? path : resolve(folder, path);
  if (!existsSync(file)) throw new ConfigurationError(`There is no file '${path}', which the configuration names.`);
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION")
      throw new ConfigurationError(
        `'${path}' is TypeScript, which Node reads by itself from 22.18 on. Use a newer Node, or write JavaScript.`,
        { cause },
      );
    const reason = cause instanceof Error ? cause.message : "it threw something that is no Error";
    throw new ConfigurationError(`'${path}' cannot be loaded: ${reason}`, { cause });
  }
};

/** Reads a file that `findConfiguration` found. `parseToml` reads the text of a `.toml`. */
export const readConfiguration = async (path: string, parseToml: (text: string) => Promise<unknown>): Promise<Configuration> => {
  if (!path.endsWith(".toml")) return checkedConfiguration(path, (await importFile(".", path))["default"]);
  let sections: unknown;
  try {
    sections = await parseToml(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ConfigurationError(`${path} is not TOML: ${cause instanceof Error ? cause.message.split("\n")[0] : "it cannot be read"}`, {
      cause,
    });
  }
  return fromToml(path, sections);
};
