/** The `petrel` command at a terminal: a pseudo-terminal by `script`, where there is one. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { createEngine } from "../../src/entry/index.ts";
import { scratchFolder, writeAll } from "../scratch.ts";
import { nodeArguments, plainEnvironment, runPetrel } from "../support/run-petrel.ts";

const folder = scratchFolder("cli-terminal");
const noScript =
  process.platform === "linux" && spawnSync("script", ["--version"]).status === 0 ? false : "there is no script(1) of util-linux";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Runs `petrel …` at a terminal. `answers`: what is typed when the screen shows the text before it. */
const atTerminal = (cwd: string, args: readonly string[], answers: readonly (readonly [shown: RegExp, typed: string])[]) =>
  new Promise<{ status: number | null; screen: string }>((resolve, reject) => {
    // A terminal that nobody sits at has no size of its own.
    const command = `stty cols 160 rows 40; exec ${[process.execPath, ...nodeArguments, ...args].map(quoted).join(" ")}`;
    const env = { ...plainEnvironment(), TERM: "xterm" };
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd, env, timeout: 60_000, killSignal: "SIGKILL" });
    const left = [...answers];
    let screen = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      screen += stripVTControlCharacters(text);
      const [next] = left;
      if (next === undefined || !next[0].test(screen)) return;
      left.shift();
      // The library reads keys from the moment it has drawn the question.
      setTimeout(() => child.stdin.write(next[1]), 100);
    });
    child.once("error", reject).once("close", (status) => resolve({ status, screen }));
  });

const files = (models: string) => ({
  "petrel.config.ts": `import { defineConfig } from "petrel";\nexport default defineConfig({ url: "sqlite:app.db", models: "./models.ts" });\n`,
  "models.ts": `import { int, Model, text } from "petrel";\nexport class User extends Model("users", { id: int().primaryKey(), ${models} }) {}\n`,
});

test("asks whether a column was renamed, and does what was answered", { skip: noScript }, async () => {
  const cwd = join(folder, "rename");
  writeAll(cwd, files("name: text()"));
  assert.equal((await runPetrel(["db", "push"], { cwd })).status, 0);
  writeAll(cwd, files("title: text()"));
  const { status, screen } = await atTerminal(cwd, ["db", "push"], [[/The column users\.name is not in the models/, "\r"]]);
  assert.equal(status, 0, screen);
  assert.match(screen, /ALTER TABLE "users" RENAME COLUMN "name" TO "title"/);
});

test("asks for the database's name before it destroys it; Ctrl-C ends with 2 and leaves it", { skip: noScript }, async () => {
  const cwd = join(folder, "drop");
  writeAll(cwd, files("name: text()"));
  await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
  await engine.execute("CREATE TABLE a (id INTEGER)");
  const question = /Type the database's name, app\.db, to go on/;
  const stopped = await atTerminal(cwd, ["db", "drop"], [[question, "\u0003"]]);
  assert.equal(stopped.status, 2, stopped.screen);
  assert.match(stopped.screen, /Stopped at the question\. Nothing was changed\./);
  const other = await atTerminal(cwd, ["db", "drop"], [[question, "other\r"]]);
  assert.equal(other.status, 2, other.screen);
  assert.ok(existsSync(join(cwd, "app.db")));
  const dropped = await atTerminal(cwd, ["db", "drop"], [[question, "app.db\r"]]);
  assert.equal(dropped.status, 0, dropped.screen);
  assert.ok(!existsSync(join(cwd, "app.db")));
});

test("asks nobody with --json, nor in CI", { skip: noScript }, async () => {
  const cwd = join(folder, "json");
  writeAll(cwd, files("name: text()"));
  const { status, screen } = await atTerminal(cwd, ["db", "drop", "--json"], []);
  assert.equal(status, 2);
  assert.match(screen, /^\{\r\n {2}"error": \{\r\n {4}"code": "E1001"/);
});
