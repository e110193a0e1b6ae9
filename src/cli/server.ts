/** The server of a PostgreSQL database that is to be created or dropped: by the database that every server has. */
import type { Engine } from "../session/engine.ts";
import type { Call } from "./command.ts";

/** An engine on the database `postgres`, or the one that `--maintenance` names. */
export const openServer = async (call: Call): Promise<Engine> => {
  const { options } = await call.settings();
  // createEngine checks what is in there.
  const keywords = (options["settings"] ?? {}) as Readonly<Record<string, string>>;
  return call.open({ settings: { ...keywords, dbname: call.options.text("maintenance") ?? "postgres" }, maxConnections: 1 });
};
