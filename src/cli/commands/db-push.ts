/** `petrel db push`: makes the database what the models ask for, without migrations: for prototypes and tests. */
import { compare } from "../../migrate/structure/compare.ts";
import { render } from "../../migrate/render.ts";
import { irreversible } from "../../migrate/diff/reverse.ts";
import { runStatements } from "../../migrate/run.ts";
import { findUnmanaged, goneWith } from "../../migrate/structure/unmanaged.ts";
import { typedAnswers, withAnswer } from "../answers.ts";
import type { Call, Ending, Run } from "../command.ts";
import { assertConfirmed } from "../database-name.ts";
import { modelsOf } from "../settings.ts";
import { planData, questionText, statementsText, unmanagedText } from "../structure-text.ts";

const planned = async (call: Call) => {
  const models = await modelsOf(await call.settings());
  const engine = await call.open();
  let answers = typedAnswers(call);
  const options = { keepUnknownTables: !call.options.flag("dropUnknown") };
  for (;;) {
    const plan = await compare(engine, models, { ...options, ...answers });
    const [question] = plan.questions;
    if (question === undefined || !call.isInteractive) return { engine, plan };
    answers = await withAnswer(answers, question);
  }
};

export const push = async (call: Call): Promise<Ending> => {
  const { output } = call;
  const { engine, plan } = await planned(call);
  const statements = render(plan.changes, engine.dialect.name);
  const data = planData(plan, statements);
  if (plan.questions.length > 0) {
    output.result({ ...data, done: false }, ["Nothing was changed. Answer first:", ...plan.questions.map(questionText)].join("\n"));
    return "findings";
  }
  if (plan.changes.length === 0) {
    output.result({ ...data, done: true }, "The database is what the models ask for.");
    return undefined;
  }
  if (call.options.flag("dryRun")) {
    output.result({ ...data, done: false }, statementsText(statements));
    return undefined;
  }
  const along = goneWith(await findUnmanaged(engine, { schemas: plan.from.schemas }), plan.changes).map(
    (each) => `drops the ${unmanagedText(each)} with it`,
  );
  const losses = [...irreversible(plan).map(({ loses }) => loses), ...along];
  if (losses.length > 0) await assertConfirmed(call, `What is lost does not come back: it ${losses.join("; ")}.`);
  await runStatements(engine, statements);
  output.result({ ...data, done: true }, `${statementsText(statements)}\n\nThe database is what the models ask for now.`);
  return undefined;
};

export const run: Run = push;
