import assert from "node:assert/strict";
import { test } from "node:test";
import sharp from "sharp";
import { ConfigurationError, ImageRefused } from "../../src/base/errors.ts";
import { ImageProcessor } from "../../src/files/image-processor.ts";

const picture = (width: number, height: number, background = { r: 100, g: 100, b: 100 }) =>
  sharp({ create: { width, height, channels: 3, background } });
const grey = async (image: Uint8Array): Promise<number> => (await sharp(image).stats()).channels[0]!.mean;
const processor = new ImageProcessor();

test("info reads the head: format, and the size as it is seen", async () => {
  const turned = await picture(40, 20).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const { size, ...rest } = await processor.info(turned);
  assert.deepEqual(rest, { format: "jpeg", width: 20, height: 40, hasAlpha: false, frames: 1 });
  assert.equal(size, turned.length);
});

test("images are made smaller in proportion, in their own format, and not larger unless asked", async () => {
  for (const format of ["jpeg", "png", "gif", "webp"] as const) {
    const image = await picture(400, 200).toFormat(format).toBuffer();
    const { width, height, format: found } = await processor.info(await processor.resize(image, { width: 100, height: 100 }));
    assert.deepEqual([width, height, found], [100, 50, format]);
  }
  const small = await picture(40, 20).png().toBuffer();
  assert.equal((await processor.info(await processor.resize(small, { width: 100 }))).width, 40);
  assert.equal((await processor.info(await processor.resize(small, { width: 100, enlarge: true }))).width, 100);
  const filled = await processor.info(await processor.resize(small, { width: 10, height: 10, fit: "cover" }));
  assert.deepEqual([filled.width, filled.height], [10, 10]);
});

test("animations stay animations when made smaller, and thumbnails are still", async () => {
  const frames = await Promise.all([0, 128, 255].map((value) => picture(60, 40, { r: value, g: 0, b: 0 }).png().toBuffer()));
  const animation = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const small = await processor.info(await processor.resize(animation, { width: 30 }));
  assert.deepEqual([small.width, small.height, small.frames], [30, 20, 3]);
  const thumbnail = await processor.info(await processor.thumbnail(animation, 15));
  assert.deepEqual([thumbnail.width, thumbnail.height, thumbnail.frames], [15, 10, 1]);
});

test("a turned photo comes out the right way up, without the metadata that told so", async () => {
  const turned = await picture(40, 20)
    .jpeg()
    .withMetadata({ orientation: 6, exif: { IFD0: { Artist: "somebody" } } })
    .toBuffer();
  const made = await processor.resize(turned, { height: 20 });
  const { width, height, orientation, exif } = await sharp(made).metadata();
  assert.deepEqual([width, height, orientation, exif], [10, 20, undefined, undefined]);
});

test("brightness, contrast, blur and other formats", async () => {
  const image = await picture(30, 30).png().toBuffer();
  assert.ok((await grey(await processor.brighten(image, 1.5))) > 120);
  assert.ok((await grey(await processor.brighten(image, 0.5))) < 80);
  assert.ok((await grey(await processor.contrast(image, 2))) < 80, "what is darker than the middle becomes darker");
  const edge = await sharp({ create: { width: 30, height: 30, channels: 3, background: "black" } })
    .composite([{ input: await picture(15, 30, { r: 255, g: 255, b: 255 }).png().toBuffer(), left: 0, top: 0 }])
    .png()
    .toBuffer();
  const [sharpEdge, soft] = await Promise.all(
    [edge, await processor.blur(edge, 3)].map(async (each) => (await sharp(each).stats()).channels[0]!.stdev),
  );
  assert.ok(soft! < sharpEdge!, "blurred");
  for (const format of ["jpg", "jpeg", "png", "gif", "webp"] as const) {
    assert.equal((await processor.info(await processor.convertFormat(image, format))).format, format === "jpg" ? "jpeg" : format);
  }
  const detailed = await sharp({
    create: { width: 200, height: 200, channels: 3, background: "white", noise: { type: "gaussian", mean: 128, sigma: 60 } },
  })
    .png()
    .toBuffer();
  const [low, high] = await Promise.all([10, 95].map((quality) => processor.convertFormat(detailed, "webp", { quality })));
  assert.ok(low!.length < high!.length);
});

test("what unpacks to too much is refused before it is decoded", async () => {
  const bomb = await picture(4000, 4000).png({ compressionLevel: 9 }).toBuffer();
  assert.ok(bomb.length < 200_000);
  const careful = new ImageProcessor({ maxPixels: 1_000_000 });
  for (const attempt of [() => careful.info(bomb), () => careful.resize(bomb, { width: 10 }), () => careful.thumbnail(bomb)]) {
    await assert.rejects(attempt, (error) => error instanceof ImageRefused && /more pixels than are allowed/.test(error.message));
  }
  const frames = await Promise.all([0, 128, 255].map((value) => picture(600, 600, { r: value, g: 0, b: 0 }).png().toBuffer()));
  const animation = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  await assert.rejects(() => careful.info(animation), ImageRefused, "frames count, too");
});

test("what is no image, a cut one, or of another kind is refused", async () => {
  const image = await sharp({
    create: { width: 200, height: 200, channels: 3, background: "white", noise: { type: "gaussian", mean: 128, sigma: 60 } },
  })
    .jpeg()
    .toBuffer();
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>');
  const tiff = await picture(9, 9).tiff().toBuffer();
  for (const bytes of [new Uint8Array(), Buffer.from("GIF89a"), svg, tiff]) await assert.rejects(() => processor.info(bytes), ImageRefused);
  await assert.rejects(() => processor.resize(image.subarray(0, image.length / 2), { width: 10 }), ImageRefused);
});

test("options that cannot be meant are named", async () => {
  const image = await picture(9, 9).png().toBuffer();
  for (const [attempt, message] of [
    [() => new ImageProcessor({ maxPixels: 0 }), /maxPixels/],
    [() => new ImageProcessor({ timeout: "soon" as never }), /timeout/],
    [() => processor.resize(image, {}), /a width, a height or both/],
    [() => processor.resize(image, { width: 0 }), /sides/],
    [() => processor.blur(image, 0), /sigma/],
    [() => processor.brighten(image, 0), /factor/],
    [() => processor.contrast(image, -1), /factor/],
    [() => processor.convertFormat(image, "bmp" as never), /knows jpg/],
    [() => processor.convertFormat(image, "webp", { quality: 101 }), /quality/],
  ] as const) {
    await assert.rejects(
      async () => attempt(),
      (error) => error instanceof ConfigurationError && message.test(error.message),
    );
  }
});
