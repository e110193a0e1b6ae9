/** The `petrel` command: what it prints, where, and how it ends; as a process where that is what matters. On SQLite; `postgres.test.ts` has what is PostgreSQL's. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";
import { root, scratchFolder, writeAll } from "../scratch.ts";
import { petrelHere } from "../support/petrel-here.ts";
import { nodeArguments, plainEnvironment, runPetrel } from "../support/run-petrel.ts";

const folder = scratchFolder("cli");
let count = 0;

const models = `import { belongsTo, int, Model, text } from "petrel";
export class Author extends Model("authors", { id: int().primaryKey(), name: text() }) {}
export class Book extends Model("books", {
  id: int().primaryKey(),
  title: text(),
  authorId: int(),
  author: () => belongsTo(Author, "authorId"),
}) {}
`;
const config = `import { defineConfig } from "petrel";
export default defineConfig({
  url: "sqlite:app.db",
  models: "./models.ts",
  seed: async (engine) => { await engine.execute("INSERT INTO authors (name) VALUES ('Ursula K. Le Guin')"); },
});
`;

/** A folder of its own with these files. */
const project = (files: Readonly<Record<string, string>> = { "petrel.config.ts": config, "models.ts": models }): string => {
  const path = join(folder, `project-${++count}`);
  writeAll(path, { ".keep": "", ...files });
  return path;
};

const json = (text: string): unknown => JSON.parse(text);

describe("petrel", () => {
  test("shows its commands and exit codes with --help, and ends with 0", async () => {
    const { status, out, err } = await runPetrel(["--help"], { cwd: project({}) });
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^Usage: petrel \[options\] \[command\]\n/);
    assert.match(out, /Exit codes: 0 done, 4 findings, 2 could not run, 1 a bug of petrel\.\n$/);
  });

  test("says its version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    assert.deepEqual(await runPetrel(["--version"], { cwd: project({}) }), { status: 0, out: `${version}\n`, err: "" });
  });

  test("ends with 2 for a command or an option that it does not know, and proposes another", async () => {
    const command = await runPetrel(["inspct"], { cwd: project({}) });
    assert.deepEqual([command.status, command.out], [2, ""]);
    assert.match(command.err, /^error: unknown command 'inspct'\n\(Did you mean inspect\?\)\n/);
    const option = await runPetrel(["inspect", "--jsn"], { cwd: project({}) });
    assert.deepEqual([option.status, option.out], [2, ""]);
    assert.match(option.err, /^error: unknown option '--jsn'\n\(Did you mean --json\?\)\n/);
  });

  test("ends with 2 and one sentence where no database is named", async () => {
    assert.deepEqual(await runPetrel(["inspect"], { cwd: project({}) }), {
      status: 2,
      out: "",
      err: "error: No database is named. Pass --url, set DATABASE_URL, or write a petrel.config.ts (petrel init does). [E1001: docs/errors/E1001.md]\n",
    });
  });

  test("gives errors as one JSON document with --json, and nothing on standard error", async () => {
    const { status, out, err } = await petrelHere(["inspect", "--json"], { cwd: project({}) });
    assert.deepEqual([status, err], [2, ""]);
    assert.deepEqual(json(out), {
      error: {
        code: "E1001",
        message:
          "No database is named. Pass --url, set DATABASE_URL, or write a petrel.config.ts (petrel init does). [E1001: docs/errors/E1001.md]",
      },
    });
  });

  test("ends quietly when nobody reads to the end", { skip: process.platform === "win32" }, async () => {
    const cwd = project({});
    await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
    for (let number = 0; number < 400; number++) await engine.execute(`CREATE TABLE table_${number} (id INTEGER PRIMARY KEY)`);
    const command = `"$0" "$@" inspect --json --url sqlite:app.db 2>errors | head -n 1`;
    const { stdout } = spawnSync("sh", ["-c", command, process.execPath, ...nodeArguments], {
      cwd,
      encoding: "utf8",
      env: plainEnvironment(),
    });
    assert.deepEqual([stdout, readFileSync(join(cwd, "errors"), "utf8")], ["{\n", ""]);
  });

  test("styles nothing where standard error is no terminal, and styles with FORCE_COLOR", async () => {
    const cwd = project({});
    assert.ok(!(await runPetrel(["inspect"], { cwd })).err.includes("\u001b"));
    assert.ok((await runPetrel(["inspect"], { cwd, env: { FORCE_COLOR: "1" } })).err.startsWith("\u001b[31merror:\u001b[39m "));
    assert.ok(!(await runPetrel(["inspect"], { cwd, env: { NO_COLOR: "1" } })).err.includes("\u001b"));
  });
});

