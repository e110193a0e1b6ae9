/** `defineConfig`: the types of `petrel.config.ts`. */
import type { Configuration } from "../config/configuration.ts";
import type { LintPolicy } from "../migrate/migration-plan.ts";
import type { AnyModel } from "../schema/entity.ts";
import type { Engine } from "../session/engine.ts";
import type { EngineOptions } from "./engine-options.ts";

/** What the `petrel` command knows about a project. */
export interface Config extends Omit<Configuration, "models" | "options" | "seed" | "migrations"> {
  readonly migrations?:
    | {
        /** From where the configuration is; `migrations` without it. */
        readonly folder?: string | undefined;
        /** What fails `petrel migrate check`: `{ maxLock: "SHARE", forbid: ["drop-column"] }`. */
        readonly check?: LintPolicy | undefined;
      }
    | undefined;
  /** Models, and paths of files that export models, from where the configuration is. */
  readonly models?: string | readonly (string | AnyModel)[] | undefined;
  /** What `createEngine` takes beside the URL. */
  readonly options?: EngineOptions | undefined;
  /** What `petrel db seed` runs: a function, or the path of a file whose default export is one. */
  readonly seed?: string | ((engine: Engine) => unknown) | undefined;
}

/**
 * The default export of `petrel.config.ts`. Returns what it was given.
 *
 *     export default defineConfig({ url: "sqlite:app.db", models: "./src/models.ts" });
 */
export const defineConfig = (config: Config): Config => config;
