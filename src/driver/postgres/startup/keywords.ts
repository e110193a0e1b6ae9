/** The words of a PostgreSQL connection, spelled as libpq spells them, and the environment variables that stand for them. */
import { ConfigurationError } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/hint.ts";

/** Each keyword with its environment variable, or null where libpq has none. */
const variables = {
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  connect_timeout: "PGCONNECT_TIMEOUT",
  application_name: "PGAPPNAME",
  fallback_application_name: null,
  options: "PGOPTIONS",
  keepalives: null,
  keepalives_idle: null,
  sslmode: "PGSSLMODE",
  sslnegotiation: "PGSSLNEGOTIATION",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslpassword: null,
  sslrootcert: "PGSSLROOTCERT",
  sslsni: "PGSSLSNI",
  channel_binding: "PGCHANNELBINDING",
  require_auth: "PGREQUIREAUTH",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  load_balance_hosts: "PGLOADBALANCEHOSTS",
  max_protocol_version: "PGMAXPROTOCOLVERSION",
} as const;

export type Keyword = keyof typeof variables;
export type Settings = Partial<Record<Keyword, string>>;

/** What libpq knows and Petrel cannot do or does by itself: refused with the reason instead of being ignored. */
const refused: Readonly<Record<string, string>> = {
  client_encoding: "Petrel always speaks UTF8",
  gssencmode: "Petrel has no GSSAPI encryption; use TLS (sslmode)",
  krbsrvname: "Petrel has no GSSAPI authentication",
  sslcrl: "Petrel does not read revocation lists",
  sslcrldir: "Petrel does not read revocation lists",
  sslcompression: "TLS compression is unsafe and gone from PostgreSQL too",
  requirepeer: "Petrel cannot ask the system who owns a socket",
  service: "Petrel reads no service file; give the connection's parts instead",
  replication: "Petrel does not speak the replication protocol",
  keepalives_interval: "Node.js sets only keepalives_idle",
  keepalives_count: "Node.js sets only keepalives_idle",
  tcp_user_timeout: "Node.js cannot set it; use a statement timeout",
};

export const keywords = Object.keys(variables) as readonly Keyword[];

const isKeyword = (name: string): name is Keyword => Object.hasOwn(variables, name);

/** The keyword that `name` is. Throws `ConfigurationError` for any other, with the nearest known name or the reason for a refusal. */
export const keyword = (name: string): Keyword => {
  if (isKeyword(name)) return name;
  const reason = Object.hasOwn(refused, name) ? `: ${refused[name]}.` : `.${didYouMean(name, keywords)}`;
  throw new ConfigurationError(`The connection parameter '${name.slice(0, 60)}' is not one that Petrel knows${reason}`);
};

/** What the environment says. An empty variable counts as absent, as in libpq. */
export const settingsFromEnvironment = (environment: Readonly<Record<string, string | undefined>>): Settings => {
  const settings: Settings = {};
  for (const name of keywords) {
    const variable = variables[name];
    const value = variable === null ? undefined : environment[variable];
    if (value !== undefined && value !== "") settings[name] = value;
  }
  return settings;
};
