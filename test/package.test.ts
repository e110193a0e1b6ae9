/** What gets published: which files, what `import` and `require` find, and that nothing runs at install. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { rooms } from "./floors.ts";
import { compile, root, runScript, scratchFolder, unlessAll, writeAll } from "./scratch.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = scratchFolder("package");
const published = join(folder, "petrel");

/** The repository as it is after `npm run build`, without disturbing its own `dist/`. */
const build = (): string => {
  mkdirSync(published, { recursive: true });
  for (const name of ["package.json", ...manifest.files.filter((file: string) => file !== "dist")]) {
    cpSync(join(root, name), join(published, name), { recursive: true });
  }
  return compile("typescript", join(root, "tsconfig.build.json"), "--outDir", join(published, "dist")).output;
};

/** The npm that runs this, or the one that is found: what `npm pack` says of its one package. */
const pack = (...args: string[]): { filename: string; size: number; unpackedSize: number; files: { path: string }[] } => {
  const npm = process.env["npm_execpath"];
  const [program, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const output = execFileSync(program, [...first, "pack", "--json", "--ignore-scripts", ...args], {
    cwd: published,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  // npm 11 prints a list of packages, npm 12 an object by name.
  return Object.values<ReturnType<typeof pack>>(JSON.parse(output))[0]!;
};

describe("the package", () => {
  test("builds", () => assert.equal(build(), ""));

  test("holds what was built, the documentation, and nothing else", () => {
    const files = pack("--dry-run").files.map(({ path }) => path);
    const expected = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "package.json"];
    assert.deepEqual(files.filter((path) => !/^(?:dist|docs)\//.test(path)).sort(), expected);
    const built = files.filter((path) => path.startsWith("dist/"));
    assert.deepEqual(
      built.filter((path) => !/\.(?:js|d\.ts)$/.test(path)),
      [],
    );
    for (const path of ["dist/entry/index.js", "dist/entry/index.d.ts", "docs/errors/E1001.md"]) assert.ok(files.includes(path), path);
  });

  test("stays small: what is built is the source without its types, so there are no maps", () => {
    const { size, unpackedSize } = pack("--dry-run");
    assert.ok(size < 1_030_000 && unpackedSize < 3_600_000, `${size} bytes packed, ${unpackedSize} unpacked`);
  });

  test("has nothing that publint objects to", () => {
    assert.match(runScript(join(root, "node_modules", "publint", "src", "cli.js"), published).output, /All good!/);
  });

  test("has types that attw finds right, by import from ESM and by bundlers", { skip: unlessAll }, () => {
    const archive = join(published, pack().filename);
    const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    const { status, output } = runScript(attw, published, archive, "--profile", "esm-only", "--no-emoji", "--format", "ascii");
    assert.equal(status, 0, output);
  });

  test("imports by its built name only files that are in it", () => {
    const text = readFileSync(join(published, "dist", "entry", "index.js"), "utf8");
    const imports = Array.from(text.matchAll(/^(?:import|export|\}).* from "(.+?)";$/gm), ([, specifier = ""]) => specifier);
    assert.ok(imports.length > 1);
    assert.deepEqual(
      imports.filter((specifier) => !existsSync(join(published, "dist", "entry", specifier))),
      [],
    );
  });

  test("is found by import and by require, and is the same package both ways", () => {
    mkdirSync(join(folder, "user", "node_modules"), { recursive: true });
    symlinkSync(published, join(folder, "user", "node_modules", "petrel"));
    writeAll(join(folder, "user"), {
      "package.json": '{ "name": "user" }',
      "both.cjs": `
        const required = require("petrel");
        import("petrel").then((imported) => {
          console.log(Object.keys(required).sort().join() === Object.keys(imported).sort().join());
          console.log(required.PetrelError === imported.PetrelError, required.hasMany === imported.hasMany);
          console.log(require("petrel/package.json").name);
        });`,
    });
    assert.equal(runScript(join(folder, "user", "both.cjs")).output, "true\ntrue true\npetrel\n");
  });

  test("keeps its own files private", () => {
    writeAll(join(folder, "user"), { "deep.mjs": 'import("petrel/dist/base/errors.js").catch((error) => console.log(error.code));' });
    assert.equal(runScript(join(folder, "user", "deep.mjs")).output, "ERR_PACKAGE_PATH_NOT_EXPORTED\n");
  });
});

describe("the manifest", () => {
  test("says that importing has no effects, needs only what the command and people who look need, and runs nothing at install", () => {
    assert.equal(manifest.type, "module");
    assert.equal(manifest.sideEffects, false);
    const named = Object.values(rooms).flatMap(({ packages = {} }) => Object.values(packages).flat());
    const needed = named.filter((name) => !Object.hasOwn(manifest.peerDependencies, name));
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), needed.sort());
    const lifecycle = ["preinstall", "install", "postinstall", "prepare", "prepublish"];
    assert.deepEqual(
      lifecycle.filter((name) => Object.hasOwn(manifest.scripts, name)),
      [],
    );
  });

  test("names types first in every export, since the first match wins", () => {
    for (const target of Object.values<object | string>(manifest.exports)) {
      if (typeof target === "object") assert.equal(Object.keys(target)[0], "types");
    }
  });

  test("pins its tools, so that a clean install is the same everywhere", () => {
    const versions: string[] = Object.values({ ...manifest.devDependencies, ...manifest.dependencies });
    assert.deepEqual(
      versions.filter((version) => !/^(?:npm:\w+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)),
      [],
    );
  });
});
