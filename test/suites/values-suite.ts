// Every kind of column with its edge values: written, read back in every form and found again, whatever the time zone of the program.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Engine, type Session } from "../../src/entry/index.ts";
import { Sample } from "../support/models.ts";

type Property = Exclude<keyof Sample, "id" | "toJSON">;

const date = (text: string): Date => new Date(text);

/** What is written, and what comes back where that is spelled differently. */
const values: readonly (readonly [Property, unknown, back?: unknown])[] = [
  ["whole", 0],
  ["whole", -2147483648],
  ["whole", 2147483647],
  ["small", -32768],
  ["small", 32767],
  ["large", 2n ** 63n - 1n],
  ["large", -(2n ** 63n)],
  ["large", 0n],
  ["large", 9007199254740993n],
  ["real", 0.1],
  ["real", Number.MAX_VALUE],
  ["real", Number.MIN_VALUE],
  ["real", -0],
  ["real", Infinity],
  ["real", -Infinity],
  ["price", "12.3", "12.3000"],
  ["price", "-0.00", "0.0000"],
  ["price", "+007.50", "7.5000"],
  ["price", "99999999.9999"],
  ["price", "1.5e2", "150.0000"],
  ["price", ".5", "0.5000"],
  ["label", ""],
  ["label", "naïve \u{1f600} 'quoted' \u2028 \\ \t\n\"{},NULL"],
  ["label", "NULL"],
  ["label", " padded "],
  ["flag", true],
  ["flag", false],
  ["key", "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e"],
  ["at", date("2026-03-01T08:30:00.000Z")],
  ["at", date("2026-03-01T08:30:00.007Z")],
  ["at", date("1969-12-31T23:59:59.999Z")],
  ["at", date("0001-01-01T00:00:00.000Z")],
  ["at", date("0000-02-29T00:00:00.000Z")],
  ["at", date("9999-12-31T23:59:59.999Z")],
  ["at", date("2011-12-30T12:00:00.000Z")],
  ["at", date("1883-11-18T12:00:00.001Z")],
  ["at", date("2026-03-29T01:30:00.000Z")],
  ["day", "2024-02-29"],
  ["day", "0001-01-01"],
  ["day", "9999-12-31"],
  ["day", "2011-12-30"],
  ["day", "1900-03-01"],
  ["hour", "23:59:59"],
  ["hour", "10:00:00.500000", "10:00:00.5"],
  ["hour", "10:00:00.000", "10:00:00"],
  ["hour", "00:00:00.000001"],
  ["data", { a: [1, null, "x", { b: true }] }],
  ["data", "null"],
  ["data", ""],
  ["data", 0],
  ["data", false],
  ["data", []],
  ["data", {}],
  ["data", JSON.parse('{"__proto__":1}')],
  ["data", 1e300],
  ["data", 'a"b\\c'],
  ["raw", Uint8Array.of(0, 255, 92, 39)],
  ["raw", new Uint8Array()],
  ["raw", Uint8Array.from({ length: 300 }, (_, at) => at & 255)],
  ["words", []],
  ["words", ["a,b", '"', "", "NULL", "null", "{}", "\\", " ", "ä\u{1f600}", "\n"]],
  ...(["whole", "small", "large", "real", "price", "label", "flag", "key", "at", "day", "hour", "data", "raw", "words"] as const).map(
    (name) => [name, null] as const,
  ),
];

export interface ValuesUnderTest {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
  /** Whether a float keeps the sign of zero: SQLite stores whole floats as whole numbers, which have no minus zero. */
  readonly keepsMinusZero: boolean;
}

/** All four, one after the other in this process; or the one that it began in, where somebody chose that. */
const zones = process.env["TZ"] === undefined ? ["UTC", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns"] : [process.env["TZ"]];

const readBack = async (session: Session, property: Property, id: number): Promise<readonly unknown[]> => {
  const query = session.query(Sample).filter({ id });
  const streamed: unknown[] = [];
  for await (const row of query.stream()) streamed.push(row[property]);
  return [
    (await session.get(Sample, id))![property],
    (await query.one())[property],
    (await query.column(property))[0],
    ((await query.values(property)) as readonly Record<string, unknown>[])[0]![property],
    ((await query.valuesList(property)) as readonly (readonly unknown[])[])[0]![0],
    ((await query.select((row) => ({ value: row[property] })).all()) as readonly { readonly value: unknown }[])[0]!.value,
    ((await query.lazy())[0]! as unknown as Record<string, unknown>)[property],
    ...streamed,
    (await session.executeRaw("SELECT * FROM samples WHERE id = ?", [id], { bigints: true })).toModels(Sample)[0]![property],
  ];
};

const roundTrip = async (engine: Engine, keepsMinusZero: boolean): Promise<void> => {
  const session = engine.session();
  const pairs: [unknown, unknown, string][] = [];
  for (const [property, value, same = value] of values) {
    const back = Object.is(same, -0) && !keepsMinusZero ? 0 : same;
    const name = `${property} ${String(value)}`;
    const sample = await session.insert(Sample, { [property]: value });
    assert.deepEqual(sample[property], value, `${name}: the instance keeps what it was given`);
    for (const read of await readBack(engine.session(), property, sample.id)) pairs.push([read, back, name]);
    const [twin] = await session.insertAll(Sample, [{ [property]: value }, {}]);
    await session.update(sample, { [property]: null });
    await session.update(sample, { [property]: value });
    pairs.push(
      [(await engine.session().get(Sample, twin!.id))![property], back, name],
      [(await engine.session().get(Sample, sample.id))![property], back, name],
    );
    const found = session.query(Sample).filter({ [property]: value } as { id: number });
    assert.ok((await found.column("id")).includes(sample.id), `${name} is found by its value`);
  }
  for (const [read, back, name] of pairs) assert.deepEqual(read, back, name);
};

export const valuesSuite = ({ name, open, keepsMinusZero }: ValuesUnderTest): void => {
  for (const zone of zones) {
    test(`every value comes back as it went on ${name}, in ${zone}`, async (context) => {
      const before = process.env["TZ"];
      context.after(() => {
        if (before === undefined) delete process.env["TZ"];
        else process.env["TZ"] = before;
      });
      process.env["TZ"] = zone;
      await using engine = await open();
      await engine.createAll([Sample]);
      await roundTrip(engine, keepsMinusZero);
    });
  }

  test(`a value beyond the type is refused on ${name} with the property's name before anything is sent`, async () => {
    await using engine = await open();
    const sent = engine.statementCount;
    const session = engine.session();
    for (const [property, value] of [
      ["whole", 2 ** 31],
      ["small", 32768],
      ["large", 2n ** 63n],
      ["label", "a\0b"],
      ["price", "123456789.0"],
      ["words", ["a\0"]],
    ] as const) {
      await assert.rejects(
        session.insert(Sample, { [property]: value } as object),
        (error: Error) => error.name === "ValidationError" && error.message.includes(property),
      );
    }
    assert.equal(engine.statementCount, sent);
  });
};
