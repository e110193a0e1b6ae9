import { bindings, openEngine } from "../support/make-database.ts";
import { observingSuite } from "../suites/observing-suite.ts";
import { watchingSuite } from "../suites/watching-suite.ts";

for (const binding of bindings()) {
  const watched = { name: binding, open: () => openEngine([], binding) };
  watchingSuite(watched);
  observingSuite(watched);
}
