/** Importing this makes `petrel` mean the source in this process, so that tests of examples need no build. Import the examples dynamically, afterwards. */
import { registerHooks } from "node:module";

const source = new URL("../../src/entry/index.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => (specifier === "petrel" ? { url: source, shortCircuit: true } : next(specifier, context)),
});
