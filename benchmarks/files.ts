/**
 * Files and pictures against the same calls by hand, 16 at once, in turns: write 64 KB, insert the row, read it back; and a picture's thumbnail.
 * `node benchmarks/files.ts`. Ratios are Petrel's calls per second by those of the hand-written ones.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileTypeFromBuffer } from "file-type";
import sharp from "sharp";
import { createEngine, int, json, Model } from "../src/entry/index.ts";
import { diskStore, file, FileManager, ImageProcessor, type StoredFile } from "../src/entry/files.ts";

const [atOnce, perRound, rounds] = [16, 320, 9];
const median = (found: readonly number[]): number => [...found].sort((a, b) => a - b)[found.length >> 1]!;

const secondsOf = async (calls: number, work: () => Promise<unknown>): Promise<number> => {
  let left = calls;
  const loop = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: atOnce }, loop));
  return (performance.now() - start) / 1000;
};

const compare = async (title: string, calls: number, ours: () => Promise<unknown>, byHand: () => Promise<unknown>): Promise<void> => {
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? [ours, byHand] : [byHand, ours];
    const seconds = new Map<unknown, number>();
    for (const work of order) seconds.set(work, await secondsOf(calls, work));
    // The first warms up.
    if (round === 0) continue;
    ratios.push(seconds.get(byHand)! / seconds.get(ours)!);
    rates.push(calls / seconds.get(ours)!);
  }
  console.log(`${title}: ${median(ratios).toFixed(2)} × by hand, ${Math.round(median(rates))} a second`);
};

const directory = mkdtempSync(join(tmpdir(), "petrel-bench-files-"));
try {
  for (const sync of [true, false]) {
    const store = diskStore(join(directory, `ours-${sync}`), { sync });
    class Upload extends Model("uploads", { id: int().primaryKey(), document: file({ store, uploadTo: "documents" }) }) {}
    class Plain extends Model("plain_uploads", { id: int().primaryKey(), document: json<StoredFile>() }) {}
    await using engine = await createEngine(`sqlite:${join(directory, `${sync}.db`)}`);
    await engine.createAll([Upload, Plain]);
    const files = FileManager.of(Upload, "document");
    const folder = join(directory, `hand-${sync}`, "documents");
    mkdirSync(folder, { recursive: true });
    const body = Buffer.alloc(64 * 1024, "storm petrel ");

    const ours = async (): Promise<void> => {
      const document = await files.saveUpload({ name: "note.txt", body });
      const { id } = await engine.session().insert(Upload, { document });
      const row = await engine.query(Upload).get({ id });
      if ((await files.read(row.document)).length !== body.length) throw new Error("Some of it is missing.");
    };
    const byHand = async (): Promise<void> => {
      await fileTypeFromBuffer(body);
      new TextDecoder("utf-8", { fatal: true }).decode(body);
      const key = `${randomUUID()}.txt`;
      const part = join(folder, `.${key}.part`);
      const handle = await open(part, "wx");
      await handle.write(body);
      if (sync) await handle.sync();
      await handle.close();
      await rename(part, join(folder, key));
      if (sync) {
        const parent = await open(folder);
        await parent.sync();
        await parent.close();
      }
      const document = {
        key,
        name: "note.txt",
        size: body.length,
        type: "text/plain",
        sha256: createHash("sha256").update(body).digest("hex"),
      };
      const { id } = await engine.session().insert(Plain, { document });
      const row = await engine.query(Plain).get({ id });
      const bytes = await readFile(join(folder, row.document.key));
      if (createHash("sha256").update(bytes).digest("hex") !== row.document.sha256) throw new Error("Some of it is wrong.");
    };
    await compare(`64 KB written, row, read back, ${sync ? "forced to the disk" : "not forced to the disk"}`, perRound, ours, byHand);
  }

  const noise = { type: "gaussian" as const, mean: 128, sigma: 30 };
  const picture = await sharp({ create: { width: 1200, height: 800, channels: 3, background: "white", noise } })
    .jpeg()
    .toBuffer();
  const processor = new ImageProcessor();
  await compare(
    "thumbnail of 150 pixels of a JPEG of 1200 × 800",
    64,
    () => processor.thumbnail(picture),
    () => sharp(picture).autoOrient().resize({ width: 150, height: 150, fit: "inside", withoutEnlargement: true }).jpeg().toBuffer(),
  );
} finally {
  rmSync(directory, { recursive: true });
}
