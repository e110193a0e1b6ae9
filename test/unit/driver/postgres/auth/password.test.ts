import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { md5Password } from "../../../../../src/driver/postgres/startup/auth/md5.ts";
import { cleartextPassword } from "../../../../../src/driver/postgres/startup/auth/password.ts";
import { saslPrep } from "../../../../../src/driver/postgres/startup/auth/sasl-prep.ts";

test("SASLprep does what the examples of RFC 4013 say (hazard 43)", () => {
  assert.equal(saslPrep("I\u00adX"), "IX");
  assert.equal(saslPrep("user"), "user");
  assert.equal(saslPrep("USER"), "USER");
  assert.equal(saslPrep("\u00aa"), "a");
  assert.equal(saslPrep("\u2168"), "IX");
});

test("spaces of every kind become one kind, and composed and decomposed letters the same", () => {
  assert.equal(saslPrep("a\u00a0b\u3000c\u1680d"), "a b c d");
  assert.equal(saslPrep("e\u0301"), "\u00e9");
  assert.equal(saslPrep("\u00a8\u2011\u00bc"), "\u0020\u0308\u20101\u20444");
  assert.equal(saslPrep("x\u200by\ufeffz"), "x yz");
});

test("what SASLprep refuses is used as it is, as PostgreSQL does", () => {
  const refused = ["\u0007", "a\u0007é", "\ue000", "\u0221", "😀", "\u0627\u0031", "\u0627a\u0627", "\u00ad", "\u00ad\ufe0f", "\ud800x"];
  for (const password of refused) assert.equal(saslPrep(password), password, JSON.stringify(password));
  // A code point that Unicode 3.2 did not know keeps the rest from being normalised.
  assert.equal(saslPrep("\u00aa😀"), "\u00aa😀");
});

test("right-to-left passwords that obey the rule are prepared", () => {
  assert.equal(saslPrep("\u0627\u00a0\u0628"), "\u0627 \u0628");
});

test("an empty password and one of a megabyte are prepared", () => {
  assert.equal(saslPrep(""), "");
  const long = "é".repeat(500_000);
  assert.equal(saslPrep(long), long);
});

test("an MD5 password is what the manual says", () => {
  const md5 = (text: string | Buffer): string => createHash("md5").update(text).digest("hex");
  const salt = Buffer.from([1, 0xff, 0, 4]);
  const inner = md5("pässwordada");
  assert.equal(md5Password("ada", "pässword", salt), `md5${md5(Buffer.concat([Buffer.from(inner), salt]))}`);
  assert.throws(() => md5Password("ada", "", salt), { code: "E2005" });
});

test("a password in cleartext is sent only where nobody else can read it, or by the user's own word", () => {
  assert.equal(cleartextPassword("pw", { isPrivate: true, isAllowed: false }), "pw");
  assert.equal(cleartextPassword("pw", { isPrivate: false, isAllowed: true }), "pw");
  assert.throws(() => cleartextPassword("pw", { isPrivate: false, isAllowed: false }), /cleartext/);
  assert.throws(() => cleartextPassword("", { isPrivate: true, isAllowed: true }), { code: "E2005" });
});
