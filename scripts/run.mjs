/**
 * `node scripts/run.mjs <task>`: sees to it that the dependencies are there, then runs the task on the Node of node_modules.
 * Plain JavaScript, because the Node that npm itself runs on may be older than the one Petrel is developed with (any from 20 will do here).
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const developmentMajor = 24;
const isWindows = process.platform === "win32";
const npm = isWindows ? "npm.cmd" : "npm";
const executable = isWindows ? "node.exe" : "node";
const ownNode = join(root, "node_modules", "node", "bin", executable);

const fail = (message) => {
  console.error(`\n${message}`);
  process.exit(1);
};

/** Runs a program with our own input and output; ends this process with its exit code unless that is 0. */
const must = (command, args, options = {}) => {
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error) fail(`Could not start ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal ? 1 : 0));
};

const majorOf = (node) => {
  if (!existsSync(node)) return 0;
  const { stdout, status } = spawnSync(node, ["--version"], { encoding: "utf8" });
  return status === 0 ? Number(stdout.slice(1).split(".")[0]) : 0;
};

/** npm writes this file at the end of every install. */
const isInstalled = () => {
  const mark = join(root, "node_modules", ".package-lock.json");
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
};

/** Runs npm without the terminal: nothing here may ask. Gives its exit code. */
const runNpm = (...args) => spawnSync(npm, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell: isWindows }).status ?? 1;

const install = () => {
  if (isInstalled()) return;
  console.log("Installing dependencies (npm ci): node_modules is missing or older than package-lock.json.");
  const status = runNpm("ci", "--no-audit", "--no-fund");
  if (status !== 0) process.exit(status);
};

/**
 * Fetches the package that holds nothing but Node's binary for this machine, and gives the binary's path.
 * The development dependency `node` does the same in an install script, which npm may have been told not to run.
 */
const fetchNode = () => {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules", "node", "package.json"), "utf8"));
  const platform = isWindows ? "win" : process.platform;
  const prefix = platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  const name = `${prefix}-${platform}-${process.arch}`;
  const folder = join(root, "node_modules", ".own-node");
  const binary = join(folder, "node_modules", name, "bin", executable);
  if (majorOf(binary) === developmentMajor) return binary;
  console.log(`The install script of the development dependency 'node' did not run. Fetching ${name}@${version}, which needs none.`);
  const quiet = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
  runNpm("install", ...quiet, "--prefix", folder, `${name}@${version}`);
  return binary;
};

/** The Node to run everything on: the one of node_modules, or this one when it is of the same major version. */
const developmentNode = () => {
  if (majorOf(ownNode) === developmentMajor) return ownNode;
  if (Number(process.versions.node.split(".")[0]) === developmentMajor) return process.execPath;
  const fetched = fetchNode();
  if (majorOf(fetched) === developmentMajor) return fetched;
  return fail(
    `There is no Node ${developmentMajor} in node_modules, and none could be fetched. With a network, run 'npm rebuild node --ignore-scripts=false'; ` +
      `or install Node ${developmentMajor} yourself and run this with it (this is ${process.version}).`,
  );
};

const filesUnder = (directory, ending) =>
  existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { recursive: true })
        .map((name) => `${directory}/${String(name).replaceAll("\\", "/")}`)
        .filter((name) => name.endsWith(ending))
        .sort()
    : [];

/** Whether `dist/` is newer than every file that it is made of. */
const isBuilt = () => {
  const built = join(root, "dist", "entry", "index.js");
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  return [...filesUnder("src", ".ts"), "package.json", "tsconfig.json", "tsconfig.build.json"].every(
    (file) => statSync(join(root, file)).mtimeMs < mtimeMs,
  );
};

const isPure = (file) => /^test\/(?:unit|sql)\//.test(file) || file === "test/architecture.test.ts";

/** What `--disallow-code-generation-from-strings` can say nothing about: those tests run other programs, or none of src. */
const runsOurCode = (file) => /^test\/(?:unit|sql|sqlite|hostile|bugs|examples)\//.test(file);

/** Nearly all that a test file, or a block of the documentation, costs is reading `src`: Node keeps what it made of it, by the files' contents. */
const compileCache = join(root, "node_modules", ".cache", "compiled");

/**
 * Pure tests share one process (`test/pure.ts` imports them: a process each would cost thirty times as much), every other file has its own.
 * One runner sees them all, so that its summary at the end counts everything.
 */
const runTests = (node, files, flags = [], env = {}) => {
  if (files.length === 0) fail("No test file matches.");
  const pure = files.filter(isPure);
  const isolated = files.filter((file) => !isPure(file));
  must(
    node,
    [
      ...flags,
      "--test",
      `--test-concurrency=${availableParallelism()}`,
      "--test-reporter=spec",
      ...(pure.length > 0 ? ["test/pure.ts"] : []),
      ...isolated,
    ],
    {
      stdio: ["ignore", "inherit", "inherit"],
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env, PURE_TESTS: pure.join("\n") },
    },
  );
};

/** Read by `test/scratch.ts`. */
const everything = { PETREL_TEST_ALL: "1" };

const tests = () => filesUnder("test", ".test.ts").filter((file) => !file.startsWith("test/types/"));
const bin = (name) => join(root, "node_modules", name);

const tasks = {
  /** Examples import `petrel` as its users do: what was built. `--postgres` stands for the URL of a server that is started for the report. */
  start: (node, ...options) => {
    if (!isBuilt()) tasks.build(node);
    const report = "examples/chinook/report.ts";
    if (!options.includes("--postgres")) return must(node, [report, ...options]);
    const others = options.filter((option) => option !== "--postgres" && option !== "--load");
    if (others.length > 0) fail(`--postgres starts a server of its own: leave out ${others.join(" ")}.`);
    must(node, ["scripts/scratch-postgres.ts", report, "--load"]);
  },
  /** With arguments: the files whose path contains one of them, whole. Without: all files, on both databases, but for what takes minutes. */
  test: (node, ...parts) => {
    if (parts.length === 0) return runTests(node, tests());
    const named = tests().filter((file) => parts.some((part) => file.includes(part)));
    return runTests(node, named, [], everything);
  },
  /** And what needs older compilers, other versions of PostgreSQL, or minutes. */
  "test:all": (node) => runTests(node, tests(), [], everything),
  "test:interpreted": (node) => runTests(node, tests().filter(runsOurCode), ["--disallow-code-generation-from-strings"]),
  check: (node) => {
    must(node, [bin("typescript/bin/tsc"), "-p", "tsconfig.json"]);
    // In CI it would draw in colours that a log does not show, whatever NO_COLOR says.
    const format = process.env["CI"] ? ["--format=unix"] : [];
    must(node, [bin("oxlint/bin/oxlint"), "--type-aware", "--deny-warnings", ...format]);
    must(node, [bin("oxfmt/bin/oxfmt"), "--check"]);
  },
  build: (node) => {
    must(node, ["-e", 'require("node:fs").rmSync("dist", { recursive: true, force: true })']);
    must(node, [bin("typescript/bin/tsc"), "-p", "tsconfig.build.json"]);
  },
  /** `npm run bench -- --help` says what it takes. What Petrel is compared with is installed beside, not into the library. */
  bench: (node, ...parts) => {
    const folder = join(root, "benchmarks");
    const installed = join(folder, "node_modules", ".package-lock.json");
    if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(folder, "package.json")).mtimeMs) {
      runNpm("install", "--prefix", folder, "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund");
    }
    if (!existsSync(join(folder, "prisma", "generated-postgres")))
      spawnSync(node, [join(folder, "prisma-setup.mjs")], { stdio: "inherit" });
    must(node, ["--expose-gc", "benchmarks/run.ts", ...parts]);
  },
};

const [name = "", ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, name)) fail(`There is no task '${name}'. There are: ${Object.keys(tasks).join(", ")}.`);
install();
tasks[name](developmentNode(), ...args);
