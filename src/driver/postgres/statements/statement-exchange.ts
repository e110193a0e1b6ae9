/** One run of a prepared statement on its way: collects the replies and settles the promise. */
import { CommitOutcomeUnknown, isPetrelError, ProtocolError, QueryError, TransactionError, UnreadableValue } from "../../../base/errors.ts";
import type { Request } from "../../driver.ts";
import type { ResultField, RowSink } from "../../row-sink.ts";
import type { Decode } from "../codec/codec.ts";
import { HeldRows } from "../held-rows.ts";
import type { Exchange } from "../pipeline.ts";
import { backend, messageName } from "../protocol/message-codes.ts";
import { readCommandCount, readCommandTag, readParameterDescription, readRowDescription } from "../protocol/read.ts";
import { PostgresAnswer, readRows } from "../result-rows.ts";
import type { PreparedStatement } from "./statement-cache.ts";

/** Knows how results are read. */
export interface ResultKnowledge {
  /** The server has told the result's columns. */
  described(statement: PreparedStatement, fields: readonly ResultField[]): void;
  /** What reads the columns. Null while one of them has a type that is not known, but `asText`: then it is the server's own text. */
  decoders(fields: readonly ResultField[], bigints: boolean, asText: boolean): readonly Decode[] | null;
}

/** What the exchange asks of its connection. */
export interface ExchangeOwner {
  /** Everything has come, and rows wait for types: looks them up and calls `replay`, whatever comes of it. */
  learn(exchange: StatementExchange): void;
  /** A value was not what its type says: the type may have been altered. */
  couldNotRead(exchange: StatementExchange): void;
  /** The statement ended well with this tag. */
  completed(exchange: StatementExchange): void;
  /** The server refused. Returns whether the request is being run again, so that nobody needs to know. */
  refused(exchange: StatementExchange, error: Error): boolean;
  /** The server did not look at it, and prepared nothing. */
  overlooked(exchange: StatementExchange): void;
  /** The server skipped it. Returns whether it is being run again. */
  skipped(exchange: StatementExchange): boolean;
  /** The statement began to copy, which `run` is not for. */
  copyBegan(direction: "in" | "out"): void;
}

/** Shared by all who have none; never written to. */
const noRows: unknown[][] = [];
Object.freeze(noRows);

/** Statements that were sent to be done all or not at all, and so can only be sent again together. */
export interface Group {
  isSentAgain: boolean;
  /** Sends all of them once more, if nothing of them was kept and the whole can be repeated; returns whether it did. */
  readonly again: () => boolean;
}

/** A message's type and length. */
const headerBytes = 5;
const transactionEnd = /^\s*(?:commit|end)\b/i;

export class StatementExchange implements Exchange {
  readonly owner: ExchangeOwner;
  readonly #results: ResultKnowledge;
  readonly request: Request;
  readonly statement: PreparedStatement;
  /** The promise's own; `#accept` and `#fail` are the ways to them. */
  readonly resolve: (answer: PostgresAnswer) => void;
  readonly reject: (error: Error) => void;
  /** A read that may be sent again as long as nothing of it has come. */
  readonly isReplayable: boolean;
  /** Parse and Describe are sent along. */
  readonly parses: boolean;
  /** Nothing is run: the statement's description is all that is asked for. */
  readonly onlyDescribes: boolean;
  endsGroup = false;
  isComplete = false;
  isSuspended = false;
  /** Nobody waits for it any more: the promise is settled. */
  isAbandoned = false;
  /** Its replies have ended, and its rows wait for the types of their columns. */
  isHeld = false;
  /** Why the server was asked to cancel it: the promise is then rejected with this. */
  stoppedBy: Error | null = null;
  deadline: { over(): void } | null = null;
  /** Null for one that was sent alone, or that shares its Sync with reads it has nothing to do with. */
  group: Group | null = null;
  /** Called once when its replies have ended. */
  onSettled: (() => void) | null = null;
  hasParsed = false;
  hasRows = false;
  /** When it was sent, in milliseconds of `performance.now`. */
  sentAt = 0;
  /** What its reader threw. */
  #problem: Error | null = null;
  #rows: unknown[][] = noRows;
  #rowCount = 0;
  #commandCount = 0;
  #decoders: readonly Decode[] | null = null;
  #held: HeldRows | null = null;
  /** As Bind asked for them: known columns in their own formats; null for unknown ones, which come as text. */
  #fields: readonly ResultField[] | null;
  tag: string | null = null;

  constructor(
    owner: ExchangeOwner,
    results: ResultKnowledge,
    request: Request,
    statement: PreparedStatement,
    parses: boolean,
    isReplayable: boolean,
    resolve: (answer: PostgresAnswer) => void,
    reject: (error: Error) => void,
    fields: readonly ResultField[] | null,
    onlyDescribes: boolean,
  ) {
    this.owner = owner;
    this.#results = results;
    this.request = request;
    this.statement = statement;
    this.parses = parses;
    this.isReplayable = isReplayable;
    this.resolve = resolve;
    this.reject = reject;
    this.#fields = fields;
    this.onlyDescribes = onlyDescribes;
  }

