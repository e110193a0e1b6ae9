import { bindings, openEngine } from "../support/make-database.ts";
import { explainSuite } from "../suites/explain-suite.ts";
import { monitorSuite } from "../suites/monitor-suite.ts";
import { observingSuite } from "../suites/observing-suite.ts";
import { openTelemetrySuite } from "../suites/open-telemetry-suite.ts";
import { watchingSuite } from "../suites/watching-suite.ts";

for (const binding of bindings()) {
  const watched = { name: binding, open: () => openEngine([], binding) };
  watchingSuite(watched);
  observingSuite(watched);
  explainSuite(watched);
  monitorSuite(watched);
  openTelemetrySuite(watched);
}
