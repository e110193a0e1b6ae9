import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../../src/base/errors.ts";
import { parseSqliteUrl } from "../../../src/driver/url.ts";

const paths: readonly (readonly [string, string])[] = [
  ["sqlite:app.db", "app.db"],
  ["SQLite:app.db", "app.db"],
  ["sqlite:./data/app.db", "./data/app.db"],
  ["sqlite:../app.db", "../app.db"],
  ["sqlite:///relative.db", "relative.db"],
  ["sqlite:////absolute.db", "/absolute.db"],
  ["sqlite:/absolute.db", "/absolute.db"],
  ["sqlite:my shop ü.db", "my shop ü.db"],
  ["sqlite:my%20shop%20%C3%BC%3F%23.db", "my shop ü?#.db"],
  ["sqlite:C:\\data\\app.db", "C:\\data\\app.db"],
  ["sqlite:c:/data/app.db", "c:/data/app.db"],
  ["sqlite:///C:/data/app.db", "C:/data/app.db"],
  ["file:app.db", "app.db"],
  ["file:/data/app.db", "/data/app.db"],
  ["file:///data/my%20app.db", "/data/my app.db"],
  ["file://localhost/data/app.db", "/data/app.db"],
  ["file:///C:/data/app.db", "C:/data/app.db"],
];

for (const [url, path] of paths) {
  test(`${url} is the file ${path}`, () => {
    assert.deepEqual(parseSqliteUrl(url), { path, memory: false, readOnly: false, mustExist: false });
  });
}

for (const url of ["sqlite::memory:", "sqlite://:memory:", "sqlite:///:memory:", "file::memory:", "sqlite:any.db?mode=memory"]) {
  test(`${url} is a database in memory`, () =>
    assert.deepEqual(parseSqliteUrl(url), { path: ":memory:", memory: true, readOnly: false, mustExist: false }));
}

test("mode says whether the file may be written and has to be there", () => {
  assert.deepEqual(parseSqliteUrl("sqlite:a.db?mode=ro"), { path: "a.db", memory: false, readOnly: true, mustExist: true });
  assert.deepEqual(parseSqliteUrl("sqlite:a.db?mode=rw"), { path: "a.db", memory: false, readOnly: false, mustExist: true });
  assert.deepEqual(parseSqliteUrl("sqlite:a.db?mode=rwc"), { path: "a.db", memory: false, readOnly: false, mustExist: false });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ["sqlite:", /names no file/],
  ["sqlite://", /names no file|name of a server/],
  ["sqlite:///", /names no file/],
  ["sqlite:data/", /names no file/],
  ["sqlite://app.db", /name of a server/],
  ["file://server/share/app.db", /name of a server/],
  ["sqlit:app.db", /Did you mean 'sqlite'/],
  ["app.db", /begins with 'sqlite:'/],
  ["postgres://localhost/x", /begins with 'sqlite:'/],
  ["sqlite:a.db?vfs=unix-none", /'vfs'/],
  ["sqlite:a.db?__proto__=1", /'__proto__'/],
  ["sqlite:a.db?mod=ro", /Did you mean 'mode'/],
  ["sqlite:a.db?mode=rx", /one of ro, rw, rwc, memory/],
  ["sqlite:a.db?cache=shared", /'cache'/],
  ["sqlite:a.db?a%0Ab=1", /'a\?b'/],
  ["sqlite:a#b.db", /%23/],
  ["sqlite:100%.db", /%25/],
  ["sqlite:a%00b.db", /NUL/],
];

for (const [url, message] of refused) {
  test(`${url} is refused in a sentence`, () => {
    assert.throws(
      () => parseSqliteUrl(url),
      (error) => error instanceof ConfigurationError && message.test(error.message),
    );
  });
}
