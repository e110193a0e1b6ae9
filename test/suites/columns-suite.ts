/** What results by columns promise on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DataType, tableFromIPC, type Table } from "apache-arrow";
import {
  array,
  bigint,
  bool,
  bytes,
  type ColumnVector,
  ConfigurationError,
  count,
  date,
  decimal,
  type Engine,
  float,
  from,
  int,
  json,
  Model,
  select,
  smallint,
  sql,
  sum,
  text,
  time,
  timestamp,
  uuid,
  ValidationError,
} from "../../src/entry/index.ts";
import { insertFrom, toIPC, toIPCChunks } from "../../src/entry/arrow.ts";
import { Random } from "../support/random.ts";

export interface ColumnsEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

const every = {
  whole: int().nullable(),
  small: smallint().nullable(),
  large: bigint().nullable(),
  real: float().nullable(),
  price: decimal({ precision: 12, scale: 4 }).nullable(),
  amount: decimal({ precision: 38, scale: 2 }).nullable(),
  huge: decimal({ precision: 50, scale: 2 }).nullable(),
  label: text().nullable(),
  flag: bool().nullable(),
  key: uuid().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  hour: time().nullable(),
  data: json<unknown>().nullable(),
  raw: bytes().nullable(),
  words: array(text()).nullable(),
  prices: array(decimal({ precision: 10, scale: 2 })).nullable(),
  moments: array(timestamp()).nullable(),
};

class Reading extends Model("column_readings", { id: int().primaryKey(), ...every }) {}
class Copied extends Model("column_copies", { id: int().primaryKey(), ...every }) {}
class Narrow extends Model("column_narrows", { id: int().primaryKey(), label: text().nullable(), amount: int().nullable() }) {}

const kinds = {
  id: { kind: "int", bits: 32 },
  whole: { kind: "int", bits: 32 },
  small: { kind: "int", bits: 16 },
  large: { kind: "bigint" },
  real: { kind: "float", bits: 64 },
  price: { kind: "decimal", precision: 12, scale: 4 },
  amount: { kind: "decimal", precision: 38, scale: 2 },
  huge: { kind: "text" },
  label: { kind: "text" },
  flag: { kind: "bool" },
  key: { kind: "uuid" },
  at: { kind: "timestamp", zone: "UTC" },
  day: { kind: "date" },
  hour: { kind: "time" },
  data: { kind: "json" },
  raw: { kind: "bytes" },
  words: { kind: "list", items: { kind: "text" } },
  prices: { kind: "list", items: { kind: "decimal", precision: 10, scale: 2 } },
  moments: { kind: "list", items: { kind: "timestamp", zone: "UTC" } },
};

/** Elements may be NULL in the database, which the types of arrays leave out. */
const absent = null as never;

const readingOf = (random: Random, id: number) => {
  const pick = <T>(...values: readonly T[]): T | null => (random.below(4) === 0 ? null : values[random.below(values.length)]!);
  return {
    id,
    whole: pick(-1, 0, 7, 2_147_483_647, -2_147_483_648),
    small: pick(-32_768, 32_767, 0),
    large: pick(9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, -5n, 9_007_199_254_740_993n),
    real: pick(0.1, -2.5e300, 3, 1e-320),
    price: pick("1.5000", "-0.0001", "12345678.9000", "-99999999.9999", "0.0000"),
    amount: pick("999999999999999999999999999999999999.99", "-1.01", "-999999999999999999999999999999999999.99", "0.00"),
    huge: pick("123456789012345678901234567890123456789012345678.99", "-0.50"),
    label: pick("", "a", "Ä'\"\u{1f600}", "x".repeat(300), "null", "a\tb\\\n"),
    flag: pick(true, false),
    key: pick("00000000-0000-4000-8000-00000000000a", "fedcba98-7654-4321-8000-0123456789ab"),
    at: pick(new Date(0), new Date("2026-02-03T04:05:06.789Z"), new Date("1969-12-31T23:59:59.999Z"), new Date("0001-01-01T00:00:00Z")),
    day: pick("2024-02-29", "1999-12-31", "1969-12-31", "0001-01-01", "9999-12-31"),
    hour: pick("00:00:00", "23:59:59.5", "08:30:00.000001"),
    data: pick<unknown>({ a: [1, null, "ä"], b: {} }, [], "text", 7, true),
    raw: pick(new Uint8Array([0, 255]), new Uint8Array([]), new Uint8Array(100).fill(7)),
    words: pick(["a", absent, "ö,\"'"], []),
    prices: pick(["1.00", "-99999999.99", absent], []),
    moments: pick([new Date("2026-02-03T04:05:06.789Z"), absent]),
  };
};

