/** `petrel completion [shell]`: a script by which a shell completes commands and options. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { Run } from "../command.ts";
import { completionScript, isShell, shells } from "../completion-text.ts";

export const run: Run = (call) => {
  const shell = call.arguments[0] ?? "bash";
  if (!isShell(shell))
    throw new ConfigurationError(
      `There is no completion for '${shell}'.${didYouMean(shell, shells)} There is one for: ${shells.join(", ")}.`,
    );
  const script = completionScript(shell, call.commands);
  call.output.result({ shell, script }, script);
  return Promise.resolve(undefined);
};
