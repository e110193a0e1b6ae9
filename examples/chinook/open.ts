/** Opens the store's database: a temporary copy of the file beside this one, so that the original stays as it is. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine } from "petrel";

export interface OpenedStore extends AsyncDisposable {
  readonly engine: Engine;
}

/** The copy is deleted when the store is disposed of. */
export const openStore = async (): Promise<OpenedStore> => {
  const folder = await mkdtemp(join(tmpdir(), "chinook-"));
  const file = join(folder, "chinook.sqlite");
  await copyFile(fileURLToPath(new URL("chinook.sqlite", import.meta.url)), file);
  const engine = await createEngine(`sqlite:${file}`);
  return {
    engine,
    async [Symbol.asyncDispose]() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
