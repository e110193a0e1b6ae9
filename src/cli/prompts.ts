/** Questions to a person at a terminal, by @clack/prompts. Decision 0035. Nobody else is ever asked. */
import { ConfigurationError } from "../base/errors.ts";

const stopped = (): ConfigurationError => new ConfigurationError("Stopped at the question. Nothing was changed.");

/** A line of text. Throws `ConfigurationError` when the person presses Ctrl-C. */
export const askText = async (message: string, initial = ""): Promise<string> => {
  const { isCancel, text } = await import("@clack/prompts");
  const answer = await text({
    message,
    ...(initial === "" ? {} : { placeholder: initial, defaultValue: initial }),
    output: process.stderr,
  });
  if (isCancel(answer)) throw stopped();
  return answer;
};

/** One of several. */
export const askChoice = async <T extends string>(
  message: string,
  choices: readonly { readonly value: T; readonly label: string }[],
): Promise<T> => {
  const { isCancel, select } = await import("@clack/prompts");
  // The library's own type asks for labels only where values are no texts, which generic code cannot show.
  const options = choices.map(({ value, label }) => ({ value: value as string, label }));
  const answer = await select({ message, options, output: process.stderr });
  if (isCancel(answer)) throw stopped();
  return answer as T;
};
