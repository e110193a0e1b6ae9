// connect() without a URL: the program, the environment and a file say what there is.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { ConfigurationError, connect, currentEngine, int, Model, text } from "../../src/entry/index.ts";
import { configure } from "../../src/entry/observe.ts";

class Note extends Model("cf_notes", { id: int().primaryKey(), body: text() }) {}

const folder = mkdtempSync(join(tmpdir(), "petrel-configuration-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
};
const within = async (environment: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> => {
  Object.assign(process.env, environment);
  try {
    await work();
  } finally {
    for (const name of Object.keys(environment)) Reflect.deleteProperty(process.env, name);
  }
};

test("a file names the databases, the environment and the program outweigh it", async () => {
  const config = write("petrel.toml", [
    "[databases]",
    'default = "sqlite::memory:"',
    "[databases.archive]",
    `url = "sqlite:${join(folder, "file.db")}"`,
    "read_only = true",
  ]);
  await assert.rejects(connect({ config }), /file\.db/, "a file that is only read has to be there");
  await within({ ARCHIVE_DATABASE_URL: "sqlite::memory:" }, async () => {
    await assert.rejects(connect({ config }), /readOnly/, "the environment's URL, the file's options");
  });
  const lines = ["[databases]", 'default = "sqlite::memory:"', `archive = "sqlite:${join(folder, "archive.db")}"`];
  const several = write("several.toml", lines);
  await within({ PETREL_READERS: "17" }, async () => {
    await assert.rejects(connect({ config: several }), /readers/, "the environment's option reaches the database");
    await using engine = await connect({ config: several, readers: 1 });
    await currentEngine("archive").createAll([Note]);
    assert.equal(await Note.objects.using("archive").count(), 0);
    assert.equal(engine.dialect.name, "sqlite");
  });
});

test("logging in a file is what configure() would be given", async () => {
  const lines: string[] = [];
  await using engine = await connect({
    url: "sqlite::memory:",
    logging: { queries: true, format: "pretty", write: (line) => lines.push(line) },
  });
  await engine.createAll([Note]);
  await engine.query(Note).count();
  configure({});
  assert.ok(lines.some((line) => line.includes("cf_notes")));
  const config = write("wrong.toml", ["[logging]", 'format = "prety"']);
  await assert.rejects(connect({ config }), /logging\.format is none of.*Did you mean 'pretty'/);
});

test("what connect() cannot know it says", async () => {
  await assert.rejects(connect({ config: join(folder, "nowhere.toml") }), ConfigurationError);
  await assert.rejects(connect({ url: "sqlite::memory:", config: "petrel.toml" }), /either a configuration's file or/);
  await assert.rejects(connect(5 as never), /connect\(\) takes a URL/);
  await assert.rejects(connect("sqlite::memory:", { reeders: 1 } as never), /'reeders'\. Did you mean 'readers'/);
  await assert.rejects(connect(""), ConfigurationError);
});
