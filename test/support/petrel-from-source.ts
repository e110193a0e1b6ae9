/** Tests of examples need no build: `petrel` means the source in their process. */
import { registerHooks } from "node:module";

const source = new URL("../../src/entry/index.ts", import.meta.url).href;

/** From now on `import … from "petrel"` finds the source. What is imported statically was found before: import examples dynamically. */
export const petrelFromSource = (): void => {
  registerHooks({
    resolve: (specifier, context, next) => (specifier === "petrel" ? { url: source, shortCircuit: true } : next(specifier, context)),
  });
};
