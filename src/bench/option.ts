/** Numbers that options of this room take, checked the same way everywhere. */
import { ConfigurationError } from "../base/errors.ts";

/** `given`, or `otherwise` when it is absent. Throws `ConfigurationError` naming the option unless it is a whole number from `least`. */
export const wholeNumber = (given: unknown, option: string, least: number, otherwise: number): number => {
  if (given === undefined) return otherwise;
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= least) return given;
  throw new ConfigurationError(`${option} is a whole number of at least ${least}.`);
};

/** As `wholeNumber`, of numbers above 0 with fractions. */
export const positiveNumber = (given: unknown, option: string, otherwise: number): number => {
  if (given === undefined) return otherwise;
  if (typeof given === "number" && Number.isFinite(given) && given > 0) return given;
  throw new ConfigurationError(`${option} is a number above 0.`);
};

/** A benchmark's or a scenario's name and function, which every run speaks of. `known` are the names that are taken. */
export const checkNamed = (what: string, name: unknown, work: unknown, known: ReadonlyMap<string, unknown>): void => {
  if (typeof name !== "string" || name === "")
    throw new ConfigurationError(`A ${what} has a name: ${what}("user_creation", async () => …).`);
  if (known.has(name)) throw new ConfigurationError(`There is a ${what} '${name}' already; results are by name.`);
  if (typeof work !== "function") throw new ConfigurationError(`The ${what} '${name}' is no function.`);
};
