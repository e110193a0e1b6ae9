/** Writes runs of statements as messages: prepares what is new, binds what is known, and remembers how each result is read. */
import type { Request } from "../../driver.ts";
import type { ResultField } from "../../row-sink.ts";
import type { TypeCatalog } from "../catalog.ts";
import type { Decode } from "../codec/codec.ts";
import { bindWhereExact, hasExactBinary } from "./described-parameter.ts";
import type { Pipeline } from "../pipeline.ts";
import { bindExecute } from "../protocol/bind.ts";
import type { BindExecute, ParameterCodec } from "../protocol/bind.ts";
import { writeCloseStatement, writeDescribeStatement, writeExecute, writeParse } from "../protocol/write.ts";
import { decodersOf, preferredFields } from "../result-rows.ts";
import type { PostgresAnswer } from "../result-rows.ts";
import { noTypes, StatementCache } from "./statement-cache.ts";
import type { PreparedStatement } from "./statement-cache.ts";
import { StatementExchange } from "./statement-exchange.ts";
import type { ExchangeOwner, ResultKnowledge } from "./statement-exchange.ts";
import { untypedParameter } from "./untyped-parameter.ts";

export interface StatementSettings {
  readonly statementCacheSize: number;
  /**
   * Behind a pooler that gives each transaction another server connection, names cannot be relied upon.
   * Where `mayVanish`, `areKept` is set to false for good once that shows.
   */
  readonly names: { areKept: boolean; readonly mayVanish: boolean };
}

const isSameResult = (a: readonly ResultField[], b: readonly ResultField[]): boolean =>
  a.length === b.length && a.every((field, at) => field.type === b[at]!.type && field.name === b[at]!.name);

/** How one run is bound and executed, and the result's columns as it gets them; null when they are not known yet. */
export interface Binding {
  readonly fields: readonly ResultField[] | null;
  readonly write: BindExecute;
}

/** What nearly every run does, without an object for it. */
export const bindPlainly = "plainly";

/** Prepares the statement, and runs nothing. */
export const describeOnly = "described";

export type MakeBinding = typeof bindPlainly | typeof describeOnly | ((statement: PreparedStatement, request: Request) => Binding);

export interface Settle {
  readonly resolve: (answer: PostgresAnswer) => void;
  readonly reject: (error: Error) => void;
}

export class StatementWriter implements ResultKnowledge {
  readonly #settings: StatementSettings;
  readonly #pipeline: Pipeline;
  readonly statements: StatementCache;
  readonly #decoders = { exact: new WeakMap<object, readonly Decode[]>(), numbers: new WeakMap<object, readonly Decode[]>() };
  readonly #catalog: TypeCatalog;
  #generation: number;

  constructor(settings: StatementSettings, catalog: TypeCatalog, pipeline: Pipeline) {
    this.#settings = settings;
    this.#catalog = catalog;
    this.#generation = catalog.generation;
    this.#pipeline = pipeline;
    this.statements = new StatementCache(settings.statementCacheSize);
  }

