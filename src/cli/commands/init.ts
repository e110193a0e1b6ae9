/** `petrel init`: a configuration and a file for models, where there are none. Writes over nothing. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigurationError } from "../../base/errors.ts";
import { findConfiguration } from "../../config/config-file.ts";
import type { Call, Run } from "../command.ts";
import { masked } from "../masked.ts";
import { askText } from "../prompts.ts";

const firstModels = `import { int, Model, text } from "petrel";

export class User extends Model("users", {
  id: int().primaryKey(),
  name: text(),
}) {}
`;

const configurationText = (url: string | null, models: string, folder: string): string =>
  [
    `import { defineConfig } from "petrel";`,
    "",
    "export default defineConfig({",
    url === null ? "  // The URL has a password, so it comes from DATABASE_URL." : `  url: ${JSON.stringify(url)},`,
    `  models: ${JSON.stringify(models)},`,
    `  migrations: { folder: ${JSON.stringify(folder)} },`,
    "});",
    "",
  ].join("\n");

const chosen = async (call: Call, name: string, question: string, usual: string): Promise<string> =>
  call.options.text(name) ?? (call.isInteractive ? await askText(question, usual) : usual);

export const run: Run = async (call) => {
  const { cwd } = call.system;
  const there = findConfiguration(cwd);
  if (there !== null) throw new ConfigurationError(`There is a configuration already: ${there}`);
  const url = await chosen(call, "url", "The database's URL?", "sqlite:app.db");
  if (!/^(?:postgres(?:ql)?|sqlite|file):/i.test(url)) throw new ConfigurationError("A URL begins with 'postgresql:' or 'sqlite:'.");
  const models = await chosen(call, "models", "The file of the models?", "./src/models.ts");
  const folder = await chosen(call, "folder", "The folder of migrations?", "migrations");
  const hasSecret = masked(url) !== url;
  const written: string[] = [];
  const write = (path: string, text: string): void => {
    const file = resolve(cwd, path);
    if (existsSync(file)) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
    written.push(path);
  };
  write("petrel.config.ts", configurationText(hasSecret ? null : url, models, folder));
  write(models, firstModels);
  if (hasSecret) call.output.warn("The URL has a password and was not written. Set DATABASE_URL to it.");
  call.output.result(
    { written },
    [...written.map((path) => `wrote ${path}`), "Next: petrel migrate make first, petrel migrate apply"].join("\n"),
  );
  return undefined;
};
