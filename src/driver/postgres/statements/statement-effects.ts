/** What a statement that ended well, or that the server refused, says about what a connection remembers: read off its tag, its text and the error. */

const changesPlans = /search_path|\brole\b|session\s+authorization/i;
const isLocalSetting = /^\s*set\s+(?:local|transaction|constraints)\b/i;
const leavesTraces = new Set(["SET", "RESET", "LISTEN", "PREPARE", "LOAD"]);
const forgetsAll = new Set(["DISCARD ALL", "DEALLOCATE ALL"]);
const changesTypes = new Set(["ALTER TYPE", "ALTER TABLE", "ALTER DOMAIN", "DROP TYPE", "DROP TABLE", "DROP DOMAIN"]);

/** The server has forgotten its prepared statements. */
export const forgetsStatements = (tag: string): boolean => forgetsAll.has(tag);

/** Prepared statements may mean something else from now on. */
export const changesMeaning = (tag: string, text: string): boolean => leavesTraces.has(tag) && changesPlans.test(text);

/** The session is not as it was at the beginning. */
export const marksSession = (tag: string, text: string): boolean => leavesTraces.has(tag) && !isLocalSetting.test(text);

/** The fields of a composite type may be others (every table is one), or a plan may name a type that is gone. */
export const altersTypes = (tag: string): boolean => changesTypes.has(tag);

/** The plan that the server keeps for a prepared statement cannot be used again. */
export const isOutdatedPlan = (sqlState: string | undefined, message: string): boolean =>
  (sqlState === "0A000" && message.includes("cached plan")) || (sqlState === "XX000" && message.includes("cache lookup failed for type"));
