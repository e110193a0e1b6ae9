/** `petrel completion`: a script by which bash completes commands and options. */
import type { Run } from "../command.ts";
import { bashCompletion } from "../completion-text.ts";

export const run: Run = (call) => {
  const script = bashCompletion(call.commands);
  call.output.result({ shell: "bash", script }, script);
  return Promise.resolve(undefined);
};
