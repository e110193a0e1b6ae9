import { manyMembersSuite } from "../suites/many-members-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

// What is asked for is the same in every engine: one is enough.
for (const engine of sqliteEngines().slice(0, 1)) manyMembersSuite(engine);
