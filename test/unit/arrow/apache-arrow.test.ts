import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const entry = new URL("../../../src/entry/", import.meta.url).href;

test("without the library toArrow() says what to install, before a statement runs, and columns are there all the same", () => {
  const code = `
    import { registerHooks } from "node:module";
    registerHooks({ resolve: (specifier, context, next) => {
      if (specifier !== "apache-arrow") return next(specifier, context);
      throw Object.assign(new Error("Cannot find package 'apache-arrow'"), { code: "ERR_MODULE_NOT_FOUND" });
    } });
    const { createEngine, int, Model } = await import("${entry}index.ts");
    await import("${entry}arrow.ts");
    const engine = await createEngine("sqlite::memory:");
    class User extends Model("users", { id: int().primaryKey() }) {}
    await engine.createAll([User]);
    const before = engine.statementCount;
    await engine.query(User).toArrow().catch((error) => console.log(error.code, error.message));
    console.log(engine.statementCount - before, (await engine.query(User).toColumns()).rowCount);
  `;
  const output = execFileSync(process.execPath, ["--no-warnings", "--input-type=module", "-e", code], { encoding: "utf8" });
  const [message, counts] = output.trim().split("\n");
  assert.match(
    message!,
    /^E1001 Arrow tables are made by the library apache-arrow, which is not installed\. Run 'npm install apache-arrow'\./,
  );
  assert.equal(counts, "0 0");
});
