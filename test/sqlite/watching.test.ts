import { bindings, openEngine } from "../support/make-database.ts";
import { watchingSuite } from "../suites/watching-suite.ts";

for (const binding of bindings()) watchingSuite({ name: binding, open: () => openEngine([], binding) });
