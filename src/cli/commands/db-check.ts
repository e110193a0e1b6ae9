/** `petrel db check`: whether the database is what the models ask for. */
import { compare } from "../../migrate/structure/compare.ts";
import { render } from "../../migrate/render.ts";
import type { Run } from "../command.ts";
import { modelsOf } from "../settings.ts";
import { planData, statementsText } from "../structure-text.ts";

export const run: Run = async (call) => {
  const models = await modelsOf(await call.settings());
  const engine = await call.open();
  const plan = await compare(engine, models, { keepUnknownTables: !call.options.flag("all") });
  const statements = render(plan.changes, engine.dialect.name);
  const same = plan.changes.length === 0;
  const text = same
    ? "The database is what the models ask for."
    : `The database is not what the models ask for. This would make it so:\n\n${statementsText(statements)}`;
  call.output.result({ same, ...planData(plan, statements) }, text);
  return same ? undefined : "findings";
};