const rowsOf = (set: { readonly rowCount: number; readonly columns: Readonly<Record<string, ColumnVector>> }): object[] =>
  Array.from({ length: set.rowCount }, (_, row) =>
    Object.fromEntries(Object.entries(set.columns).map(([name, column]) => [name, column.at(row)])),
  );

const plain = (rows: readonly object[]): object[] => rows.map((row) => ({ ...row }));

export const columnsSuite = ({ name, open }: ColumnsEngine): void => {
  describe(`results by columns on ${name}`, () => {
    let engine: Engine;
    const readings = Array.from({ length: 250 }, (_, index) => readingOf(new Random(index + 1), index + 1));
    before(async () => {
      engine = await open();
      await engine.createAll([Reading, Copied, Narrow]);
      await engine.session().insertAll(Reading, readings);
    });
    after(() => engine.close());

    const ordered = () => engine.query(Reading).orderBy("id");

    test("have what the rows have, of every kind and with NULL", async () => {
      // A server's first answer to a statement may come in another form than those after it.
      const whole = plain(await ordered().limit(250).all());
      for (let times = 0; times < 3; times++) assert.deepEqual(rowsOf(await ordered().limit(250).toColumns()), whole);
      const set = await ordered().toColumns();
      assert.equal(set.rowCount, 250);
      assert.deepEqual(rowsOf(set), plain(await ordered().all()));
      assert.deepEqual(Object.fromEntries(Object.entries(set.columns).map(([key, { format }]) => [key, format])), kinds);
    });

    test("lie in typed arrays, with a bit per row that is not NULL", async () => {
      const { columns } = await ordered().toColumns();
      assert.ok(columns.whole.values instanceof Int32Array && columns.large.values instanceof BigInt64Array);
      assert.ok(columns.real.values instanceof Float64Array && columns.small.values instanceof Int16Array);
      assert.equal(columns.whole.values.length, 250);
      assert.equal(columns.id.validity, null);
      const isNull = readings.map(({ whole }) => whole === null);
      assert.deepEqual(
        isNull.map((_, row) => columns.whole.isNull(row)),
        isNull,
      );
      assert.equal(columns.whole.nullCount, isNull.filter(Boolean).length);
      assert.equal(columns.whole.validity!.length, 32);
      assert.equal(columns.label.offsets!.length, 251);
      assert.equal(columns.whole.at(250), undefined);
      assert.equal(columns.whole.at(-1), undefined);
    });

    test("are those of select(), of groups and of rows beside rows", async () => {
      const selected = await engine
        .query(Reading)
        .filter({ id__lte: 3 })
        .orderBy("id")
        .select((row) => ({ id: row.id, twice: row.id.times(2), label: row.label }))
        .toColumns();
      assert.deepEqual(Object.keys(selected.columns), ["id", "twice", "label"]);
      assert.deepEqual(selected.columns.twice.toArray(), [2, 4, 6]);
      assert.deepEqual(selected.columns.twice.format, { kind: "int", bits: 64 });
      const groups = engine
        .query(Reading)
        .groupBy("flag")
        .annotate({ rows: count(), total: sum("whole") })
        .orderBy("flag");
      assert.deepEqual(rowsOf(await groups.toColumns()), plain(await groups.all()));
      const beside = ordered()
        .limit(20)
        .only("id")
        .joinLateral("best", (row) =>
          select(Reading)
            .where((other) => other.id.eq(row.id))
            .select((other) => ({ label: other.label })),
        );
      assert.deepEqual(Object.keys((await beside.toColumns()).columns), ["id", "best.label"]);
    });

    test("hold sums that the columns themselves could not", async () => {
      const totals = engine
        .query(Reading)
        .groupBy("flag")
        .annotate({ total: sum("whole"), priced: sum("price") })
        .orderBy("flag");
      const { columns } = await totals.toColumns();
      assert.deepEqual(columns.total.format, { kind: "int", bits: 64 });
      assert.deepEqual(columns.priced.format, { kind: "text" });
      const some = from(engine.query(Reading).select((row) => ({ n: row.whole.times(1), id: row.id })));
      assert.deepEqual((await engine.execute(some)).toColumns().columns.n.format, { kind: "int", bits: 64 });
    });

    test("of a query without rows have their types, and of one that can have none ask for nothing", async () => {
      const none = await engine.query(Reading).filter({ id: -1 }).toColumns();
      assert.equal(none.rowCount, 0);
      assert.deepEqual(none.columns.words.format, kinds.words);
      const before = engine.statementCount;
      assert.equal((await engine.query(Reading).none().toColumns()).rowCount, 0);
      assert.equal(engine.statementCount, before);
    });

    test("come in batches, from a session and from inside a transaction", async () => {
      const sizes: number[] = [];
      const rows: object[] = [];
      for await (const batch of ordered().toColumnBatches({ batchSize: 100 })) {
        sizes.push(batch.rowCount);
        rows.push(...rowsOf(batch));
      }
      assert.deepEqual(sizes, [100, 100, 50]);
      const whole = plain(await ordered().all());
      assert.deepEqual(rows, whole);
      await engine
        .transaction(async (tx) => {
          await tx.insert(Narrow, { id: 1, label: "within" });
          assert.deepEqual((await tx.query(Narrow).toColumns()).columns.label.toArray(), ["within"]);
          let first = 0;
          for await (const batch of tx.query(Reading).toColumnBatches({ batchSize: 100 })) first += batch.rowCount;
          assert.equal(first, 250);
          throw new Error("undo");
        })
        .catch((error: Error) => assert.equal(error.message, "undo"));
      const empty = [];
      for await (const batch of engine.query(Reading).filter({ id: -1 }).toColumnBatches()) empty.push(batch.rowCount);
      assert.deepEqual(empty, [0]);
      const left = [];
      for await (const batch of ordered().toColumnBatches({ batchSize: 10 })) {
        left.push(batch.rowCount);
        break;
      }
      assert.deepEqual(left, [10]);
    });

    test("refuse relations, and batch sizes that are none", async () => {
      const user = engine.query(Reading);
      await assert.rejects(async () => {
        for await (const _ of user.toColumnBatches({ batchSize: 0 })) assert.fail();
      }, ConfigurationError);
    });

    test("of raw SQL have the server's types, or those of the values", async () => {
      const raw = await engine.execute(sql`SELECT id, label, real FROM ${Reading} ORDER BY id`);
      const { columns, rowCount } = raw.toColumns();
      assert.equal(rowCount, 250);
      assert.deepEqual(
        columns["label"]!.toArray(),
        readings.map(({ label }) => label),
      );
      assert.deepEqual(
        columns["real"]!.toArray(),
        readings.map(({ real }) => real),
      );
      assert.deepEqual(
        columns["id"]!.toArray(),
        readings.map(({ id }) => id),
      );
      const table = (await raw.toArrow()) as Table;
      assert.equal(table.numRows, 250);
      const planned = await engine.execute(select(Reading).orderBy("id"));
      assert.deepEqual(rowsOf(planned.toColumns()), plain(await ordered().all()));
      await assert.rejects(async () => (await engine.execute("SELECT 1 AS a, 2 AS a")).toColumns(), ConfigurationError);
    });

    test("become Arrow tables over the same memory", async () => {
      const table = await ordered().toArrow();
      assert.equal(table.numRows, 250);
      assert.deepEqual(
        table.schema.fields.map(({ name: field, type }) => `${field} ${String(type)}`),
        [
          ...["id Int32", "whole Int32", "small Int16", "large Int64", "real Float64", "price Decimal[12e+4]", "amount Decimal[38e+2]"],
          ...["huge Utf8", "label Utf8", "flag Bool", "key FixedSizeBinary[16]", "at Timestamp<MICROSECOND, UTC>", "day Date32<DAY>"],
          ...["hour Time64<MICROSECOND>", "data Utf8", "raw Binary", "words List<Utf8>", "prices List<Decimal[10e+2]>"],
          "moments List<Timestamp<MICROSECOND, UTC>>",
        ],
      );
      assert.equal(table.schema.fields.find((field) => field.name === "key")!.metadata.get("ARROW:extension:name"), "arrow.uuid");
      const row = readings.findIndex(({ label, at, whole }) => label !== null && at !== null && whole !== null);
      assert.equal(table.getChild("label")!.get(row), readings[row]!.label);
      assert.equal(table.getChild("whole")!.get(row), readings[row]!.whole);
      assert.equal(table.getChild("at")!.get(row), readings[row]!.at!.getTime());
      assert.equal(table.getChild("whole")!.nullCount, readings.filter(({ whole }) => whole === null).length);
    });

    test("become bytes that Arrow's reader understands, whole and batch by batch", async () => {
      const table = await ordered().toArrow();
      for (const format of ["stream", "file"] as const) {
        const read = tableFromIPC(await toIPC(table, { format }));
        assert.deepEqual(read.getChild("label")!.toArray(), table.getChild("label")!.toArray());
        const chunks: Uint8Array[] = [];
        for await (const chunk of toIPCChunks(ordered().toArrowBatches({ batchSize: 100 }), { format })) chunks.push(chunk);
        assert.equal(chunks.length, 4);
        const whole = tableFromIPC(Buffer.concat(chunks));
        assert.equal(whole.batches.length, 3);
        for (const field of whole.schema.fields) {
          const values = (each: Table) =>
            Array.from(each.getChild(field.name)!, (value) =>
              DataType.isList(field.type) && value !== null ? [...value].map(String) : String(value),
            );
          assert.deepEqual(values(whole), values(table), field.name);
        }
      }
      const none = [];
      for await (const chunk of toIPCChunks(ordered().filter({ id: -1 }).toArrowBatches())) none.push(chunk);
      assert.equal(tableFromIPC(Buffer.concat(none)).schema.fields.length, 19);
      await assert.rejects(toIPC(table, { format: "parquet" as "file" }), ConfigurationError);
    });

    test("are inserted from a table, as they were", async () => {
      const table = tableFromIPC(await toIPC(await ordered().toArrow()));
      assert.equal(await insertFrom(engine, Copied, table), 250);
      assert.deepEqual(plain(await engine.query(Copied).orderBy("id").all()), plain(await ordered().all()));
      await engine.query(Copied).delete({ all: true });
      const batches = [];
      for await (const batch of ordered().toArrowBatches({ batchSize: 60 })) batches.push(batch);
      assert.equal(await insertFrom(engine, Copied, new (table.constructor as typeof Table)(batches)), 250);
    });

    test("are not inserted where they do not fit, and then none of them is", async () => {
      const table = await ordered().limit(3).toArrow();
      const refused = async (columns: string[], error: RegExp) =>
        assert.rejects(insertFrom(engine, Narrow, table.select(columns)), (problem: Error) => {
          assert.ok(problem instanceof ConfigurationError);
          assert.match(problem.message, error);
          return true;
        });
      await refused(["id", "whole"], /Narrow has no column 'whole'/);
      await refused(["id", "amount"], /Narrow\.amount takes integers, and the table's column 'amount' is of type Decimal/);
      const wide = await ordered()
        .filter({ large: 9_223_372_036_854_775_807n })
        .select((row) => ({ id: row.id, label: row.label, amount: row.large }))
        .toArrow();
      await assert.rejects(insertFrom(engine, Narrow, wide), ValidationError);
      assert.equal(await engine.query(Narrow).count(), 0);
      await assert.rejects(insertFrom(engine, Narrow, {} as Table), ConfigurationError);
    });
  });
};
