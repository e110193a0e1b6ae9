/** What stands behind a call's first argument: values and options after a model, options after instances. */
import type { CallOptions } from "../../query/query.ts";

interface ValuesAndOptions {
  readonly values: object | undefined;
  readonly options: CallOptions;
}

export const valuesAndOptions = (given: object, second: object | undefined, third: object | undefined): ValuesAndOptions =>
  typeof given === "function" ? { values: second, options: third ?? {} } : { values: undefined, options: second ?? {} };
