/** `petrel explain <sql>`: how the database means to run a statement, and what would make it better. `--analyze` runs it: only what reads, unless `--rollback`. */
import { ConfigurationError } from "../../base/errors.ts";
import { planText } from "../../engine/explain/plan-text.ts";
import type { PlanHint } from "../../engine/explain/explained-plan.ts";
import type { Run } from "../command.ts";
import { printable } from "../text-table.ts";

const hintText = ({ message, sql }: PlanHint): string => `hint: ${printable(message)}${sql === null ? "" : `\n      ${printable(sql)};`}`;

export const run: Run = async (call) => {
  const [text = ""] = call.arguments;
  if (text.replaceAll(/[\s;]/g, "") === "") throw new ConfigurationError("explain takes a statement: petrel explain 'SELECT …'.");
  const analyze = call.options.flag("analyze");
  const rollback = call.options.flag("rollback");
  if (rollback && !analyze) throw new ConfigurationError("--rollback goes with --analyze: without it nothing runs.");
  const engine = await call.open();
  const plan = await engine.explain(text, [], { analyze, readOnly: !rollback });
  call.output.result(plan, [printable(planText(plan)), ...plan.hints.map(hintText)].join("\n"));
  return undefined;
};
