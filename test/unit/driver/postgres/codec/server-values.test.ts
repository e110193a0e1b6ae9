/**
 * `server-values.json` is what PostgreSQL 15 sent for each value in text and in binary (session time zone Asia/Kolkata).
 * Both must be the same value here, and that value must be written as the same bytes again.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { WireCodec } from "../../../../../src/driver/postgres/codec/codec.ts";
import type { CodecSettings } from "../../../../../src/driver/postgres/codec/codecs.ts";
import { Codecs } from "../../../../../src/driver/postgres/codec/codecs.ts";
import { ByteWriter } from "../../../../../src/driver/postgres/protocol/byte-writer.ts";

interface ServerValue {
  readonly type: string;
  readonly oid: number;
  readonly text: string;
  readonly binary: string;
}

// The file is ours, and the next line would fail on any other shape.
const values = JSON.parse(readFileSync(new URL("server-values.json", import.meta.url), "utf8")) as readonly ServerValue[];

const surrounded = (hex: string): { readonly buffer: Buffer; readonly start: number; readonly end: number } => {
  const bytes = Buffer.from(hex, "hex");
  return { buffer: Buffer.concat([Buffer.alloc(3, 0xee), bytes, Buffer.alloc(9, 0xee)]), start: 3, end: 3 + bytes.length };
};

const writtenBinary = (codec: WireCodec, value: unknown): string => {
  const writer = new ByteWriter();
  codec.binary!.encode(writer, value);
  const bytes = Buffer.concat(writer.take()).toString("hex");
  writer.written();
  return bytes;
};

/** A Date leaves out microseconds. Lower bounds, the spaces of jsonb, and the scale of an infinite numeric, which nobody reads, are not kept either. */
const isKeptExactly = ({ type, text }: ServerValue, options: CodecSettings): boolean =>
  !text.startsWith("[") &&
  !type.startsWith("json") &&
  !(type === "numeric" && text.endsWith("Infinity")) &&
  !(/\.\d{4,}/.test(text) && options.timestamptz !== "string");

/** The years after 275760 are for strings only. */
const isReadable = ({ text }: ServerValue, options: CodecSettings): boolean => !(options.timestamp === "date" && text.startsWith("294276"));

const forms: readonly CodecSettings[] = [
  {},
  { int8: "bigint", timestamptz: "string", timestamp: "string" },
  { timestamptz: "date", timestamp: "date" },
];

for (const options of forms) {
  const codecs = new Codecs(options);
  test(`text and binary are the same value, and are written as the server wrote them (${JSON.stringify(options)})`, () => {
    assert.ok(values.length > 150);
    for (const value of values.filter((each) => isReadable(each, options))) {
      const label = `${value.type} ${value.text}`;
      const codec = codecs.codec(value.oid);
      const fromText = codec.text.decode(value.text);
      if (codec.binary !== null) {
        const { buffer, start, end } = surrounded(value.binary);
        assert.deepEqual(codec.binary.decode(buffer, start, end), fromText, label);
        if (isKeptExactly(value, options)) assert.equal(writtenBinary(codec, fromText), value.binary, label);
      }
      assert.deepEqual(codec.text.decode(codec.text.encode(fromText)), fromText, label);
    }
  });
}

test("every type that the server has is known, and the preferred format is the one that decode reads", () => {
  const codecs = new Codecs();
  for (const value of values) {
    const codec = codecs.codec(value.oid);
    assert.ok(codecs.knows(value.oid), value.type);
    const { buffer, start, end } = surrounded(codec.resultFormat === 1 ? value.binary : Buffer.from(value.text).toString("hex"));
    if (!isReadable(value, { timestamp: "string" })) continue;
    assert.deepEqual(codec.decode(buffer, start, end), codec.text.decode(value.text), `${value.type} ${value.text}`);
  }
});

test("a decoded value keeps nothing of the receive buffer", () => {
  const codecs = new Codecs();
  for (const value of values) {
    const codec = codecs.codec(value.oid);
    if (codec.binary === null) continue;
    const { buffer, start, end } = surrounded(value.binary);
    const decoded = codec.binary.decode(buffer, start, end);
    buffer.fill(0xff);
    assert.deepEqual(decoded, codec.text.decode(value.text), value.type);
  }
});
