/** What the stable semantic conventions of OpenTelemetry call what is known of a statement: https://opentelemetry.io/docs/specs/semconv/db/. */
import { isPetrelError } from "../../base/errors.ts";
import { Lru } from "../../base/lru.ts";
import { targetOf } from "../../engine/target.ts";
import type { WatchedStatement } from "../../engine/watching/watched-statement.ts";
import type { TransactionHost } from "../../engine/transactions/transaction-host.ts";
import type { Attributes } from "./api.ts";

const longestSummary = 255;

/** The first word of the text, which no value can be. */
const operationOf = (sql: string): string => /^[\s(]*([a-z]+)/i.exec(sql)?.[1]?.toUpperCase() ?? "QUERY";

/** Tables, the one that is written first. */
const tablesOf = ({ reads, writes }: WatchedStatement): string[] => [...new Set([...writes, ...reads])];

/** `SELECT posts users`: few of them in any program, so they name spans. */
const summaryOf = (statement: WatchedStatement): string =>
  [operationOf(statement.sql), ...tablesOf(statement)].join(" ").slice(0, longestSummary);

/** What is the same for all statements of a database. */
export const databaseAttributes = (host: TransactionHost): Attributes => {
  const target = targetOf(host);
  return {
    "db.system.name": host.dialect.name === "postgres" ? "postgresql" : "sqlite",
    ...(target === null ? {} : { "db.namespace": target.database, "server.address": target.host }),
    ...(target === null || target.port === 5432 ? {} : { "server.port": target.port }),
  };
};

const keptTexts = 500;
const known = new WeakMap<object, Lru<string, Readonly<Attributes>>>();

/** Those that metrics have, too: the same for each text, and so made once. */
export const statementAttributes = (statement: WatchedStatement): Readonly<Attributes> => {
  const { host, sql } = statement;
  const texts = known.get(host.identity) ?? new Lru<string, Readonly<Attributes>>(keptTexts);
  known.set(host.identity, texts);
  const found = texts.get(sql);
  if (found !== undefined) return found;
  const made = attributesOf(statement);
  texts.set(sql, made);
  return made;
};

const attributesOf = (statement: WatchedStatement): Attributes => {
  const tables = tablesOf(statement);
  return {
    ...databaseAttributes(statement.host),
    "db.operation.name": operationOf(statement.sql),
    "db.query.summary": summaryOf(statement),
    ...(tables.length === 1 ? { "db.collection.name": tables[0]! } : {}),
  };
};

/** Those of one statement: SQL has placeholders where its values go, and values only where they are asked for. */
export const textAttributes = (statement: WatchedStatement, parameters: boolean): Attributes => ({
  "db.query.text": statement.sql,
  ...(statement.callSite === null ? {} : placeOf(statement.callSite)),
  ...(parameters
    ? Object.fromEntries(
        statement.values.map((value, index) => [
          `db.query.parameter.${index}`,
          value instanceof Uint8Array ? `<${value.length} bytes>` : String(value),
        ]),
      )
    : {}),
});

const placeOf = (callSite: string): Attributes => {
  const [, file, line] = /^(.*?):(\d+)(?::\d+)?$/.exec(callSite) ?? [];
  return file === undefined ? {} : { "code.file.path": file, "code.line.number": Number(line) };
};

/** A database puts values into its messages: of errors only name and codes are told. */
export const errorAttributes = (error: unknown): Attributes => {
  if (!isPetrelError(error)) return { "error.type": error instanceof Error ? error.name : "_OTHER" };
  return { "error.type": error.name, ...(error.sqlState === undefined ? {} : { "db.response.status_code": error.sqlState }) };
};
