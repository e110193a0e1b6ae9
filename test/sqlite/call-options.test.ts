import { callOptionsSuite } from "../suites/call-options-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

// In memory there is one connection: whoever holds it makes everybody wait.
for (const { name, open, readsBesideWriter } of sqliteEngines()) if (!readsBesideWriter) callOptionsSuite({ name, open, lockTables: null });
