// Columns made by image(): what is kept of a picture that somebody sends.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { createEngine, int, Model } from "../../src/entry/index.ts";
import { diskStore, FileManager, FileRefused, image, ImageRefused, sweepOrphans } from "../../src/entry/files.ts";

const directory = mkdtempSync(join(tmpdir(), "petrel-images-"));
after(() => rmSync(directory, { recursive: true }));

class Photo extends Model("images_photos", {
  id: int().primaryKey(),
  picture: image({
    store: diskStore(directory),
    uploadTo: "photos/",
    maxSize: "200KB",
    allowedFormats: ["jpg", "png"],
    resizeTo: { width: 300, height: 300 },
    createThumbnail: true,
    thumbnailSize: 60,
    maxPixels: 2_000_000,
  }).nullable(),
}) {}
const files = FileManager.of(Photo, "picture");
const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: "green" } });
const names = (): string[] => readdirSync(join(directory, "photos"));

test("an image is made to fit, has a thumbnail beside it, and both go together", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll([Photo]);
  const body = await picture(900, 600).jpeg().toBuffer();
  const kept = await engine.transaction(async (session) => {
    const stored = await files.saveUpload(new File([new Uint8Array(body)], "holiday.JPG"), { session });
    return session.insert(Photo, { picture: stored });
  });
  const { picture: stored } = await engine.query(Photo).get({ id: kept.id });
  assert.ok(stored?.thumbnail !== undefined);
  const { key, size, sha256, thumbnail, ...rest } = stored;
  assert.deepEqual(rest, { name: "holiday.JPG", type: "image/jpeg", width: 300, height: 200 });
  assert.deepEqual([thumbnail.width, thumbnail.height, thumbnail.type], [60, 40, "image/jpeg"]);
  assert.equal(thumbnail.key, key.replace(".jpg", ".small.jpg"));
  assert.equal((await sharp(await files.read(stored)).metadata()).width, 300);
  assert.equal((await sharp(await files.read(thumbnail)).metadata()).width, 60);
  assert.ok(size > 0 && sha256.length === 64);
  assert.deepEqual(await sweepOrphans(engine, [Photo], { olderThan: 0 }), { files: 2, deleted: [], bytes: 0 });
  await engine.transaction((session) => files.delete(stored, { session }));
  assert.deepEqual(names(), []);
});

test("an image goes with its transaction, its thumbnail as well", async () => {
  await using engine = await createEngine("sqlite::memory:");
  const body = await picture(90, 60).png().toBuffer();
  const lost = engine.transaction(async (session) => {
    await files.saveUpload({ name: "a.png", body }, { session });
    assert.equal(names().length, 2);
    throw new Error("on purpose");
  });
  await assert.rejects(lost, /on purpose/);
  assert.deepEqual(names(), []);
});

test("what is no picture of an allowed kind leaves nothing behind", async () => {
  const [png, gif] = [await picture(9, 9).png().toBuffer(), await picture(9, 9).gif().toBuffer()];
  const noise = { type: "gaussian" as const, mean: 128, sigma: 60 };
  const large = await sharp({ create: { width: 600, height: 600, channels: 3, background: "white", noise } })
    .png()
    .toBuffer();
  for (const upload of [
    { name: "a.gif", body: gif },
    { name: "a.jpg", body: png },
    { name: "a.png", body: "<html>" },
    { name: "large.png", body: large },
  ]) {
    await assert.rejects(() => files.saveUpload(upload), FileRefused, upload.name);
  }
  const bomb = await picture(2000, 2000).png({ compressionLevel: 9 }).toBuffer();
  await assert.rejects(() => files.saveUpload({ name: "bomb.png", body: bomb }), ImageRefused);
  await assert.rejects(() => files.saveUpload({ name: "cut.png", body: large.subarray(0, 5000) }), ImageRefused);
  assert.deepEqual(names(), []);
});
