/** `raw`: SQL text on the connected database. */
import type { RawOptions, RawParameters } from "../engine/raw.ts";
import type { Result } from "../engine/result.ts";
import type { Engine } from "../session/engine.ts";
import { currentEngine } from "./current-engine.ts";

/**
 * Runs SQL text with `$1`, `?` or `:name` placeholders on `engine`, or on the database that `connect()` opened.
 * Throws `ConfigurationError` when there is neither.
 *
 *     const rows = (await raw<{ name: string }>("SELECT name FROM users WHERE age > ?", [18])).all();
 */
export const raw = async <Row = Record<string, unknown>>(
  text: string,
  parameters: RawParameters = [],
  engine: Engine = currentEngine(),
  options: RawOptions = {},
): Promise<Result<Row>> => engine.execute<Row>(text, parameters, options);