describe("petrel db", () => {
  test("push makes the tables, check finds no difference, seed fills them", async () => {
    const cwd = project();
    const before = await petrelHere(["db", "check", "--json"], { cwd });
    assert.equal(before.status, 4);
    assert.equal((json(before.out) as { same: boolean }).same, false);
    const pushed = await petrelHere(["db", "push"], { cwd });
    assert.deepEqual([pushed.status, pushed.err], [0, ""]);
    assert.match(pushed.out, /^CREATE TABLE "authors" [^]*The database is what the models ask for now\.\n$/);
    assert.deepEqual(await petrelHere(["db", "check"], { cwd }), {
      status: 0,
      out: "The database is what the models ask for.\n",
      err: "",
    });
    assert.deepEqual(await petrelHere(["db", "seed"], { cwd }), { status: 0, out: "The seed has run.\n", err: "" });
    await using engine = await createEngine(`sqlite:///${join(cwd, "app.db")}`.replace("///", "////"));
    assert.deepEqual((await engine.execute("SELECT name FROM authors")).all(), [{ name: "Ursula K. Le Guin" }]);
  });

  test("push --dry-run shows the statements and changes nothing", async () => {
    const cwd = project();
    const { status, out } = await petrelHere(["db", "push", "--dry-run"], { cwd });
    assert.equal(status, 0);
    assert.match(out, /^CREATE TABLE "authors" /);
    assert.equal((await petrelHere(["db", "check"], { cwd })).status, 4);
  });

  test("push guesses no rename: it ends with 4 and says how to answer, without asking", async () => {
    const cwd = project();
    await runPetrel(["db", "push"], { cwd });
    writeAll(cwd, { "models.ts": models.replace("title: text()", "headline: text()") });
    assert.deepEqual(await runPetrel(["db", "push"], { cwd }), {
      status: 4,
      out: "Nothing was changed. Answer first:\nWas the column 'books.title' renamed? --rename books.title=headline or --gone books.title\n",
      err: "",
    });
    const renamed = await runPetrel(["db", "push", "--rename", "books.title=headline"], { cwd });
    assert.deepEqual([renamed.status, renamed.out.split("\n")[0]], [0, 'ALTER TABLE "books" RENAME COLUMN "title" TO "headline";']);
  });

  test("push loses nothing without --confirm and the right name", async () => {
    const cwd = project();
    await runPetrel(["db", "push"], { cwd });
    writeAll(cwd, { "models.ts": models.replace("title: text(),", "") });
    const refused = await runPetrel(["db", "push"], { cwd });
    assert.deepEqual([refused.status, refused.out], [2, ""]);
    assert.match(refused.err, /drops the column books\.title\. If that is meant, pass --confirm app\.db /);
    const wrong = await runPetrel(["db", "push", "--confirm", "other.db"], { cwd });
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /That is not its name\./);
    assert.equal((await runPetrel(["db", "push", "--confirm", "app.db"], { cwd })).status, 0);
    assert.equal((await runPetrel(["db", "check"], { cwd })).status, 0);
  });

  test("push leaves alone what no model has, unless --drop-unknown is confirmed", async () => {
    const cwd = project();
    await petrelHere(["db", "push"], { cwd });
    await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
    await engine.execute("CREATE TABLE others (id INTEGER PRIMARY KEY)");
    assert.equal((await petrelHere(["db", "push"], { cwd })).out, "The database is what the models ask for.\n");
    assert.equal((await petrelHere(["db", "check", "--all"], { cwd })).status, 4);
    assert.equal((await petrelHere(["db", "push", "--drop-unknown"], { cwd })).status, 2);
    assert.equal((await petrelHere(["db", "push", "--drop-unknown", "--confirm", "app.db"], { cwd })).status, 0);
    assert.equal((await petrelHere(["db", "check", "--all"], { cwd })).status, 0);
  });

  test("create makes the file once, drop takes it away by its name", async () => {
    const cwd = project();
    const create = () => petrelHere(["db", "create", "--json"], { cwd });
    assert.deepEqual(json((await create()).out), { database: "app.db", created: true });
    assert.ok(existsSync(join(cwd, "app.db")));
    assert.deepEqual(json((await create()).out), { database: "app.db", created: false });
    assert.equal((await petrelHere(["db", "drop"], { cwd })).status, 2);
    assert.ok(existsSync(join(cwd, "app.db")));
    assert.equal((await petrelHere(["db", "drop", "--confirm", "app.db"], { cwd })).status, 0);
    assert.ok(!existsSync(join(cwd, "app.db")));
  });

  test("pull writes models that the database is the same as, and never over a file", async () => {
    const cwd = project();
    await petrelHere(["db", "push"], { cwd });
    const over = await petrelHere(["db", "pull", "--output", "models.ts"], { cwd });
    assert.deepEqual([over.status, over.out], [2, ""]);
    assert.match(over.err, /'models\.ts' is there already\. Pass --force/);
    assert.deepEqual(await petrelHere(["db", "pull", "--output", "models.ts", "--force"], { cwd }), {
      status: 0,
      out: "2 models are in models.ts\n",
      err: "",
    });
    assert.match(readFileSync(join(cwd, "models.ts"), "utf8"), /export class Book extends Model\("books", \{/);
    assert.equal((await petrelHere(["db", "check", "--all"], { cwd })).status, 0);
  });
});

describe("petrel inspect, generate, explain, shell, doctor", () => {
  const filled = async (): Promise<string> => {
    const cwd = project();
    assert.equal((await petrelHere(["db", "push"], { cwd })).status, 0);
    return cwd;
  };

  test("inspect lists the tables, and one of them whole", async () => {
    const cwd = await filled();
    assert.deepEqual(await petrelHere(["inspect"], { cwd }), {
      status: 0,
      out: "table    columns  indexes  refers to\nauthors  2        0\nbooks    3        0        authors\n",
      err: "",
    });
    assert.deepEqual(await petrelHere(["inspect", "authors"], { cwd }), {
      status: 0,
      out: "authors\n\ncolumn  type               default\nid      INTEGER  not null  counted up\nname    TEXT     not null\n\nprimary key: id\n",
      err: "",
    });
    await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
    await engine.execute("CREATE VIRTUAL TABLE search USING fts5(title)");
    assert.match((await petrelHere(["inspect"], { cwd })).out, /\n\nnot managed: virtual table search\n$/);
    const whole = await petrelHere(["inspect", "--json"], { cwd });
    assert.deepEqual(
      (json(whole.out) as { tables: { name: string }[] }).tables.map(({ name }) => name),
      ["authors", "books"],
    );
    const missing = await petrelHere(["inspect", "author"], { cwd });
    assert.deepEqual([missing.status, missing.err.includes("Did you mean 'authors'?")], [2, true]);
  });

  test("inspect obeys no control character of a name", async () => {
    const cwd = project();
    await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
    await engine.execute('CREATE TABLE "a\u001b[2J\nb" (id INTEGER PRIMARY KEY)');
    const { out } = await petrelHere(["inspect"], { cwd });
    assert.equal(out.split("\n")[1], "a\uFFFD[2J\uFFFDb  1        0");
  });

  test("generate models prints the file", async () => {
    const cwd = await filled();
    const { status, out } = await petrelHere(["generate", "models"], { cwd });
    assert.equal(status, 0);
    assert.match(out, /^import \{ belongsTo, hasMany, int, Model, text \} from "petrel";\n/);
  });

  test("explain shows the plan; with --analyze SQLite says that it cannot", async () => {
    const cwd = await filled();
    const plan = await petrelHere(["explain", "SELECT * FROM books WHERE id = 1;"], { cwd });
    assert.deepEqual([plan.status, plan.out], [0, "SEARCH books USING INTEGER PRIMARY KEY (rowid=?)\n"]);
    const { out } = await petrelHere(["explain", "SELECT * FROM books WHERE title = 'x'"], { cwd });
    assert.match(out, /^SCAN books\nhint: books is read as a whole[^\n]+\n {6}CREATE INDEX "books_title_index" ON "books" \("title"\);\n$/);
    assert.equal((await petrelHere(["explain", "SELECT 1", "--analyze"], { cwd })).status, 2);
    assert.equal((await petrelHere(["explain", "SELECT 1", "--rollback"], { cwd })).status, 2);
    const wrong = await petrelHere(["explain", "SELECT * FROM nowhere"], { cwd });
    assert.deepEqual([wrong.status, wrong.out], [2, ""]);
  });

  test("shell runs lines from a pipe with models, engine and await", async () => {
    const cwd = await filled();
    const input = "await engine.session().insert(Author, { name: 'Ann' })\nawait engine.query(Author).count()\nsql`1` instanceof Object\n";
    const { status, out } = await petrelHere(["shell"], { cwd, input });
    assert.equal(status, 0);
    assert.match(out, /name: 'Ann'[^]*\n1\ntrue\n$/);
  });

  test("doctor says who named what, and ends with 4 while something is wrong", async () => {
    const cwd = project();
    const before = await petrelHere(["doctor", "--json"], { cwd, env: { DATABASE_URL: "sqlite:env.db" } });
    assert.equal(before.status, 4);
    const { checks } = json(before.out) as { checks: { check: string; state: string; found: string }[] };
    assert.deepEqual(
      checks.map(({ check, state }) => [check, state]),
      [
        ["node", "ok"],
        ["configuration", "ok"],
        ["url", "ok"],
        ["migrations", "ok"],
        ["policy", "none"],
        ["models", "ok"],
        ["database", "ok"],
        ["history", "ok"],
        ["structure", "wrong"],
      ],
    );
    assert.equal(checks[2]?.found, "sqlite:env.db (by DATABASE_URL)");
    const env = { PETREL_READERS: "2", PETREL_PASSWORD: "hunter2", ANALYTICS_DATABASE_URL: "postgresql://me:hunter2@h/a" };
    const several = project({
      "petrel.toml": '[databases]\ndefault = "sqlite:toml.db"\nanalytics = "sqlite:x.db"\n[pool]\nacquire_timeout = "30s"\n',
    });
    const said = await petrelHere(["doctor"], { cwd: several, env });
    assert.doesNotMatch(said.out, /hunter2/);
    for (const line of [
      /url .*sqlite:toml\.db \(by .*petrel\.toml\)/,
      /options\.readers .*2 \(by environment\)/,
      /options\.password .*\*\*\*/,
    ])
      assert.match(said.out, line);
    assert.match(said.out, /databases\.analytics\.url .*postgresql:\/\/me:\*\*\*@h\/a \(by ANALYTICS_DATABASE_URL\)/);
    assert.match(said.out, /options\.acquireTimeout .*30s \(by .*petrel\.toml\)/);
    await petrelHere(["db", "push"], { cwd });
    assert.equal((await petrelHere(["doctor"], { cwd })).status, 0);
  });
});

describe("--database", () => {
  const files = {
    "petrel.config.js": `
      import { int, Model, text } from "petrel";
      export class User extends Model("users", { id: int().primaryKey() }) {}
      export class Visit extends Model("visits", { id: int().primaryKey(), page: text() }, { database: "analytics" }) {}
      export default {
        databases: { default: "sqlite:shop.db", analytics: { url: "sqlite:visits.db", statementCacheSize: 7 } },
        models: [User, Visit],
        seed: (engine) => engine.session().insert(Visit, { page: "/" }),
      };
    `,
  };
  const tables = async (cwd: string, ...more: string[]): Promise<unknown> => {
    const { out } = await petrelHere(["inspect", "--json", ...more], { cwd });
    return (JSON.parse(out) as { tables: { name: string }[] }).tables.map(({ name }) => name);
  };

  test("each database gets its own models, migrations and seed", async () => {
    const cwd = project(files);
    assert.equal((await petrelHere(["db", "push"], { cwd })).status, 0);
    assert.deepEqual([await tables(cwd), await tables(cwd, "--database", "analytics")], [["users"], []]);
    const named = ["--database", "analytics"];
    const made = await petrelHere(["migrate", "make", "first", ...named], { cwd });
    assert.equal(made.status, 0, made.err);
    assert.ok(existsSync(join(cwd, "migrations", "analytics")));
    assert.equal((await petrelHere(["migrate", "apply", ...named], { cwd })).status, 0);
    assert.deepEqual(await tables(cwd, ...named), ["petrel_migrations", "visits"]);
    assert.deepEqual(await tables(cwd), ["users"]);
    assert.equal((await petrelHere(["db", "check", ...named], { cwd })).status, 0);
    assert.equal((await petrelHere(["migrate", "status", ...named], { cwd })).status, 0);
    assert.equal((await petrelHere(["db", "seed", ...named], { cwd })).status, 0);
    assert.match((await petrelHere(["doctor", ...named], { cwd })).out, /url .*sqlite:visits\.db/);
    // Its own name is that of the file.
    assert.match((await petrelHere(["db", "drop", ...named], { cwd })).err, /visits\.db/);
    assert.equal((await petrelHere(["db", "drop", "--confirm", "visits.db", ...named], { cwd })).status, 0);
    assert.deepEqual([existsSync(join(cwd, "visits.db")), existsSync(join(cwd, "shop.db"))], [false, true]);
  });

  test("a name that is not there is answered with the nearest, and --url does not go with it", async () => {
    const cwd = project(files);
    const wrong = await petrelHere(["inspect", "--database", "analitics"], { cwd });
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /no database called 'analitics'\. Did you mean 'analytics'\? There are: default, analytics\./);
    const both = await petrelHere(["inspect", "--database", "analytics", "--url", "sqlite:x.db"], { cwd });
    assert.equal(both.status, 2);
    assert.match(both.err, /Give one of them/);
    const none = await petrelHere(["inspect", "--database", "analytics"], { cwd: project({}) });
    assert.match(none.err, /The configuration names none/);
    assert.match((await petrelHere(["inspect", "--help"], { cwd })).out, /--database <name>/);
  });
});

