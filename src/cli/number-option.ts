/** Numbers that were typed. */
import { ConfigurationError } from "../base/errors.ts";
import type { Options } from "./command.ts";

/** A whole number of at least `least`; `undefined` where the option was not given. */
export const numberOption = (options: Options, name: string, least = 1): number | undefined => {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new ConfigurationError(`--${name} takes a whole number of ${least} or more.`);
};
