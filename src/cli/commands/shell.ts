/** `petrel shell`: a prompt of JavaScript with the models and an engine, where `await` works. It reads a pipe as well, a line after the other. */
import { createInterface } from "node:readline";
import { start } from "node:repl";
import { PassThrough } from "node:stream";
import { tableOf } from "../../schema/registry.ts";
import type { Call, Run, System } from "../command.ts";
import { masked } from "../masked.ts";
import { modelsOf, urlOf } from "../settings.ts";

const endOf = (prompt: ReturnType<typeof start>): Promise<void> =>
  new Promise((resolve) => {
    prompt.once("exit", () => resolve());
  });

/** A prompt takes all lines of a pipe at once, whatever they wait for: this one gets the next line when the last one has its answer. */
const startOnPipe = ({ stdin, stdout }: System): ReturnType<typeof start> => {
  const input = new PassThrough();
  const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();
  const prompt = start({ prompt: "", input, output: stdout, terminal: false, useGlobal: true });
  const show = prompt.displayPrompt.bind(prompt);
  const feed = async (): Promise<void> => {
    const { value, done } = await lines.next();
    if (done === true) input.end();
    else input.write(`${value}\n`);
  };
  prompt.displayPrompt = (preserveCursor) => {
    show(preserveCursor);
    feed().catch(() => input.end());
  };
  feed().catch(() => input.end());
  return prompt;
};

const names = async (call: Call): Promise<Readonly<Record<string, unknown>>> => {
  const settings = await call.settings();
  const models = settings.configuration.models === undefined ? [] : await modelsOf(settings);
  return Object.fromEntries(models.map((model) => [tableOf(model).modelName, model]));
};

export const run: Run = async (call) => {
  const { system, output } = call;
  const models = await names(call);
  const engine = await call.open();
  // Of this realm: the Date of another one would be no Date to a model.
  Object.assign(globalThis, await system.loadPackage(), models, { engine });
  if (!system.stdin.isTTY) {
    await endOf(startOnPipe(system));
    return undefined;
  }
  const found = ["engine", ...Object.keys(models)].join(", ");
  output.note(`${masked(urlOf(await call.settings()))}. There are ${found} and all of petrel. .exit ends it.`);
  await endOf(start({ prompt: "petrel> ", input: system.stdin, output: system.stdout, useGlobal: true }));
  return undefined;
};
