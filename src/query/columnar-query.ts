/** The verbs of a query that give columns in place of rows. */
import { ConfigurationError } from "../base/errors.ts";
import { loadArrow } from "../engine/results/arrow-door.ts";
import type { ArrowBatch, ArrowTable } from "../engine/results/arrow-door.ts";
import { assertNotAsked } from "../engine/cache-choice.ts";
import { signalOf } from "../engine/call-limit.ts";
import { columnsOfRows, readColumns, streamColumns, wantedColumns } from "../engine/results/columnar.ts";
import type { Plan } from "../engine/plans/plan.ts";
import type { Runner } from "../engine/run.ts";
import type { ColumnSet } from "../rows/columns/column-set.ts";
import { PagingQuery } from "./paging/paging-query.ts";
import type { CallOptions, StreamOptions } from "./query.ts";
import { planOf } from "./terminal.ts";
import { allRows } from "./verbs.ts";

const defaultBatchSize = 10_000;

export const assertBatchSize = (use: string, batchSize: number): void => {
  if (Number.isSafeInteger(batchSize) && batchSize > 0) return;
  throw new ConfigurationError(`${use} takes a batchSize that is a whole number from 1.`);
};

export abstract class ColumnarQuery extends PagingQuery {
  async toColumns(options?: CallOptions): Promise<ColumnSet> {
    const { runner, plan } = this.#columnar("toColumns()");
    if (this.state.isNothing) return columnsOfRows(wantedColumns(plan), [], undefined, []);
    return readColumns(runner, plan, this.state.values, signalOf(options));
  }

  async *toColumnBatches({ batchSize = defaultBatchSize, ...limit }: StreamOptions = {}): AsyncGenerator<ColumnSet> {
    assertBatchSize("toColumnBatches()", batchSize);
    const { runner, plan } = this.#columnar("toColumnBatches()");
    if (this.state.isNothing) yield columnsOfRows(wantedColumns(plan), [], undefined, []);
    else yield* streamColumns(runner, plan, this.state.values, batchSize, signalOf(limit));
  }

  async toArrow(options?: CallOptions): Promise<ArrowTable> {
    const { table } = await loadArrow();
    return table(await this.toColumns(options));
  }

  async *toArrowBatches(options?: StreamOptions): AsyncGenerator<ArrowBatch> {
    const { batch } = await loadArrow();
    for await (const set of this.toColumnBatches(options)) yield batch(set);
  }

  #columnar(use: string): { readonly runner: Runner; readonly plan: Plan } {
    const { includes, root, shape } = this.state;
    if (includes.length > 0) {
      throw new ConfigurationError(
        `${use} of ${root.table.modelName} reads plain columns, and relations are objects. Take with() out, and name columns of relations in select(…).`,
        { model: root.table.modelName },
      );
    }
    assertNotAsked(this.state.cache, use);
    const runner = this.running();
    return { runner, plan: planOf(root, shape.child(allRows), runner.dialect) };
  }
}
