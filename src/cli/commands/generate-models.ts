/** `petrel generate models` and `petrel db pull`: models from a live database, to standard output or into a file. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ConfigurationError } from "../../base/errors.ts";
import { generateModels } from "../../migrate/generate/generate-models.ts";
import { historyTable } from "../../migrate/apply/history-table.ts";
import { introspect } from "../../migrate/structure/introspect.ts";
import type { Run } from "../command.ts";

export const run: Run = async (call) => {
  const { options, output, system } = call;
  const given = options.text("output");
  const file = given === undefined ? null : resolve(system.cwd, given);
  if (file !== null && existsSync(file) && !options.flag("force"))
    throw new ConfigurationError(`The file '${given}' is there already. Pass --force to write over it.`);
  const ignore = [...options.list("ignore"), historyTable];
  const made = generateModels(await introspect(await call.open(), { ignore, schemas: options.list("schema") }));
  if (file !== null) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, made.text);
  }
  for (const remark of made.remarks) output.warn(remark);
  output.result({ file, ...made }, file === null ? made.text : `${made.models.length} models are in ${given}`);
  return undefined;
};
