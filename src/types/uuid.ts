/** UUIDs, as text in lower case. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const uuidProblem = (_type: ColumnType, value: unknown): string | null => {
  if (typeof value !== "string") return `expects a UUID as a string, got ${describe(value)}`;
  return form.test(value) ? null : "expects a UUID such as '0f8fad5b-d9cb-469f-a165-70867728950e', got another string";
};

export const uuidCodec: Codec = {
  encode: (value: string): string => {
    const problem = uuidProblem({ kind: "uuid" }, value);
    if (problem !== null) throw new ValueProblem(problem);
    return value.toLowerCase();
  },
  decode: null,
};
