/** `petrel explain <sql>`: how the database means to run a statement. With `--analyze` it runs it, in a transaction that may only read. */
import { ConfigurationError } from "../../base/errors.ts";
import { runText } from "../../engine/raw.ts";
import type { Run } from "../command.ts";

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

/** SQLite gives a tree of steps; those below others are indented. */
const treeText = (steps: readonly Step[]): string => {
  const depths = new Map<number, number>();
  return steps
    .map(({ id, parent, detail }) => {
      const depth = depths.has(parent) ? depths.get(parent)! + 1 : 0;
      depths.set(id, depth);
      return `${"  ".repeat(depth)}${detail}`;
    })
    .join("\n");
};

export const run: Run = async (call) => {
  const [text = ""] = call.arguments;
  const statement = text.trim().replace(/;\s*$/, "");
  if (statement === "") throw new ConfigurationError("explain takes a statement: petrel explain 'SELECT …'.");
  const engine = await call.open();
  const analyze = call.options.flag("analyze");
  const isPostgres = engine.dialect.name === "postgres";
  const sql = engine.dialect.explain(statement, { analyze, format: isPostgres && call.output.isJson ? "json" : "text" });
  const rows = await engine.runInTransaction(async (transaction) => (await runText<Record<string, unknown>>(transaction, sql)).all(), {
    readOnly: true,
  });
  if (!isPostgres) {
    // `EXPLAIN QUERY PLAN` has these columns.
    call.output.result({ plan: rows }, treeText(rows as unknown as Step[]));
    return undefined;
  }
  const lines = rows.map((row) => row["QUERY PLAN"]);
  call.output.result({ plan: lines[0] }, lines.map(String).join("\n"));
  return undefined;
};
