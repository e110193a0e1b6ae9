/** How to reach and enter a PostgreSQL server. */
import type { Settings } from "./keywords.ts";

export type SessionAttributes = "any" | "read-write" | "read-only" | "primary" | "standby" | "prefer-standby";

export interface ConnectOptions {
  /** `postgresql://…` or `postgres://…`. */
  readonly url?: string | undefined;
  /** libpq's keywords, `{ host: "db1,db2", target_session_attrs: "read-write" }`; they outweigh the URL. */
  readonly settings?: Readonly<Settings> | undefined;
  /** Instead of a password in the URL; a function is asked for every new connection (tokens that expire). */
  readonly password?: string | (() => string | Promise<string>) | undefined;
  /** Run-time parameters of every session, `{ statement_timeout: "5s", search_path: "app" }`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Certificates as PEM text instead of files. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly passphrase?: string } | undefined;
  /** Send a password in clear text over a connection without TLS when the server asks for it. False unless said. */
  readonly allowCleartextPassword?: boolean | undefined;
  /** `target_session_attrs` where neither settings nor the URL nor the environment say it. `any` unless given. */
  readonly sessionAttributes?: SessionAttributes | undefined;
  /** Instead of `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}
