/** `petrel db seed`: runs the seed of the configuration on the database. */
import { ConfigurationError, sentenceOf } from "../../base/errors.ts";
import { importFile } from "../../config/config-file.ts";
import type { Engine } from "../../session/engine.ts";
import type { Call, Run } from "../command.ts";

type Seed = (engine: Engine) => unknown;

const seedOf = async (call: Call): Promise<Seed> => {
  const { configuration, folder, file } = await call.settings();
  const { seed } = configuration;
  if (seed === undefined)
    throw new ConfigurationError(`${file ?? "The configuration"} has no seed. Add seed: async (engine) => { … }, or the path of a file.`);
  const found = typeof seed === "string" ? (await importFile(folder, seed))["default"] : seed;
  if (typeof found !== "function") throw new ConfigurationError(`The default export of '${String(seed)}' is not a function.`);
  // A function of the project's own, which takes what its documentation says: an engine.
  return found as Seed;
};

export const seed = async (call: Call): Promise<void> => {
  const work = await seedOf(call);
  const engine = await call.open();
  try {
    await work(engine);
  } catch (cause) {
    throw new ConfigurationError(`The seed failed: ${cause instanceof Error ? sentenceOf(cause) : "it threw something that is no Error"}`, {
      cause,
    });
  }
};

export const run: Run = async (call) => {
  await seed(call);
  call.output.result({ done: true }, "The seed has run.");
  return undefined;
};
