// Files in a directory: what every store does, and what only a file system can be tricked into.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { diskStore, FileNotFound, type FileStore, fileStoreChecks, UnsafeFileKey } from "../../src/entry/files.ts";
import { piecesOf, wholeOf } from "../../src/files/file-body.ts";

const inDirectory = (work: (directory: string) => Promise<void>) => async (): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-disk-"));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
};
const write = (store: FileStore, key: string, text: string): Promise<void> => store.write(key, piecesOf(text));

for (const { name, check } of fileStoreChecks) {
  test(
    `a store on a disk ${name}`,
    inDirectory((directory) => check(() => diskStore(join(directory, "not", "there", "yet"), { sync: false }))),
  );
}

test(
  "links lead nowhere: not the file, not a folder on the way, and none is listed",
  inDirectory(async (directory) => {
    const [inside, outside] = [join(directory, "inside"), join(directory, "outside")];
    for (const each of [inside, outside]) mkdirSync(each);
    writeFileSync(join(outside, "secret.txt"), "secret");
    symlinkSync(join(outside, "secret.txt"), join(inside, "link.txt"));
    symlinkSync(outside, join(inside, "folder"));
    const store = diskStore(inside);
    await assert.rejects(() => wholeOf(store.read("link.txt")), FileNotFound);
    assert.equal(await store.stat("link.txt"), null);
    assert.equal(await store.delete("link.txt"), false);
    await assert.rejects(() => wholeOf(store.read("folder/secret.txt")), UnsafeFileKey);
    await assert.rejects(() => write(store, "folder/new.txt", "x"), UnsafeFileKey);
    await assert.rejects(() => store.delete("folder/secret.txt"), UnsafeFileKey);
    for await (const { key } of store.list("")) assert.fail(`${key} was listed`);
    // What is written takes the link's place, and not that of the file it leads to.
    await write(store, "link.txt", "mine");
    assert.equal(readFileSync(join(outside, "secret.txt"), "utf8"), "secret");
    assert.deepEqual(readdirSync(outside), ["secret.txt"]);
  }),
);

test(
  "the directory itself may be reached by a link",
  inDirectory(async (directory) => {
    mkdirSync(join(directory, "real"));
    symlinkSync(join(directory, "real"), join(directory, "alias"));
    await write(diskStore(join(directory, "alias")), "a/b.txt", "x");
    assert.ok(existsSync(join(directory, "real", "a", "b.txt")));
  }),
);

test(
  "a folder is no file, and a file no folder",
  inDirectory(async (directory) => {
    const store = diskStore(directory);
    await write(store, "a/b.txt", "x");
    await assert.rejects(() => wholeOf(store.read("a")), FileNotFound);
    assert.equal(await store.delete("a"), false);
    await assert.rejects(() => write(store, "a", "x"), { code: "EISDIR" });
    await assert.rejects(() => wholeOf(store.read("a/b.txt/c")), FileNotFound);
    assert.deepEqual(readdirSync(join(directory, "a")), ["b.txt"], "no part is left");
  }),
);

test(
  "others may not read what is kept",
  { skip: process.platform === "win32" ? "Windows has no such modes" : false },
  inDirectory(async (directory) => {
    await write(diskStore(directory), "a/b.txt", "x");
    assert.equal(statSync(join(directory, "a")).mode & 0o007, 0);
    assert.equal(statSync(join(directory, "a", "b.txt")).mode & 0o117, 0);
  }),
);

test(
  "a part that a crash left is not listed",
  inDirectory(async (directory) => {
    const store = diskStore(directory);
    writeFileSync(join(directory, ".11111111-1111-4111-8111-111111111111.part"), "half");
    await write(store, "a.txt", "x");
    const keys: string[] = [];
    for await (const { key } of store.list("")) keys.push(key);
    assert.deepEqual(keys, ["a.txt"]);
  }),
);
