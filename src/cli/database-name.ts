/** Which database a URL names, without opening it, and the consent of a person to what destroys it. */
import { ConfigurationError } from "../base/errors.ts";
import { connectConfig } from "../driver/postgres/startup/config.ts";
import type { ConnectOptions } from "../driver/postgres/startup/connect-options.ts";
import { parseSqliteUrl } from "../driver/url.ts";
import type { Call } from "./command.ts";
import { askText } from "./prompts.ts";
import { urlOf } from "./settings.ts";

export type DatabaseName =
  | { readonly kind: "postgres"; readonly name: string }
  /** `name` is the path as it is written in the URL. */
  | { readonly kind: "sqlite"; readonly name: string; readonly memory: boolean };

export const isPostgresUrl = (url: string): boolean => /^postgres(?:ql)?:/i.test(url);

export const databaseName = async (call: Call): Promise<DatabaseName> => {
  const settings = await call.settings();
  const url = urlOf(settings);
  if (!isPostgresUrl(url)) {
    const { path, memory } = parseSqliteUrl(url);
    return { kind: "sqlite", name: path, memory };
  }
  // The options were written for createEngine, which reads these names the same way.
  const { settings: keywords, parameters } = settings.options as ConnectOptions;
  return { kind: "postgres", name: connectConfig({ url, settings: keywords, parameters, environment: call.system.env }).database };
};

/**
 * Lets pass who named the database with `--confirm`, or typed its name when asked. Throws `ConfigurationError` for everybody else; nothing has
 * been changed by then.
 */
export const assertConfirmed = async (call: Call, what: string): Promise<void> => {
  const { name } = await databaseName(call);
  const given =
    call.options.text("confirm") ?? (call.isInteractive ? await askText(`${what} Type the database's name, ${name}, to go on:`) : null);
  if (given === name) return;
  const why = given === null ? "" : " That is not its name.";
  throw new ConfigurationError(`${what}${why} If that is meant, pass --confirm ${/^[\w./:-]+$/.test(name) ? name : `'${name}'`}`);
};
