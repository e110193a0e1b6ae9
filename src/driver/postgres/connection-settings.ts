/** What a connection is made with: what all of a pool have in common, and what start-up leaves to each. */
import type { TypeCatalog, TypeCatalogs } from "./catalog.ts";
import type { Flavor } from "./flavor.ts";
import type { ServerReport } from "./errors.ts";
import type { Notification } from "./protocol/read.ts";
import type { Wire } from "./startup/socket.ts";
import type { StatementSettings } from "./statements/statement-writer.ts";

export interface ConnectionSettings extends StatementSettings {
  readonly catalogs: TypeCatalogs;
  /** What kind of server it is; `null` before one has said so. */
  readonly flavor: { name: Flavor | null };
  readonly notice: (report: ServerReport) => void;
  readonly notification: (notification: Notification) => void;
}

/** What start-up leaves for the connection. */
export interface Session {
  readonly wire: Wire;
  /** Shows the server which statement to cancel; resolves when the server has closed that socket, whatever it did. */
  readonly cancel: () => Promise<void>;
  /** Parameters that the server has reported so far. */
  readonly parameters: Map<string, string>;
  /** What is known of the types of this server. */
  readonly catalog: TypeCatalog;
}
