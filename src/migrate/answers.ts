/** Answers about renames from a file, for where nobody can be asked. */
import { readFile } from "node:fs/promises";
import { MigrationError } from "../base/errors.ts";
import type { Answers } from "../schema/change.ts";

const wrong = (file: string, what: string, cause?: unknown): MigrationError =>
  new MigrationError(
    `The answers in '${file}' ${what} They are JSON: { "renames": [{ "table": "users", "column": "name", "to": "full_name" }], "drops": [{ "table": "drafts" }] }.`,
    cause === undefined ? {} : { cause },
    "E1714",
  );

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isTextOrNothing = (value: unknown): boolean => value === undefined || isText(value);

const isAnswer = (value: unknown, keys: readonly string[]): boolean => {
  if (typeof value !== "object" || value === null) return false;
  const answer = value as Readonly<Record<string, unknown>>;
  const isRename = keys.includes("to");
  const isSchema = answer["schema"] === null || isTextOrNothing(answer["schema"]);
  return (
    Object.keys(answer).every((key) => keys.includes(key)) &&
    isText(answer["table"]) &&
    isTextOrNothing(answer["column"]) &&
    isSchema &&
    (!isRename || isText(answer["to"]))
  );
};

/** Throws `MigrationError` E1714 for a file that is not there or says something else. */
export const readAnswers = async (file: string): Promise<Answers> => {
  let found: unknown;
  try {
    found = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw wrong(file, "cannot be read.", error);
  }
  const given = typeof found === "object" && found !== null ? (found as Readonly<Record<string, unknown>>) : { wrong: true };
  const { renames = [], drops = [], ...others } = given;
  const isRight =
    Object.keys(others).length === 0 &&
    Array.isArray(renames) &&
    Array.isArray(drops) &&
    renames.every((each) => isAnswer(each, ["table", "schema", "column", "to"])) &&
    drops.every((each) => isAnswer(each, ["table", "schema", "column"]));
  if (!isRight) throw wrong(file, "are not of that form.");
  return { renames, drops };
};
