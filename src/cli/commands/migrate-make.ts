/** `petrel migrate make <name>`: writes the migration from the last one to what the models ask for. */
import { readAnswers } from "../../migrate/answers.ts";
import { makeMigration } from "../../migrate/files/make-migration.ts";
import type { Answers } from "../../schema/change.ts";
import { askNewName, typedAnswers } from "../answers.ts";
import type { Call, Run } from "../command.ts";
import { dialectOfUrl, folderOf, oneOfOption } from "../migrations.ts";
import { modelsOf } from "../settings.ts";
import { questionText } from "../structure-text.ts";

const answersOf = async (call: Call): Promise<Answers> => {
  const typed = typedAnswers(call);
  const file = call.options.text("answers");
  if (file === undefined) return typed;
  const { renames = [], drops = [] } = await readAnswers(file);
  return { renames: [...renames, ...(typed.renames ?? [])], drops: [...drops, ...(typed.drops ?? [])] };
};

export const run: Run = async (call) => {
  const { options, output } = call;
  const [name = ""] = call.arguments;
  const empty = options.flag("empty");
  const settings = await call.settings();
  const parents = options.list("parent");
  const made = await makeMigration({
    name,
    empty,
    folder: await folderOf(call),
    dialect: await dialectOfUrl(call),
    models: empty ? [] : await modelsOf(settings),
    format: oneOfOption(call, "format", ["sql", "typescript"]),
    parents: parents.length === 0 ? undefined : parents,
    answers: await answersOf(call),
    ask: call.isInteractive ? askNewName : undefined,
  });
  switch (made.outcome) {
    case "no changes":
      output.result(made, "The models ask for nothing that the migrations do not make.");
      return undefined;
    case "questions":
      output.result(made, ["Nothing was written. Answer first:", ...made.questions.map(questionText)].join("\n"));
      return "findings";
    case "made":
      for (const loss of made.losses) output.warn(`it ${loss}`);
      output.result(made, made.file);
      return undefined;
  }
};
