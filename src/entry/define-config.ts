/** `defineConfig`: the types of `petrel.config.ts`. */
import type { LintPolicy } from "../migrate/migration-plan.ts";
import type { ObserveOptions } from "../observe/configure.ts";
import type { AnyModel } from "../schema/entity.ts";
import type { Engine } from "../session/engine.ts";
import type { EngineOptions, PoolEngineOptions, PerformanceOptions } from "./engine-options.ts";

/** Options that stand in sections of their own, for people; they are options of `createEngine` all the same. */
export interface OptionSections {
  /** The pool: `{ minConnections: 5, maxConnections: 20, acquireTimeout: "30s" }`. */
  readonly pool?: PoolEngineOptions | undefined;
  /** The same in SQLAlchemy's words, `{ connectionPoolSize: 20, maxOverflow: 30, poolTimeout: 30, poolRecycle: 3600, poolPrePing: true }`, and caches. */
  readonly performance?: (PoolEngineOptions & PerformanceOptions & { readonly statementCacheSize?: number }) | undefined;
}

/** One of several databases: its URL, or with options of its own, which outweigh those that all have in common. */
export type DatabaseOptions = EngineOptions & OptionSections & { readonly url: string };

/** Several databases by name; one of them is called `default`. */
export interface Databases {
  readonly default: string | DatabaseOptions;
  readonly [name: string]: string | DatabaseOptions;
}

/** What a project says about its databases; `connect()` and the `petrel` command read it. */
export interface Config extends OptionSections, ObserveOptions {
  /** The database, where neither `--url` nor `DATABASE_URL` names one. */
  readonly url?: string | undefined;
  /** Instead of `url`, several. */
  readonly databases?: Databases | undefined;
  /** What `createEngine` takes beside the URL, for every database. */
  readonly options?: EngineOptions | undefined;
  /** Models, and paths of files that export models, from where the configuration is. */
  readonly models?: string | readonly (string | AnyModel)[] | undefined;
  readonly migrations?:
    | {
        /** From where the configuration is; `migrations` without it. */
        readonly folder?: string | undefined;
        /** What fails `petrel migrate check`: `{ maxLock: "SHARE", forbid: ["drop-column"] }`. */
        readonly check?: LintPolicy | undefined;
      }
    | undefined;
  /** What `petrel db seed` runs: a function, or the path of a file whose default export is one. */
  readonly seed?: string | ((engine: Engine) => unknown) | undefined;
}

/**
 * The default export of `petrel.config.ts`. Returns what it was given.
 *
 *     export default defineConfig({ url: "sqlite:app.db", models: "./src/models.ts" });
 */
export const defineConfig = (config: Config): Config => config;
