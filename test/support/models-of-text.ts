/** Models that were generated as text, imported as a project would. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyModel } from "../../src/entry/index.ts";
import { petrelFromSource } from "./petrel-from-source.ts";

petrelFromSource();

/** The models that a file with this text exports. */
export const modelsOfText = async (text: string): Promise<readonly AnyModel[]> => {
  const file = join(await mkdtemp(join(tmpdir(), "petrel-generated-")), "models.ts");
  await writeFile(file, text);
  return Object.values((await import(pathToFileURL(file).href)) as Record<string, AnyModel>);
};
