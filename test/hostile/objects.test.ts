import { bindings, openEngine } from "../support/make-database.ts";
import { hostileObjectsSuite } from "../suites/hostile-objects-suite.ts";

for (const binding of bindings()) hostileObjectsSuite({ name: binding, open: () => openEngine([], binding) });
