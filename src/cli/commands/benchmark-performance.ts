/** `petrel benchmark performance`: how long the usual calls take on a database, in a table of its own that is gone afterwards. */
import { Model } from "../../active-record/model.ts";
import { BenchmarkSuite } from "../../bench/benchmark-suite.ts";
import type { BenchmarkResults } from "../../bench/benchmark-results.ts";
import { int, text } from "../../schema/columns/column-factories.ts";
import type { Engine } from "../../session/engine.ts";
import type { Run } from "../command.ts";
import { numberOption } from "../number-option.ts";
import { textTable } from "../text-table.ts";

const rowCount = 1000;

/** A table that nobody else has. */
const makeModel = () => {
  const name = `petrel_benchmark_${process.pid}_${Date.now().toString(36)}`;
  return class Measured extends Model(name, { id: int().primaryKey(), name: text(), amount: int() }, { indexes: [["amount"]] }) {};
};
type Measured = ReturnType<typeof makeModel>;

const rows = (count: number): { name: string; amount: number }[] =>
  Array.from({ length: count }, (_, place) => ({ name: `row ${place}`, amount: place % 100 }));

const suiteFor = (engine: Engine, model: Measured): BenchmarkSuite => {
  const session = engine.session();
  const key = (): number => 1 + Math.floor(Math.random() * rowCount);
  return new BenchmarkSuite()
    .benchmark("find by key", () => engine.query(model).get({ id: key() }))
    .benchmark("filter 10 of 1000 rows", () =>
      engine
        .query(model)
        .filter({ amount: key() % 100 })
        .all(),
    )
    .benchmark("read 1000 rows", () => engine.query(model).limit(rowCount).all(), { operations: rowCount })
    .benchmark("count", () => engine.query(model).count())
    .benchmark("update one row", () => engine.query(model).filter({ id: key() }).update({ name: "changed" }))
    .benchmark("insert one row", () => session.insert(model, { name: "new", amount: -1 }))
    .benchmark(
      "insert 100 rows",
      () =>
        session.insertAll(
          model,
          rows(100).map((row) => ({ ...row, amount: -1 })),
        ),
      { operations: 100 },
    )
    .benchmark("read and write in a transaction", () =>
      engine.transaction(async (transaction) => {
        const [row] = await transaction.query(model).filter({ id: key() }).all();
        await transaction.query(model).filter({ id: row!.id }).update({ name: "again" });
      }),
    );
};

const shown = (value: number | null): string => (value === null ? "" : value.toFixed(3));

const resultsText = (results: BenchmarkResults): string =>
  textTable(
    ["", "median ms", "p95 ms", "operations/s", "failed"],
    Object.entries(results).map(([name, found]) => [
      name,
      shown(found.medianTime),
      shown(found.p95Time),
      found.operationsPerSecond === null ? "" : String(Math.round(found.operationsPerSecond)),
      String(found.errorCount),
    ]),
  );

export const run: Run = async (call) => {
  const engine = await call.open();
  const model = makeModel();
  const suite = suiteFor(engine, model);
  const iterations = numberOption(call.options, "iterations");
  const warmup = numberOption(call.options, "warmup", 0);
  await engine.createAll([model]);
  try {
    await engine.session().insertAll(model, rows(rowCount));
    const results = await suite.run({
      ...(iterations === undefined ? {} : { iterations }),
      ...(warmup === undefined ? {} : { warmup }),
      ...(call.output.isJson ? { progress: false } : {}),
    });
    const file = call.options.text("output");
    if (file !== undefined) await suite.save(file);
    call.output.result(results, resultsText(results));
    return Object.values(results).some(({ errorCount }) => errorCount > 0) ? "findings" : undefined;
  } finally {
    await engine.dropAll([model]);
  }
};
