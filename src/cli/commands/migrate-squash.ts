/** `petrel migrate squash <name>`: many migrations become one, which stands for them wherever they were applied. */
import { squashMigrations } from "../../migrate/files/squash-migrations.ts";
import type { Run } from "../command.ts";
import { dialectOfUrl, folderOf, oneOfOption } from "../migrations.ts";

export const run: Run = async (call) => {
  const [name = ""] = call.arguments;
  const squashed = await squashMigrations({
    name,
    dialect: await dialectOfUrl(call),
    folder: await folderOf(call),
    to: call.options.text("to"),
    keep: oneOfOption(call, "keep", ["statements", "structure"]),
    remove: call.options.flag("remove"),
  });
  call.output.result(squashed, `${squashed.file} stands for ${squashed.replaced.length} migrations.`);
  return undefined;
};
