// The package that images need: not there, and then installed while the process runs.
import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import { ConfigurationError } from "../../src/base/errors.ts";
import { ImageProcessor } from "../../src/files/image-processor.ts";

const pixel = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

test("a package that could not be loaded is looked for again by the next call", async () => {
  const missing = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === "sharp") throw Object.assign(new Error("Cannot find package 'sharp'"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(specifier, context);
    },
  });
  const processor = new ImageProcessor();
  for (let time = 0; time < 2; time++)
    await assert.rejects(
      processor.info(pixel),
      (error: unknown) => error instanceof ConfigurationError && /npm install sharp/.test(error.message),
    );
  missing.deregister();
  assert.equal((await processor.info(pixel)).format, "gif");
});