describe("petrel completion", () => {
  const isMissing = (shell: string): string | false => (spawnSync(shell, ["--version"]).status === 0 ? false : `there is no ${shell}`);
  const cases: readonly (readonly [typed: readonly string[], found: readonly string[]])[] = [
    [["petrel", "mi"], ["migrate"]],
    [
      ["petrel", "db", "p"],
      ["pull", "push"],
    ],
    [
      ["petrel", "db", "drop", "--con"],
      ["--config", "--confirm"],
    ],
    [["petrel", "completion", "z"], ["zsh"]],
    [["petrel", "migrate", "apply", "--to", "x"], []],
    [["petrel", "nothing", "x"], []],
  ];
  /** What each shell is given to complete the words, the last of which is not whole. */
  const asked: Readonly<Record<string, string>> = {
    bash: 'source completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _petrel; printf "%s\n" "${COMPREPLY[@]}"',
    // The builtin works in an editor of lines only: what it is told is printed, as far as the last word allows.
    zsh: 'compdef() { }; _files() { }; source ./completion; compadd() { print -l -- ${(M)${(P)2}:#${words[CURRENT]}*}; }; words=("$@"); CURRENT=$#; _petrel',
    fish: 'source completion; complete -C (string join " " -- $argv)',
  };

  for (const [shell, script] of Object.entries(asked)) {
    test(`completes commands, their arguments and their options in ${shell}`, { skip: isMissing(shell) }, async () => {
      const cwd = project({});
      const { status, out } = await petrelHere(["completion", shell], { cwd });
      assert.equal(status, 0);
      writeAll(cwd, { completion: out });
      for (const [typed, found] of cases) {
        const options = shell === "zsh" ? ["-f"] : shell === "fish" ? ["--no-config"] : ["--norc"];
        const before = shell === "fish" ? [] : [shell];
        const { stdout } = spawnSync(shell, [...options, "-c", script, ...before, ...typed], { cwd, encoding: "utf8" });
        assert.deepEqual(
          stdout
            .split("\n")
            .filter((line) => line !== "")
            .toSorted(),
          found,
          `${shell}: ${typed.join(" ")}`,
        );
      }
    });
  }

  test("is bash's unless said otherwise, and refuses a shell that it does not know", async () => {
    const cwd = project({});
    assert.match((await petrelHere(["completion"], { cwd })).out, /complete -o default -F _petrel petrel\n$/);
    const refused = await petrelHere(["completion", "fihs"], { cwd });
    assert.deepEqual([refused.status, refused.out], [2, ""]);
    assert.match(refused.err, /no completion for 'fihs'\. Did you mean 'fish'\?/);
  });
});

