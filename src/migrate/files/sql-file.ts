/**
 * A migration as a file of plain SQL:
 *
 *     -- parents: 20260301120000_create_users@3fa9c1d2e4b5
 *     -- up
 *     ALTER TABLE "users" ADD COLUMN "full_name" text;
 *     -- down
 *     -- petrel: loses "drops the column users.full_name"
 *     ALTER TABLE "users" DROP COLUMN "full_name";
 *
 * Without `-- up` the whole file goes up, and nothing undoes it. `-- down: irreversible` says so.
 */
import { MigrationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { tokens } from "../../ast/tokens.ts";
import type { DdlStatement } from "../../schema/change.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { effectsOf } from "../effects/effects.ts";
import type { SqlStep } from "../migration.ts";
import { splitStatements } from "../effects/statement-text.ts";

type Dialect = Snapshot["dialect"];

export interface SqlFile {
  readonly parents: readonly string[];
  readonly replaces: readonly string[];
  readonly up: readonly SqlStep[];
  readonly down: readonly SqlStep[] | null;
}

export const unreadable = (file: string, message: string, cause?: unknown): MigrationError =>
  new MigrationError(`The migration '${file}' cannot be read: ${message}`, cause === undefined ? {} : { cause }, "E1710");

const directives = ["no-transaction", "foreign-keys-off", "expects-no-rows", "loses", "rewrites"];

type Facts = { -readonly [K in keyof SqlStep]?: SqlStep[K] };

const withDirective = (facts: Facts, directive: string, file: string): void => {
  const [, word = "", rest = ""] = /^(\S*)\s*([^]*)$/.exec(directive) ?? [];
  if (word === "no-transaction" && rest === "") facts.transactional = false;
  else if (word === "foreign-keys-off" && rest === "") facts.foreignKeysOff = true;
  else if (word === "expects-no-rows" && rest === "") facts.expectsNoRows = true;
  else if (word === "rewrites" && (rest === "rows" || rest === "nothing")) facts.rewrites = rest === "rows";
  else if (word === "loses" && rest === "nothing") facts.loses = null;
  else if (word === "loses" && /^".*"$/.test(rest)) facts.loses = textIn(rest, file);
  else
    throw unreadable(
      file,
      `'-- petrel: ${directive}' is not known.${didYouMean(word, directives)} ` +
        `There are: no-transaction, foreign-keys-off, expects-no-rows, loses nothing, loses "what is lost", rewrites nothing, rewrites rows.`,
    );
};

const textIn = (quoted: string, file: string): string => {
  try {
    // A text in double quotes is JSON's string, and nothing else.
    return JSON.parse(quoted) as string;
  } catch (error) {
    throw unreadable(file, "the text behind 'loses' is not a JSON string.", error);
  }
};

/** The statements of a text, with what the comments in front of them say. */
export const stepsIn = (text: string, dialect: Dialect, file: string): readonly SqlStep[] =>
  splitStatements(text, dialect).map((statement) => {
    const facts: Facts = {};
    for (const directive of statement.directives) withDirective(facts, directive, file);
    return Object.freeze({ kind: "sql" as const, sql: statement.sql, ...facts });
  });

/** The comments on lines of their own that say where the parts begin, and the text between them. */
const cut = (text: string, dialect: Dialect): { readonly mark: string | null; readonly text: string }[] => {
  const parts: { mark: string | null; text: string }[] = [{ mark: null, text: "" }];
  let atLineStart = true;
  for (const token of tokens(text, dialect === "postgres")) {
    const mark = atLineStart ? /^--\s*(up|down|down:\s*irreversible|(?:parents|replaces):.*?)\s*$/i.exec(token.text)?.[1] : undefined;
    if (mark === undefined) parts.at(-1)!.text += token.text;
    else parts.push({ mark, text: "" });
    atLineStart = /\n[ \t]*$/.test(token.text);
  }
  return parts;
};

const listed = (mark: string): string[] =>
  mark
    .slice(mark.indexOf(":") + 1)
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && each !== "none");

export const parseSqlFile = (text: string, dialect: Dialect, file: string): SqlFile => {
  const parents: string[] = [];
  const replaces: string[] = [];
  let plain = "";
  let up: string | null = null;
  let down: string | null = null;
  let isIrreversible = false;
  for (const part of cut(text, dialect)) {
    const mark = part.mark?.toLowerCase() ?? "";
    if (mark.startsWith("parents")) parents.push(...listed(part.mark!));
    if (mark.startsWith("replaces")) replaces.push(...listed(part.mark!));
    if (mark === "up") up = (up ?? "") + part.text;
    else if (mark === "down") down = (down ?? "") + part.text;
    else if (mark.startsWith("down")) isIrreversible = true;
    else plain += part.text;
  }
  if (isIrreversible && down !== null) throw unreadable(file, "it has both '-- down' and '-- down: irreversible'. Keep one of them.");
  const before = stepsIn(plain, dialect, file);
  if (before.length > 0 && (up !== null || down !== null))
    throw unreadable(file, "a statement stands in front of '-- up'. Put it behind it.");
  return {
    parents,
    replaces,
    up: up === null ? before : stepsIn(up, dialect, file),
    down: down === null ? null : stepsIn(down, dialect, file),
  };
};

/** What the text of a statement does not say by itself, as directives. */
export const spelled = (statement: DdlStatement, dialect: Dialect): string[] => {
  const read = effectsOf(statement.sql, dialect);
  const said: string[] = [];
  if (read.transactional && !statement.transactional) said.push("no-transaction");
  if (statement.foreignKeysOff) said.push("foreign-keys-off");
  if (statement.expectsNoRows) said.push("expects-no-rows");
  if (read.rewrites !== statement.rewrites) said.push(statement.rewrites ? "rewrites rows" : "rewrites nothing");
  // Said also where the text says it: whoever reviews the file has to see it.
  if (read.losesData !== statement.losesData || statement.losesData !== null)
    said.push(statement.losesData === null ? "loses nothing" : `loses ${JSON.stringify(statement.losesData)}`);
  return said;
};

/** A comment at its end would swallow the semicolon. */
const ended = (sql: string): string => (/--[^\n]*$/.test(sql) ? `${sql}\n;` : `${sql};`);

const statementsText = (statements: readonly DdlStatement[], dialect: Dialect): string =>
  statements
    .map((each) => [...spelled(each, dialect).map((said) => `-- petrel: ${said}`), ended(each.sql.replace(/;\s*$/, ""))].join("\n"))
    .join("\n\n");

export interface WrittenMigration {
  readonly parents: readonly string[];
  readonly replaces?: readonly string[];
  readonly up: readonly DdlStatement[];
  readonly down: readonly DdlStatement[] | null;
}

export const sqlFileText = ({ parents, replaces = [], up, down }: WrittenMigration, dialect: Dialect): string =>
  [
    `-- parents: ${parents.length === 0 ? "none" : parents.join(", ")}`,
    ...(replaces.length === 0 ? [] : [`-- replaces: ${replaces.join(", ")}`]),
    "",
    "-- up",
    statementsText(up, dialect),
    "",
    ...(down === null ? ["-- down: irreversible"] : ["-- down", statementsText(down, dialect)]),
    "",
  ].join("\n");
