/** The list of commands as a parser, by commander. Decision 0035. */
import { Command as Parser, CommanderError, Option } from "commander";
import type { Command } from "./command.ts";

export interface Parsed {
  readonly command: Command;
  readonly arguments: readonly (string | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What was typed is no command; or it was a question, whose answer is the text. */
export interface Said {
  readonly status: 0 | 2;
  readonly out: string;
  readonly err: string;
}

const everywhere: readonly (readonly [flags: string, description: string])[] = [
  ["--url <url>", "the database; otherwise DATABASE_URL, the configuration, PG*"],
  ["--database <name>", "one of the databases of the configuration; otherwise default"],
  ["--config <file>", "the configuration; otherwise petrel.config.ts or petrel.toml here"],
  ["--json", "the answer as one JSON document"],
];

const groups: Readonly<Record<string, string>> = {
  migrate: "write, apply and take back migrations",
  db: "the database as a whole",
  generate: "write code",
  benchmark: "measure",
  monitor: "watch a database at work",
};

const added = (parser: Parser, command: Command, heard: (found: Parsed) => void): void => {
  const own = parser.command(command.path.split(" ").at(-1)!).description(command.description);
  for (const { name, description } of command.arguments ?? []) own.argument(name, description);
  for (const { flags, description, repeats } of command.options ?? []) {
    const option = new Option(flags, description);
    own.addOption(
      repeats === true ? option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]) : option,
    );
  }
  for (const [flags, description] of everywhere) own.option(flags, description);
  own.action((...given: unknown[]) => {
    const values = given.slice(0, own.registeredArguments.length) as (string | undefined)[];
    heard({ command, arguments: values, options: own.opts() });
  });
};

/** Reads what was typed behind `petrel`. */
export const parse = (commands: readonly Command[], argv: readonly string[], version: string): Parsed | Said => {
  let [out, err] = ["", ""];
  const found: Parsed[] = [];
  const writes = {
    writeOut: (text: string): void => {
      out += text;
    },
    writeErr: (text: string): void => {
      err += text;
    },
  };
  const root = new Parser("petrel")
    .description("Models, migrations and databases of Petrel.")
    .version(version)
    .configureOutput(writes)
    .exitOverride();
  root.showHelpAfterError("(petrel --help shows what there is)");
  const parents = new Map<string, Parser>();
  for (const command of commands) {
    const [group, name] = command.path.split(" ");
    const isGrouped = name !== undefined;
    if (isGrouped && !parents.has(group!)) parents.set(group!, root.command(group!).description(groups[group!] ?? ""));
    added(isGrouped ? parents.get(group!)! : root, command, (parsed) => found.push(parsed));
  }
  root.addHelpText("after", "\nExit codes: 0 done, 4 findings, 2 could not run, 1 a bug of petrel.");
  try {
    root.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help that was asked for ends with 0, help in place of a missing command does not.
    return { status: error.exitCode === 0 ? 0 : 2, out, err };
  }
  return found[0] ?? { status: 2, out, err };
};