describe("the configuration", () => {
  test("says which findings of migrate check fail a build; what is typed goes before it, and doctor shows it", async () => {
    const text = (check: string): string => `models = ["models.ts"]\n[database]\nurl = "sqlite:app.db"\n[migrations.check]\n${check}\n`;
    const cwd = project({ "petrel.toml": text('small_table = 10\nforbid = ["drop-column"]'), "models.ts": models });
    writeAll(cwd, {
      "migrations/one.sql": "-- parents: none\n-- up\nALTER TABLE notes DROP COLUMN b;\n",
    });
    const severity = async (...more: readonly string[]): Promise<unknown> => {
      const { out } = await petrelHere(["migrate", "check", "--offline", "--json", ...more], { cwd });
      return (json(out) as { lint?: { rule: string; severity: string }[] }).lint?.map((each) => `${each.rule} ${each.severity}`);
    };
    assert.deepEqual(await severity(), ["drop-column error"]);
    assert.deepEqual(await severity("--ignore", "drop-column"), []);
    const shown = await petrelHere(["doctor"], { cwd });
    assert.match(shown.out, /policy +ok +tables below 10 rows are small; forbids drop-column/);
    writeAll(cwd, { "petrel.toml": text('forbid = ["drop-colum"]') });
    assert.match((await petrelHere(["migrate", "check", "--offline"], { cwd })).err, /'drop-colum'.*Did you mean 'drop-column'\?/);
    assert.match((await petrelHere(["doctor"], { cwd })).out, /policy +wrong/);
    writeAll(cwd, { "petrel.toml": text('max_locks = "SHARE"') });
    assert.match((await petrelHere(["migrate", "check", "--offline"], { cwd })).err, /migrations\.check has no setting 'maxLocks'/);
  });

  test("may be TOML, with words in snake case and durations", async () => {
    const cwd = project({
      "petrel.toml": 'models = ["models.ts"]\n[database]\nurl = "sqlite:toml.db"\nbusy_timeout = 1000\n[pool]\nacquire_timeout = "30s"\n',
      "models.ts": models,
    });
    assert.deepEqual(await petrelHere(["db", "create"], { cwd }), { status: 0, out: "The database toml.db was created.\n", err: "" });
    assert.equal((await petrelHere(["db", "push"], { cwd })).status, 0);
  });

  test("says what is wrong in it: two files, an unknown setting, no TOML, a module that throws", async () => {
    const errorOf = async (files: Readonly<Record<string, string>>): Promise<string> => {
      const { status, out, err } = await petrelHere(["db", "check"], { cwd: project(files) });
      assert.deepEqual([status, out], [2, ""]);
      return err;
    };
    assert.match(await errorOf({ "petrel.config.ts": config, "petrel.toml": "" }), /There are two configurations/);
    assert.match(await errorOf({ "petrel.config.js": "export default { modles: 1 }" }), /no setting 'modles'\. Did you mean 'models'\?/);
    assert.match(await errorOf({ "petrel.toml": "[database" }), /is not TOML/);
    assert.match(await errorOf({ "petrel.config.js": "throw new Error('oh')" }), /cannot be loaded: oh/);
    assert.match(await errorOf({ "petrel.toml": '[database]\nurl = "sqlite:a.db"\n', "m.ts": models }), /names none/);
    assert.match(
      await errorOf({ "petrel.toml": "[pool]\nmax_conections = 1\n" }),
      /petrel\.toml\.pool has no setting 'maxConections'\. Did you mean 'maxConnections'/,
    );
  });
});
