import assert from "node:assert/strict";
import { test } from "node:test";
import { FileRefused } from "../../../src/base/errors.ts";
import { contentType } from "../../../src/files/content-type.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const png = Uint8Array.of(
  0x89,
  0x50,
  0x4e,
  0x47,
  0x0d,
  0x0a,
  0x1a,
  0x0a,
  0,
  0,
  0,
  13,
  0x49,
  0x48,
  0x44,
  0x52,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  1,
  8,
  2,
  0,
  0,
  0,
);
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1);

test("content says what a file is, and its name has to agree", async () => {
  const cases: readonly (readonly [string, Uint8Array, string, string])[] = [
    ["a.png", png, "png", "image/png"],
    ["a.JPEG", jpeg, "jpeg", "image/jpeg"],
    ["a.jpg", jpeg, "jpg", "image/jpeg"],
    ["photo", png, "png", "image/png"],
    ["a.txt", bytes("text"), "txt", "text/plain"],
    ["a.csv", bytes("a;b\n1;2"), "csv", "text/csv"],
    ["a.svg", bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), "svg", "image/svg+xml"],
    ["a.svg", bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), "svg", "image/svg+xml"],
    ["a.json", bytes("{}"), "json", "application/json"],
    ["a.ours", bytes("anything"), "ours", "application/octet-stream"],
    ["none.png", new Uint8Array(), "png", "application/octet-stream"],
    ["a", bytes("?"), "", "application/octet-stream"],
  ];
  for (const [name, sample, extension, type] of cases) assert.deepEqual(await contentType(name, sample, true), { extension, type }, name);
});

test("a name that promises something else is refused", async () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["a.jpg", png],
    ["a.png", bytes("<html><script>")],
    ["a.pdf", bytes("no")],
    ["a.txt", png],
    ["a.txt", Uint8Array.of(0x61, 0, 0x62)],
    ["a.csv", Uint8Array.of(0x61, 0xff, 0xfe, 0x62)],
    ["a.zip", bytes("PK?")],
    ["a.ours", png],
  ];
  for (const [name, sample] of cases) await assert.rejects(() => contentType(name, sample, true), FileRefused, name);
});

test("a character that the sample cuts in two is no reason", async () => {
  const cut = bytes("ü").subarray(0, 1);
  assert.equal((await contentType("a.txt", cut, false)).type, "text/plain");
  await assert.rejects(() => contentType("a.txt", cut, true), FileRefused);
});
