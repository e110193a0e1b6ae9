/** One call of `petrel`, from what was typed to the exit code: 0 done, 4 findings, 2 could not run, 1 a bug of ours. */
import { BugError, ConfigurationError, isPetrelError } from "../base/errors.ts";
import type { Engine } from "../session/engine.ts";
import { Options } from "./command.ts";
import type { Call, Command, System } from "./command.ts";
import { commands } from "./commands.ts";
import { masked } from "./masked.ts";
import { Output } from "./output.ts";
import { parse } from "./program.ts";
import { readSettings, urlOf } from "./settings.ts";
import type { Settings } from "./settings.ts";

export type ExitCode = 0 | 1 | 2 | 4;

/** What the operating system refused is not our bug either: no rights, no space, a path that leads nowhere. */
const isRefused = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "syscall" in error && "code" in error;

const failed = (error: unknown, output: Output, secrets: readonly string[]): ExitCode => {
  const clean = (text: string): string => secrets.reduce((kept, url) => kept.replaceAll(url, masked(url)), text);
  if (isPetrelError(error) && !(error instanceof BugError)) {
    output.failure({ code: error.code, message: clean(error.message) });
    return 2;
  }
  if (isRefused(error)) {
    output.failure({ code: String(error.code), message: clean(error.message) });
    return 2;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : "something was thrown that is no Error";
  output.failure({ code: "E9001", message: clean(`This is a bug of petrel; please report it.\n${text}`) });
  return 1;
};

class CommandCall implements Call {
  readonly arguments: readonly (string | undefined)[];
  readonly options: Options;
  readonly output: Output;
  readonly system: System;
  readonly commands: readonly Command[] = commands;
  readonly isInteractive: boolean;
  readonly engines: Engine[] = [];
  #settings: Promise<Settings> | null = null;

  constructor(system: System, output: Output, given: readonly (string | undefined)[], options: Options) {
    [this.system, this.output, this.arguments, this.options] = [system, output, given, options];
    const isCi = system.env["CI"] !== undefined && system.env["CI"] !== "" && system.env["CI"] !== "false";
    this.isInteractive = system.stdin.isTTY && system.stderr.isTTY && !output.isJson && !isCi;
  }

  settings(): Promise<Settings> {
    const typed = { config: this.options.text("config"), url: this.options.text("url"), database: this.options.text("database") };
    return (this.#settings ??= readSettings(typed, this.system));
  }

  async open(overriding: Readonly<Record<string, unknown>> = {}): Promise<Engine> {
    const settings = await this.settings();
    const engine = await this.system.openEngine(urlOf(settings), { ...settings.options, ...overriding });
    this.engines.push(engine);
    return engine;
  }

  /** What must not be shown. */
  async secrets(): Promise<readonly string[]> {
    const settings = await this.settings().catch(() => null);
    return settings?.url === null || settings === null ? [] : [settings.url.value];
  }
}

const execute = async (command: Command, call: CommandCall): Promise<ExitCode> => {
  try {
    const { run } = await command.load();
    return (await run(call)) === "findings" ? 4 : 0;
  } catch (error) {
    return failed(error, call.output, await call.secrets());
  } finally {
    for (const engine of call.engines) await engine.close().catch(() => null);
  }
};

/** Who reads no further (`| head`) has read enough: what else would be said goes nowhere, and what is being done is done to its end. */
const allowClosedPipes = ({ stdout, stderr }: System): void => {
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
};

/** Runs what was typed behind `petrel` and says how it ended. Never throws. */
export const runCommand = async (argv: readonly string[], system: System): Promise<ExitCode> => {
  allowClosedPipes(system);
  const parsed = parse(commands, argv, system.version);
  if ("status" in parsed) {
    const isJson = argv.includes("--json") && parsed.status === 2;
    system.stdout.write(parsed.out);
    if (isJson) new Output(system.stdout, system.stderr, true).failure(new ConfigurationError(parsed.err.split("\n")[0] ?? ""));
    else system.stderr.write(parsed.err);
    return parsed.status;
  }
  const output = new Output(system.stdout, system.stderr, parsed.options["json"] === true);
  return execute(parsed.command, new CommandCall(system, output, parsed.arguments, new Options(parsed.options)));
};
