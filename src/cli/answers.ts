/** Who was renamed, and who is gone: what was typed, and what a person says when asked. Nothing is ever guessed. */
import { ConfigurationError } from "../base/errors.ts";
import type { Answers, Dropped, Question, Rename } from "../schema/change.ts";
import type { Call, CommandOption } from "./command.ts";
import { askChoice } from "./prompts.ts";
import { shownName } from "./structure-text.ts";

export const answerOptions: readonly CommandOption[] = [
  { flags: "--rename <from=to>", description: "users=people, or users.name=full_name; may be repeated", repeats: true },
  { flags: "--gone <name>", description: "a table or a table.column that was not renamed and goes; may be repeated", repeats: true },
];

const renameFrom = (text: string): Rename => {
  const [, table, column, to] = /^([^.=]+)(?:\.([^=]+))?=(.+)$/.exec(text) ?? [];
  if (table === undefined || to === undefined) throw new ConfigurationError("--rename takes table=table or table.column=column.");
  return column === undefined ? { table, to } : { table, column, to };
};

const droppedFrom = (text: string): Dropped => {
  const [, table, column] = /^([^.]+)(?:\.(.+))?$/.exec(text) ?? [];
  if (table === undefined) throw new ConfigurationError("--gone takes a table, or table.column.");
  return column === undefined ? { table } : { table, column };
};

export const typedAnswers = (call: Call): Answers => ({
  renames: call.options.list("rename").map(renameFrom),
  drops: call.options.list("gone").map(droppedFrom),
});

const gone = "";

/** The new name, or `null` where what is asked about goes with what is in it. */
export const askNewName = async (question: Question): Promise<string | null> => {
  const isTable = question.question === "was a table renamed";
  const names = isTable ? question.created.map(({ name }) => name) : question.added;
  const what = isTable ? `table ${shownName(question.dropped)}` : `column ${shownName(question.table)}.${question.dropped}`;
  const choices = names.map((name) => ({ value: name, label: `renamed to ${name}` }));
  const to = await askChoice(`The ${what} is not in the models.`, [...choices, { value: gone, label: "gone, with what is in it" }]);
  return to === gone ? null : to;
};

const askOne = async (question: Question): Promise<Answers> => {
  const to = await askNewName(question);
  const about = question.question === "was a table renamed" ? question.dropped : { ...question.table, column: question.dropped };
  const { schema, name: table, ...column } = { column: undefined, ...about };
  const named = { table, schema, ...(column.column === undefined ? {} : { column: column.column }) };
  return to === null ? { drops: [named] } : { renames: [{ ...named, to }] };
};

/** The answers so far and that of the person to the first open question, since it may answer others. */
export const withAnswer = async (answers: Answers, question: Question): Promise<Answers> => {
  const { renames = [], drops = [] } = await askOne(question);
  return { renames: [...(answers.renames ?? []), ...renames], drops: [...(answers.drops ?? []), ...drops] };
};
