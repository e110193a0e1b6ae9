import { unitOfWorkSuite } from "../suites/unit-of-work-suite.ts";
import { sqliteEngines } from "./session-engines.ts";

for (const engine of sqliteEngines()) unitOfWorkSuite(engine);
