/** What a command is: plain data, so that the parser, the help and the completion read one list, and a call, which is what a command gets. */
import type { Engine } from "../session/engine.ts";
import type { Output } from "./output.ts";
import type { Settings, Surroundings } from "./settings.ts";

/** `--rename <from=to>` */
export interface CommandOption {
  readonly flags: string;
  readonly description: string;
  /** May be given several times. */
  readonly repeats?: true;
}

/** `"<sql>"`, `"[table]"`. */
export interface CommandArgument {
  readonly name: string;
  readonly description: string;
  /** What it may be, for the completion; the command itself checks it. */
  readonly values?: readonly string[];
}

export interface Command {
  /** `"migrate apply"`. */
  readonly path: string;
  readonly description: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Loaded when it is called: `petrel --help` reads none of them. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** `"findings"`: it ran, and found something that somebody has to look at. */
export type Ending = "findings" | undefined;
export type Run = (call: Call) => Promise<Ending>;

/** What the assembly gives: the command opens nothing by itself. */
export interface System extends Surroundings {
  readonly version: string;
  readonly openEngine: (url: string, options: Readonly<Record<string, unknown>>) => Promise<Engine>;
  /** What a session at the prompt finds besides its models: all that the package exports. */
  readonly loadPackage: () => Promise<Readonly<Record<string, unknown>>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export interface Call {
  readonly arguments: readonly (string | undefined)[];
  readonly options: Options;
  readonly output: Output;
  readonly system: System;
  /** All commands there are. */
  readonly commands: readonly Command[];
  /** Whether a person can be asked: input and error output are terminals, nobody wants JSON, and it is not CI. */
  readonly isInteractive: boolean;
  settings(): Promise<Settings>;
  /** The database of the settings; closed when the command ends. */
  open(overriding?: Readonly<Record<string, unknown>>): Promise<Engine>;
}

/** Options as they were typed, by their long names in camel case. */
export class Options {
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = given;
  }

  text(name: string): string | undefined {
    const value = this.#given[name];
    return typeof value === "string" ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#given[name] === true;
  }

  list(name: string): readonly string[] {
    const value = this.#given[name];
    return Array.isArray(value) ? value.map(String) : [];
  }
}
