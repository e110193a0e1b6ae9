// The example: pictures over HTTP, shown on a page.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { photoWall } from "../../examples/photo-wall/server.ts";
import { createEngine } from "../../src/entry/index.ts";

test("what is sent is shown, small and large, and what is no picture is refused with its reason", async () => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-wall-"));
  await using engine = await createEngine("sqlite::memory:");
  const server = await photoWall(engine, directory);
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const send = (name: string, body: Uint8Array): Promise<Response> =>
      fetch(`${base}/photos`, { method: "POST", headers: { "x-file-name": encodeURIComponent(name) }, body: new Uint8Array(body) });

    const picture = await sharp({ create: { width: 2000, height: 1000, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer();
    const sent = await send('"><script>.jpg', picture);
    assert.deepEqual([sent.status, sent.headers.get("location")], [201, "/photos/1"]);

    const page = await (await fetch(base)).text();
    assert.match(page, /<h1>1 photos<\/h1>/);
    assert.match(page, /<img src="\/photos\/1\/small" width="240" height="120"/);
    assert.ok(!page.includes("<script>"));

    const large = await fetch(`${base}/photos/1`);
    assert.equal(large.headers.get("content-type"), "image/jpeg");
    assert.equal(large.headers.get("x-content-type-options"), "nosniff");
    const bytes = Buffer.from(await large.arrayBuffer());
    assert.equal(large.headers.get("etag"), `"${createHash("sha256").update(bytes).digest("hex")}"`);
    assert.equal((await sharp(bytes).metadata()).width, 1600);
    const small = await sharp(Buffer.from(await (await fetch(`${base}/photos/1/small`)).arrayBuffer())).metadata();
    assert.deepEqual([small.width, small.height], [240, 120]);

    const refused = await send("holiday.jpg", Buffer.from("<html>"));
    assert.equal(refused.status, 422);
    assert.match(await refused.text(), /content is not what its name says/);
    assert.equal((await fetch(`${base}/photos/2`)).status, 404);
    assert.equal((await fetch(`${base}/photos/../etc/passwd`)).status, 404);
    assert.equal(readdirSync(join(directory, "photos")).length, 2);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  }
});
