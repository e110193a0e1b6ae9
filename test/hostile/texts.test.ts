import { bindings, openEngine } from "../support/make-database.ts";
import { hostileTextsSuite } from "../suites/hostile-texts-suite.ts";

for (const binding of bindings()) {
  hostileTextsSuite({
    name: binding,
    open: () => openEngine([], binding),
    catalog: "SELECT name, sql FROM sqlite_master ORDER BY name",
    ownColumns: ["rowid", "oid", "_rowid_"],
  });
}
