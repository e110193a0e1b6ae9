/** Imports the test files named in `PURE_TESTS` (one per line, from the repository's root) into this one process. `scripts/run.mjs` says which. */
for (const file of (process.env["PURE_TESTS"] ?? "").split("\n")) {
  if (file !== "") await import(new URL(`../${file}`, import.meta.url).href);
}
