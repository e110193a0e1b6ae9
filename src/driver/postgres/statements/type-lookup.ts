/** Asks the server of one connection for types that its catalog is not known to have; several that ask at once share one query. */
import { isPetrelError, UnreadableValue } from "../../../base/errors.ts";
import type { Answer, Request } from "../../driver.ts";
import type { RowSink } from "../../row-sink.ts";
import { typeQuery } from "../catalog.ts";
import type { CatalogType, TypeCatalog } from "../catalog.ts";
import { readText } from "../protocol/text-cell.ts";
import { readRows } from "../result-rows.ts";
import type { StatementExchange } from "./statement-exchange.ts";
import type { StatementWriter } from "./statement-writer.ts";

/** The one text of the answer as the server wrote it, whatever users make of texts. */
class OneText implements RowSink {
  readonly objects: unknown[][] = [];

  fields(): void {
    // The query gives one column, and a text is the same bytes in both formats.
  }

  rows(bytes: Buffer, start: number, end: number, count: number): void {
    readRows(bytes, start, end, count, [readText], this.objects);
  }
}

const failedTransaction = "25P02";

export class TypeLookup {
  readonly #catalog: TypeCatalog;
  readonly #writer: StatementWriter;
  readonly #run: (request: Request) => Promise<Answer>;
  #underWay: { readonly types: ReadonlySet<number>; readonly done: Promise<void> } | null = null;

  constructor(catalog: TypeCatalog, writer: StatementWriter, run: (request: Request) => Promise<Answer>) {
    this.#catalog = catalog;
    this.#writer = writer;
    this.#run = run;
  }

  /** Looks up what the exchange's rows wait for, and lets it read them, whatever came of it. */
  async learn(exchange: StatementExchange): Promise<void> {
    await this.know(exchange.fields.map((field) => field.type));
    this.#writer.relearn(exchange);
    exchange.replay();
  }

  /** Never rejects: a type that could not be looked up stays unknown, and is looked up again when it is met again. */
  async know(types: readonly number[]): Promise<void> {
    const wanted = types.filter((type) => !this.#catalog.knows(type));
    if (wanted.length === 0 || this.#catalog.isClosed) return;
    const current = this.#underWay;
    if (current !== null && wanted.every((type) => current.types.has(type))) return current.done;
    const asked = { types: new Set(wanted), done: this.#ask(wanted) };
    this.#underWay = asked;
    await asked.done;
    if (this.#underWay === asked) this.#underWay = null;
  }

  async #ask(types: readonly number[]): Promise<void> {
    const sink = new OneText();
    try {
      await this.#run({ text: typeQuery, values: [`{${types.join(",")}}`], writes: false, bigints: false, batched: false, sink });
      this.#catalog.describe(typesOf(sink.objects[0]?.[0]));
    } catch (error) {
      // The connection's end and a transaction that has failed say nothing about the catalog; a refusal would come every time.
      const sqlState = isPetrelError(error) ? error.sqlState : undefined;
      if (sqlState === "42501" || (sqlState !== failedTransaction && sqlState?.startsWith("42") === true)) this.#catalog.isClosed = true;
    }
  }
}

/** Our own query's answer, in the shape that it gives it; NULL when none of the types is there. */
const typesOf = (answer: unknown): readonly CatalogType[] => {
  if (answer === null || answer === undefined) return [];
  if (typeof answer !== "string") throw new UnreadableValue("The catalog answered with something that is no text.");
  return JSON.parse(answer) as readonly CatalogType[];
};
