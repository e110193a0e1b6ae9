import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf } from "../../../src/files/byte-size.ts";
import { downloadHeaders } from "../../../src/files/download-headers.ts";

const file = { key: "a/b", name: "a.txt", size: 3, type: "text/plain", sha256: "ab" };

test("a file is given out as what it is, to be saved, and runs nothing", () => {
  assert.deepEqual(downloadHeaders(file), {
    "content-type": "text/plain; charset=utf-8",
    "content-length": "3",
    "content-disposition": "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt",
    etag: '"ab"',
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  });
  assert.match(downloadHeaders({ ...file, type: "image/png" }, { inline: true })["content-disposition"]!, /^inline; /);
});

test("names cannot end the header or the value that they stand in", () => {
  const name = 'Año "x"\\ 100% (1)\'s.txt';
  const { "content-disposition": value } = downloadHeaders({ ...file, name });
  assert.equal(value, `attachment; filename="A_o _x__ 100_ (1)'s.txt"; filename*=UTF-8''A%C3%B1o%20%22x%22%5C%20100%25%20%281%29%27s.txt`);
  assert.match(downloadHeaders({ ...file, name: "a\r\nset-cookie: x" })["content-disposition"]!, /filename="a__set-cookie: x"/);
});

test("sizes are bytes, or texts with a unit", () => {
  const cases = { "0B": 0, "1KB": 1024, "10MB": 10_485_760, "1.5 kb": 1536, "1GB": 1_073_741_824 } as Record<string, number>;
  for (const [given, expected] of Object.entries(cases)) assert.equal(bytesOf(given, "maxSize"), expected, given);
  assert.equal(bytesOf(5, "maxSize"), 5);
  for (const given of [-1, 1.5, NaN, Infinity, "", "10", "MB", "-1KB", "1TB", null, {}])
    assert.throws(() => bytesOf(given, "maxSize"), /maxSize is a number of bytes/);
});
