/** `raw`: SQL text on the connected database. */
import type { RawOptions, RawParameters } from "../engine/raw.ts";
import type { Result } from "../engine/results/result.ts";
import { sessionAround } from "../session/current-session.ts";
import type { Engine } from "../session/engine.ts";
import { Session } from "../session/session.ts";
import { currentEngine } from "./current-engine.ts";

/**
 * Runs SQL text with `$1`, `?` or `:name` placeholders on `engine`, or on the database that `connect()` opened: in the transaction of that
 * database around the running code, where there is one.
 * Throws `ConfigurationError` when there is neither.
 *
 *     const rows = (await raw<{ name: string }>("SELECT name FROM users WHERE age > ?", [18])).all();
 */
export const raw = async <Row = Record<string, unknown>>(
  text: string,
  parameters: RawParameters = [],
  engine: Engine = currentEngine(),
  options: RawOptions = {},
): Promise<Result<Row>> => {
  const around = sessionAround(engine);
  return around instanceof Session ? around.executeRaw<Row>(text, parameters, options) : engine.execute<Row>(text, parameters, options);
};
