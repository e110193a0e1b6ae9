import assert from "node:assert/strict";
import { test } from "node:test";
import { UnsafeFileKey } from "../../../src/base/errors.ts";
import { assertSafeKey, extensionOf, folderOf, plainName } from "../../../src/files/file-key.ts";

test("keys are relative paths of plain segments", () => {
  for (const key of [
    "a",
    "a/b/c.txt",
    "..a",
    "a..b",
    "...x",
    "a b",
    "ü/雨.txt",
    "console.txt",
    "com10",
    "-",
    "%2e%2e%2fx",
    "x".repeat(255),
  ]) {
    assert.doesNotThrow(() => assertSafeKey(key), key);
  }
});

test("keys that could lead elsewhere are refused, and not repeated in the message", () => {
  const hostile = [
    ...["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "./a", "a/./b"],
    ...["a\\b", "..\\a", "\\\\server\\share", "c:a", "c:/a", "a\0.txt", "a\n", "\u007f", "a*", "a?", 'a"', "<a>", "a|b", "file.txt:stream"],
    ...["con", "CON", "nul.txt", "a/Aux", "com1", "LPT9.log", "com¹", "conin$", "a.", "a ", "a./b", "... "],
    ...["\ud800", "x".repeat(256), "ü".repeat(128), "a/".repeat(520) + "a", "\u{1f426}".repeat(64)],
  ];
  for (const key of hostile) {
    assert.throws(
      () => assertSafeKey(key),
      (error) => error instanceof UnsafeFileKey && (key.length < 3 || !error.message.includes(key)),
      JSON.stringify(key).slice(0, 40),
    );
  }
  for (const key of [null, undefined, 7, ["a"], { toString: () => "a" }]) assert.throws(() => assertSafeKey(key), UnsafeFileKey);
});

test("a folder ends with one slash, or is none", () => {
  assert.equal(folderOf(""), "");
  assert.equal(folderOf("a"), "a/");
  assert.equal(folderOf("a/b/"), "a/b/");
  for (const folder of ["/", "/a", "../a", "a//"]) assert.throws(() => folderOf(folder), UnsafeFileKey, folder);
});

test("a name to be shown is the last part, without what file systems and readers are misled by", () => {
  const cases: Readonly<Record<string, string>> = {
    "a.txt": "a.txt",
    "/etc/passwd": "passwd",
    "C:\\Users\\me\\photo.jpg": "photo.jpg",
    "../../x": "x",
    "a\r\nb": "ab",
    "exe.\u202egpj.exe": "exe.gpj.exe",
    'a"b.txt': "ab.txt",
    "": "unnamed",
    "a/..": "unnamed",
    "  ": "unnamed",
  };
  for (const [given, expected] of Object.entries(cases)) assert.equal(plainName(given), expected, JSON.stringify(given));
  const long = plainName(`${"雨".repeat(200)}.txt`);
  assert.ok(Buffer.byteLength(long) <= 255 && long.endsWith("雨.txt"), "the end stays: it says what the file is");
});

test("an extension is what follows the last dot, in lower case", () => {
  const cases = { "a.TXT": "txt", "a.tar.gz": "gz", ".gitignore": "", a: "", "a.": "", "a.b c": "", "a.toolongtobeanextension": "" };
  for (const [name, expected] of Object.entries(cases)) assert.equal(extensionOf(name), expected, name);
});