  get text(): string {
    return this.request.text;
  }

  message(code: number, buffer: Buffer, start: number, end: number): void {
    const { trace } = this.request;
    if (trace !== undefined) trace.bytesReceived += headerBytes + end - start;
    switch (code) {
      case backend.bindComplete:
        return;
      case backend.commandComplete:
        return this.#complete(buffer, start, end);
      case backend.emptyQueryResponse:
        this.isComplete = true;
        return;
      case backend.portalSuspended:
        this.isComplete = this.isSuspended = true;
        return;
      case backend.copyInResponse:
      case backend.copyOutResponse:
        this.#problem = new QueryError("COPY needs a stream: use copyFrom or copyTo instead of running it as a statement.", {
          sql: this.text,
        });
        return this.owner.copyBegan(code === backend.copyInResponse ? "in" : "out");
      case backend.copyData:
      case backend.copyDone:
        if (this.#problem !== null) return;
        break;
      default:
        if (this.parses && this.#describe(code, buffer, start, end)) return;
    }
    throw new ProtocolError(`The server sent ${messageName(code)} in the middle of a statement. The connection is closed.`);
  }

  /** The replies to Parse and Describe; false for any other message. */
  #describe(code: number, buffer: Buffer, start: number, end: number): boolean {
    switch (code) {
      case backend.parseComplete:
        this.hasParsed = true;
        return true;
      case backend.parameterDescription:
        this.statement.describedTypes = readParameterDescription(buffer, start, end);
        return true;
      case backend.rowDescription:
        this.#redescribe(readRowDescription(buffer, start, end));
        this.isComplete = this.onlyDescribes;
        return true;
      case backend.noData:
        this.#results.described(this.statement, []);
        this.isComplete = this.onlyDescribes;
        return true;
      default:
        return false;
    }
  }

  /** Unnamed statements are described at every run: what was asked for by yesterday's columns is read by today's types. */
  #redescribe(fields: readonly ResultField[]): void {
    this.#results.described(this.statement, fields);
    const asked = this.#fields;
    if (asked === null || fields.every((field, at) => field.type === asked[at]?.type)) return;
    this.#fields = fields.map((field, at) => ({ ...field, format: asked[at]?.format ?? 0 }));
  }

  #complete(buffer: Buffer, start: number, end: number): void {
    this.isComplete = true;
    this.#commandCount = readCommandCount(buffer, start, end);
    if (!isPlainTag(buffer, start)) this.tag = readCommandTag(buffer, start, end);
  }

  /** The columns of this run, in the formats in which they come. */
  get fields(): readonly ResultField[] {
    return this.#fields ?? this.statement.textFields ?? [];
  }

  rows(buffer: Buffer, start: number, end: number, count: number): void {
    const { trace } = this.request;
    if (trace !== undefined) trace.bytesReceived += end - start;
    if (this.#problem !== null || this.isAbandoned) return;
    try {
      this.#read(buffer, start, end, count);
    } catch (error) {
      // Rows that are none mean that the stream is lost; anything else is the reader's own trouble and concerns this request only.
      if (error instanceof ProtocolError) throw error;
      this.#cannotRead(error);
    }
  }

  #cannotRead(error: unknown): void {
    if (error instanceof UnreadableValue) this.owner.couldNotRead(this);
    this.#problem = error instanceof Error ? error : new QueryError("A reader of rows threw something that is no error.", { cause: error });
  }

  #read(buffer: Buffer, start: number, end: number, count: number): void {
    this.#rowCount += count;
    this.#decoders ??= this.#results.decoders(this.fields, this.request.bigints, false);
    if (this.#decoders !== null && this.#held === null) return this.#timed(this.#decoders, buffer, start, end, count);
    this.#held ??= new HeldRows();
    this.#held.add(buffer, start, end, count);
  }

  #timed(decoders: readonly Decode[], buffer: Buffer, start: number, end: number, count: number): void {
    const { trace } = this.request;
    if (trace === undefined) return this.#give(decoders, buffer, start, end, count);
    const startedAt = performance.now();
    this.#give(decoders, buffer, start, end, count);
    trace.decodeMs += performance.now() - startedAt;
  }

  #give(decoders: readonly Decode[], buffer: Buffer, start: number, end: number, count: number): void {
    // Whoever gives this driver a sink gives it one for rows on the wire: that is what `readsInto` says.
    const sink = this.request.sink as RowSink | undefined;
    if (sink !== undefined && !this.hasRows) sink.fields(this.fields, decoders);
    this.hasRows = true;
    if (sink !== undefined) return sink.rows(buffer, start, end, count);
    if (this.#rows === noRows) this.#rows = [];
    readRows(buffer, start, end, count, decoders, this.#rows);
  }

  /** Whatever the connection makes of it, the promise must settle: what it throws is for both of them. */
  #failedOwner(problem: unknown): never {
    this.#fail(problem as Error);
    throw problem;
  }

  finish(): void {
    try {
      this.owner.completed(this);
    } catch (problem) {
      this.#failedOwner(problem);
    }
    if (this.#problem !== null) return this.#fail(this.#problem);
    if (this.tag === "ROLLBACK" && transactionEnd.test(this.text)) {
      const text = "COMMIT was answered by ROLLBACK: a statement of the transaction had failed, and nothing of it was kept.";
      return this.#fail(new TransactionError(text, { mayHaveRun: false }));
    }
    if (this.#held !== null && !this.isAbandoned) return this.#await();
    this.#answer();
  }

  /** Its replies have ended, and so has what waits for that; its own limits go on. */
  #await(): void {
    this.isHeld = true;
    this.onSettled?.();
    this.onSettled = null;
    this.owner.learn(this);
  }

  /** The types have been looked up: reads the rows that were held. */
  replay(): void {
    if (this.isAbandoned) return;
    this.isHeld = false;
    if (this.group?.isSentAgain === true) return this.#release();
    try {
      const { bigints } = this.request;
      let decoders = this.#results.decoders(this.fields, bigints, false);
      if (decoders === null) {
        // Whatever is made for these columns is not to be found again when their types are known.
        this.#fields = [...this.fields];
        decoders = this.#results.decoders(this.#fields, bigints, true)!;
      }
      this.#held!.replay((buffer, start, end, count) => this.#timed(decoders, buffer, start, end, count));
    } catch (error) {
      this.#cannotRead(error);
    }
    if (this.#problem === null) this.#answer();
    else this.#fail(this.#problem);
  }

  #answer(): void {
    const count = this.isSuspended || this.#commandCount === 0 ? this.#rowCount : this.#commandCount;
    this.#release();
    // Nobody else's array: whoever gets it may add to it.
    const rows = this.#rows === noRows && this.request.sink === undefined ? [] : this.#rows;
    this.resolve(new PostgresAnswer(rows, count, this.fields, this.isSuspended, this.request.sink?.objects));
  }

  refused(error: Error): void {
    let isAgain: boolean;
    try {
      isAgain = this.owner.refused(this, error);
    } catch (problem) {
      this.#failedOwner(problem);
    }
    if (isAgain) return this.#release();
    this.#fail(this.#problem ?? (this.stoppedBy !== null && isCancellation(error) ? this.stoppedBy : error));
  }

  overlooked(): void {
    this.owner.overlooked(this);
  }

  skipped(error: Error): void {
    let isAgain: boolean;
    try {
      isAgain = this.owner.skipped(this);
    } catch (problem) {
      this.#failedOwner(problem);
    }
    if (isAgain) return this.#release();
    this.#fail(error);
  }

  lost(error: Error): void {
    if (!transactionEnd.test(this.text)) return this.#fail(this.stoppedBy ?? error);
    const what =
      this.stoppedBy === null
        ? "The connection was lost after COMMIT was sent and before its answer"
        : "COMMIT was sent and not answered in the time there was, and the connection was closed";
    const text = `${what}: the transaction may be committed or not. Look before you repeat it.`;
    this.#fail(new CommitOutcomeUnknown(text, { mayHaveRun: true, cause: this.stoppedBy ?? error }));
  }

  /** Settles the promise now; what still comes is read and dropped. */
  abandon(error: Error): void {
    this.isAbandoned = true;
    this.deadline?.over();
    this.reject(error);
  }

  #fail(error: Error): void {
    this.#release();
    this.reject(error);
  }

  #release(): void {
    this.deadline?.over();
    this.onSettled?.();
  }
}

/** SELECT, INSERT, UPDATE, BEGIN and COMMIT: only tags that matter to the connection are worth a string. */
const isPlainTag = (buffer: Buffer, at: number): boolean => {
  const third = buffer[at + 2];
  switch (buffer[at]) {
    case 0x49: // I
    case 0x55: // U
      return true;
    case 0x53: // SEL, not SET
      return buffer[at + 1] === 0x45 && third === 0x4c;
    case 0x42: // BEG
      return third === 0x47;
    case 0x43: // COMMI, not COMMENT, CREATE or COPY
      return third === 0x4d && buffer[at + 3] === 0x4d && buffer[at + 4] === 0x49;
    default:
      return false;
  }
};

const isCancellation = (error: Error): boolean => isPetrelError(error) && error.sqlState === "57014";

/** What a sink was given cannot be taken back, and what nobody waits for any more is not begun again. */
export const isRepeatable = (exchanges: readonly StatementExchange[]): boolean =>
  exchanges.every((one) => !one.isAbandoned && one.stoppedBy === null && !(one.hasRows && one.request.sink !== undefined));
