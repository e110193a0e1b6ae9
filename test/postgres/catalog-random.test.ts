/**
 * Random types made of types: enums, domains, arrays, composites and ranges, some levels deep. A value that goes to the server, in binary and in
 * text, comes back as it was from every run: the first, in text, the later ones, in the formats that suit it, and by generated readers.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { BoundValue } from "../../src/base/bound-value.ts";
import type { RowSink } from "../../src/driver/row-sink.ts";
import { TypeCatalog, typeQuery } from "../../src/driver/postgres/catalog.ts";
import type { CatalogType } from "../../src/driver/postgres/catalog.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { makeReader } from "../../src/rows/reader.ts";
import type { ResultShape } from "../../src/rows/shape.ts";
import { makeWireReader } from "../../src/rows/wire-reader.ts";
import type { WireReader } from "../../src/rows/wire-reader.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { Random } from "../support/random.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
});

after(async () => {
  await driver.close();
  await server.stop();
});

const random = new Random(20_261_121);
const awkward = ["", "NULL", "null", '"', "\\", "{}", "(", ")", ",", "[a,b)", " x ", "é😀", "a'b", "\n\t", '""', "\\\\", "empty"];

interface MadeType {
  readonly sql: string;
  /** What PostgreSQL can sort, and so make a range of. */
  readonly isOrdered: boolean;
  readonly isArray: boolean;
  readonly value: () => unknown;
}

const plain = (sql: string, value: () => unknown, isOrdered = true): MadeType => ({ sql, isOrdered, isArray: false, value });

const text = (): string => random.many(random.below(3), () => random.of(awkward)).join("");
const types: MadeType[] = [
  plain("int4", () => random.below(2 ** 32) - 2 ** 31),
  plain("int8", () => BigInt.asIntN(64, BigInt(random.below(2 ** 32)) * BigInt(random.below(2 ** 32)))),
  plain("text", text),
  plain("bool", () => random.chance(0.5)),
  plain("float8", () => random.of([0.1, -0, Infinity, NaN, 1e300, random.next()])),
  plain("numeric", () => random.of(["0.10", "-5", "NaN", "12345678901234567890.5"])),
  plain("date", () => random.of(["2024-02-29", "0001-01-01", "infinity"])),
  plain("timestamptz", () => new Date(random.below(2 ** 31) * 1000)),
  plain("jsonb", () => random.of<unknown>([{ a: [1, text()] }, [1, [2]], 1, false]), false),
  plain("point", () => `(${random.below(9)},${random.below(9)})`, false),
];

const range = (subtype: MadeType): (() => unknown) => {
  const empty = { isEmpty: true, lower: null, upper: null, includesLower: false, includesUpper: false };
  return () => {
    if (random.chance(0.1)) return empty;
    const only = subtype.value();
    const [lower, upper] = random.of([
      [only, only],
      [null, only],
      [only, null],
      [null, null],
    ]);
    return { isEmpty: false, lower, upper, includesLower: lower !== null, includesUpper: upper !== null };
  };
};

const orNull = (type: MadeType): unknown => (random.chance(0.2) ? null : type.value());

const array = (element: MadeType): MadeType => ({
  sql: `${element.sql}[]`,
  isOrdered: false,
  isArray: true,
  value: () => random.many(random.below(4), () => orNull(element)),
});

const name = (number: number): string => `"${random.of(["type", 'q"uote', "Upper", "with space", "é"]).replaceAll('"', '""')} ${number}"`;

/** Made types more often than the ten that were there, so that they nest. */
const someType = (): MadeType => random.of(random.chance(0.7) && types.length > 20 ? types.slice(10) : types);

const makeType = async (number: number): Promise<MadeType> => {
  const sql = name(number);
  const base = someType();
  const ordered = random.of(types.filter((type) => type.isOrdered));
  switch (random.of(["enum", "domain", "array", "composite", "range"])) {
    case "enum": {
      const labels = awkward.filter((label) => label.length < 60 && random.chance(0.4)).concat("always");
      await driver.run(write(`CREATE TYPE ${sql} AS ENUM (${labels.map((label) => `'${label.replaceAll("'", "''")}'`).join(", ")})`));
      return plain(sql, () => random.of(labels));
    }
    case "domain":
      await driver.run(write(`CREATE DOMAIN ${sql} AS ${base.sql}`));
      return { ...base, sql, isArray: false };
    case "array":
      return base.isArray ? base : array(base);
    case "range":
      await driver.run(write(`CREATE TYPE ${sql} AS RANGE (subtype = ${ordered.sql})`));
      return plain(sql, range(ordered));
    default:
      return composite(sql, random.many(1 + random.below(4), someType));
  }
};

const composite = async (sql: string, parts: readonly MadeType[]): Promise<MadeType> => {
  const fields = parts.map((part, at) => [random.of(["a", 'b"', "C d", "__proto__"]) + String(at), part] as const);
  const columns = fields.map(([field, part]) => `"${field.replaceAll('"', '""')}" ${part.sql}`);
  await driver.run(write(`CREATE TYPE ${sql} AS (${columns.join(", ")})`));
  return plain(sql, () => Object.fromEntries(fields.map(([field, part]) => [field, orNull(part)])), false);
};

const tuples: ResultShape = { form: "tuples", columns: [{ decode: null }] };

class Generated implements RowSink {
  readonly objects: unknown[] = [];
  #read: WireReader | null = null;

  fields(_: unknown, decoders: Parameters<typeof makeWireReader>[2]): void {
    this.#read = makeWireReader(tuples, makeReader(tuples), decoders);
  }

  rows(bytes: Buffer, start: number, end: number, count: number): void {
    this.#read!(bytes, start, end, count, this.objects);
  }
}

test("values of random nested types come back as they were, in text and in binary, by every reader", { timeout: 110_000 }, async () => {
  for (let number = 0; number < 120; number++) types.push(await makeType(number));
  for (let round = 0; round < 25; round++) {
    const root = await composite(`root${round}`, random.many(6, someType));
    const oid = Number((await driver.run(read("SELECT $1::regtype::oid", [root.sql]))).rows[0]![0]);
    const catalog = new TypeCatalog();
    const described = (await driver.run(read(typeQuery, [`{${oid}}`]))).rows[0]![0];
    catalog.describe(JSON.parse(described as string) as CatalogType[]);
    const codec = catalog.exact.codec(oid);
    for (let at = 0; at < 4; at++) {
      const value = root.value();
      // Each round and value has statements of its own, so that the first run is the first.
      const spelled = read(`SELECT $1::${root.sql} AS v${at}`, [codec.text.encode(value)], { bigints: true });
      for (const run of [1, 2, 3]) {
        const sink = run === 3 ? { sink: new Generated() } : {};
        const { rows, objects } = await driver.run({ ...spelled, ...sink });
        assert.deepEqual((objects ?? rows)[0], [value], `${root.sql}, value ${at}, run ${run} of what was sent as text`);
      }
      // A driver takes values of any type that it is told; the engine above it has none of these.
      const declared = { parameterTypes: [oid], bigints: true };
      const sent = read(`SELECT $1 AS v${at}, 'declared'`, [value as BoundValue], declared);
      for (const run of [1, 2]) {
        assert.deepEqual(
          (await driver.run(sent)).rows[0]![0],
          value,
          `${root.sql}, value ${at}, run ${run} of what was sent as ${codec.parameterFormat}`,
        );
      }
    }
  }
});