  /** Closes on the server what left the cache. At the front of a group, where no error can make the server skip it. */
  closeForgotten(): void {
    const names = this.statements.takeClosable();
    for (const name of names) writeCloseStatement(this.#pipeline.writer, name);
    if (names.length > 0) this.#pipeline.addCloses(names.length);
  }

  /** Writes one run, with Parse and Describe when the statement is new. Throws what the encoders throw; nothing of the run is left in the writer then. */
  write(
    owner: ExchangeOwner,
    request: Request,
    isShared: boolean,
    resolve: Settle["resolve"],
    reject: Settle["reject"],
    makeBinding: MakeBinding,
  ): StatementExchange {
    const { writer } = this.#pipeline;
    const { trace } = request;
    const sizeBefore = trace === undefined ? 0 : writer.size;
    if (this.#generation !== this.#catalog.generation) this.#beginAnew();
    const types = request.parameterTypes ?? noTypes;
    const isNamed = this.#settings.names.areKept;
    const known = this.statements.find(request.text, types);
    const describes = makeBinding === describeOnly;
    const statement =
      known !== undefined && (known.name !== "") === isNamed && !describes ? known : this.statements.add(request.text, types, isNamed);
    const parses = statement !== known || !isNamed;
    let fields: readonly ResultField[] | null;
    const mark = parses ? writer.mark() : null;
    try {
      if (parses) {
        writeParse(writer, statement.name, request.text, types);
        writeDescribeStatement(writer, statement.name);
        statement.bindText ??= bindExecute({ statement: statement.name, parameters: this.#parametersOf(request), resultFormats: [] });
      }
      if (makeBinding === bindPlainly) {
        fields = statement.bind === null ? null : statement.fields;
        (statement.bind ?? statement.bindText!)(writer, request.values);
      } else if (describes) fields = null;
      else {
        const binding = makeBinding(statement, request);
        fields = binding.fields;
        binding.write(writer, request.values);
      }
    } catch (error) {
      if (mark !== null) {
        writer.rollback(mark);
        if (statement !== known) this.statements.markDead(statement);
      }
      throw error;
    }
    if (trace !== undefined) trace.bytesSent += writer.size - sizeBefore;
    const exchange = new StatementExchange(owner, this, request, statement, parses, isShared, resolve, reject, fields, describes);
    // Behind others it begins when they have ended, and that will be known then.
    if (this.#pipeline.size === 0) exchange.sentAt = performance.now();
    return exchange;
  }

  /** Binds to a portal of its own instead, and fetches its first rows. */
  portal(name: string, maxRows: number): MakeBinding {
    return (statement, request) => {
      const resultFormats = statement.fields === null ? [] : statement.fields.map((field) => field.format);
      const write = bindExecute({
        statement: statement.name,
        portal: name,
        parameters: this.#parametersOf(request),
        resultFormats,
        maxRows,
      });
      return { fields: statement.fields, write };
    };
  }

  /** The server could not prepare it. Where its types were learned from the text alone, they are learned anew. */
  couldNotParse(statement: PreparedStatement): void {
    this.statements.markDead(statement);
    const undeclared = this.statements.find(statement.text, noTypes);
    if (undeclared !== undefined && undeclared.describedTypes !== null) this.statements.discard(undeclared);
  }

  /** What is known of results may be wrong: they are described again. */
  #beginAnew(): void {
    this.#generation = this.#catalog.generation;
    this.statements.clear(false);
  }

  #parametersOf(request: Request): ParameterCodec[] {
    const types = request.parameterTypes ?? noTypes;
    return request.values.map((_, at) => {
      const type = types[at] ?? 0;
      return type === 0 ? untypedParameter : this.#catalog.exact.codec(type);
    });
  }

  described(statement: PreparedStatement, fields: readonly ResultField[]): void {
    if (statement.textFields !== null && isSameResult(statement.textFields, fields)) return;
    statement.textFields = fields;
    statement.fields = preferredFields(fields, this.#catalog.exact);
    statement.bind = null;
  }

  /** What reads the columns. While one of their types is not known it is null, or `asText` the server's text of that one; neither is remembered. */
  decoders(fields: readonly ResultField[], bigints: boolean, asText: boolean): readonly Decode[] | null {
    const which = bigints ? "exact" : "numbers";
    const known = this.#decoders[which].get(fields);
    if (known !== undefined) return known;
    const isKnown = this.#catalog.isClosed || fields.every((field) => this.#catalog.knows(field.type));
    if (!isKnown && !asText) return null;
    const made = decodersOf(fields, this.#catalog[which]);
    if (!isKnown) return made;
    this.#decoders[which].set(fields, made);
    return made;
  }

  /** The types of the statement's columns are known now: from the next run on they come in the formats that suit them. */
  relearn(exchange: StatementExchange): void {
    const { statement } = exchange;
    if (statement.textFields === null || statement.isDead) return;
    statement.fields = preferredFields(statement.textFields, this.#catalog.exact);
    statement.bind = null;
    this.remember(exchange);
  }

  /** After a run that ended well: the next one is bound with the formats that are now known. */
  remember(exchange: StatementExchange): void {
    const { statement } = exchange;
    if (statement.bind !== null || statement.fields === null || statement.isDead) return;
    const resultFormats = statement.fields.map((field) => field.format);
    const { request } = exchange;
    const text = bindExecute({ statement: statement.name, parameters: this.#parametersOf(request), resultFormats });
    const types = this.#undeclaredTypes(statement, request);
    statement.bind = types === null ? text : bindWhereExact(types, this.#bindDescribed(statement, request, types, resultFormats), text);
  }

  /** The server's type of each parameter that has none of the caller's and could travel in binary, 0 for the others; null when there is none such. */
  #undeclaredTypes(statement: PreparedStatement, { parameterTypes = noTypes, values }: Request): readonly number[] | null {
    const described = statement.describedTypes;
    // An unnamed statement is described anew at each run, and may then be another one.
    if (described === null || statement.name === "" || described.length !== values.length) return null;
    // A codec of the user's own sends text, and is for parameters that are declared.
    const isExact = (type: number): boolean => hasExactBinary(type) && this.#catalog.exact.codec(type).parameterFormat === 1;
    const types = described.map((type, at) => ((parameterTypes[at] ?? 0) === 0 && isExact(type) ? type : 0));
    return types.some((type) => type !== 0) ? types : null;
  }

  #bindDescribed(statement: PreparedStatement, request: Request, types: readonly number[], resultFormats: readonly (0 | 1)[]): BindExecute {
    const parameters = this.#parametersOf(request).map((codec, at) => (types[at] === 0 ? codec : this.#catalog.exact.codec(types[at]!)));
    return bindExecute({ statement: statement.name, parameters, resultFormats });
  }
}

/** Fetches the next rows of a portal; `fields` are those of the rows before. */
export const nextOfPortal =
  (name: string, maxRows: number, fields: readonly ResultField[]): MakeBinding =>
  () => ({ fields, write: (writer) => writeExecute(writer, name, maxRows) });
