/**
 * One connection: writes requests as messages, keeps its prepared statements, and decides what a refusal means.
 *
 * The first run of a text is one round trip as every later one: Parse, Describe, Bind and Execute leave together, with results in text because
 * nobody knows the columns yet. From then on each column comes in the format that its codec reads fastest.
 */
import { isPetrelError, ProtocolError } from "../../base/errors.ts";
import type { Answer, Request } from "../driver.ts";
import { canceled } from "../pool.ts";
import type { Pooled, PoolEvents } from "../pool.ts";
import type { ResultField } from "../row-sink.ts";
import type { ConnectionSettings, Session } from "./connection-settings.ts";
import { Deadline } from "./deadline.ts";
import { gather } from "./gather.ts";
import { ping } from "./ping-exchange.ts";
import { Pipeline } from "./pipeline.ts";
import type { Exchange } from "./pipeline.ts";
import { writeClosePortal, writeCopyFail, writeQuery, writeSync, writeTerminate } from "./protocol/write.ts";
import type { PostgresAnswer } from "./result-rows.ts";
import { gone, SendingLine } from "./sending-line.ts";
import type { Wire } from "./startup/socket.ts";
import { altersTypes, changesMeaning, forgetsStatements, isOutdatedPlan, marksSession } from "./statements/statement-effects.ts";
import { isRepeatable } from "./statements/statement-exchange.ts";
import type { ExchangeOwner, Group, StatementExchange } from "./statements/statement-exchange.ts";
import { bindPlainly, describeOnly, nextOfPortal, StatementWriter } from "./statements/statement-writer.ts";
import type { MakeBinding, Settle } from "./statements/statement-writer.ts";
import { TypeLookup } from "./statements/type-lookup.ts";
import { TypedValues } from "./statements/typed-values.ts";
import { unreadableSetting } from "./unreadable-setting.ts";
import { Workload } from "./workload.ts";

/** Reads issued together that share a Sync at most: beyond this a shared one saves nothing, and an error repeats more. */
const maxGroup = 64;
/** How long a cancelled statement may take to end before its connection is given up. */
const cancelGraceMs = 2000;
export class PostgresConnection implements Pooled, ExchangeOwner {
  readonly #session: Session;
  readonly #settings: ConnectionSettings;
  readonly #pipeline: Pipeline;
  readonly #writer: StatementWriter;
  readonly #types: TypeLookup;
  readonly #typed: TypedValues;
  #events: PoolEvents = { idle: () => undefined, ended: () => undefined };
  readonly line: SendingLine = new SendingLine(() => this.isOpen);
  #isEnding = false;
  readonly #workload = new Workload();
  /** Those to cancel as soon as it is their turn. */
  readonly #toStop = new Map<Exchange, Error>();
  needsReset = false;
  lastText: string | null = null;

  constructor(session: Session, settings: ConnectionSettings) {
    this.#session = session;
    this.#settings = settings;
    this.#pipeline = new Pipeline(session.wire, {
      idle: () => this.#onIdle(),
      ended: () => this.#onEnded(),
      notice: settings.notice,
      notification: settings.notification,
      parameter: (name, value) => this.#onParameter(name, value),
    });
    this.#writer = new StatementWriter(settings, session.catalog, this.#pipeline);
    this.#types = new TypeLookup(session.catalog, this.#writer, (request) => this.#ask(request, bindPlainly));
    this.#typed = new TypedValues(this.#writer.statements, this.line, {
      knows: (type) => session.catalog.isClosed || session.catalog.knows(type),
      know: (types) => this.#types.know(types),
      describe: (request) => this.#ask(request, describeOnly),
      learned: () => this.#letGo(),
    });
    session.catalog.joined();
    session.wire.onEnd = (reason) => this.#pipeline.end(reason);
  }

  /** Where the messages of the server go once the session is ready. */
  get pipeline(): Pipeline {
    return this.#pipeline;
  }

  attach(events: PoolEvents): void {
    this.#events = events;
  }

  get inFlight(): number {
    return this.#pipeline.size + this.line.size;
  }

  get isOpen(): boolean {
    return !this.#pipeline.isOver && !this.#isEnding;
  }

  get inTransaction(): boolean {
    return this.line.isBeginning || this.#pipeline.status !== "I";
  }

  /** Nothing new is to stand behind a cancellation. */
  get loadMicros(): number {
    return this.line.isHolding ? Infinity : this.#workload.micros;
  }

  get isClean(): boolean {
    return this.isOpen && this.inFlight === 0 && !this.inTransaction && !this.line.isHolding && !this.needsReset;
  }

  /** The server's value of a reported parameter, `server_version`. */
  parameter(name: string): string | undefined {
    return this.#session.parameters.get(name);
  }

  /**
   * Runs one statement. `isShared`: it may travel in a group with other reads and be sent again when one of them fails.
   * `first` are statements that go in front in the same group (a BEGIN that is owed); when one fails, this one has not run.
   */
  run(request: Request, isShared = false, first: readonly Request[] = []): Promise<Answer> {
    if (request.signal?.aborted === true) return Promise.reject(canceled(request.signal, false));
    if (first.length > 0) return this.#fetch(request, first, bindPlainly);
    return new Promise((resolve, reject) => {
      if (this.line.isHolding) this.line.whenFree(() => this.#sendOne(request, isShared, resolve, reject), reject, [request]);
      else if (this.isOpen) this.#sendOne(request, isShared, resolve, reject);
      else reject(gone());
    });
  }

  /** All or nothing, in one round trip; the answers are there when the last has ended. `first` are statements that are owed. */
  batch(requests: readonly Request[], first: readonly Request[] = []): Promise<Answer[]> {
    if (requests.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const gathered = gather(requests.length, resolve, reject);
      const settle = (at: number): Settle => (at < first.length ? this.line.begin : gathered(at - first.length));
      this.line.whenFree(() => this.#send([...first, ...requests], settle, first.length > 0), reject, requests, first.length > 0);
    });
  }

  /** In one round trip, each with an answer of its own; after an error of one those behind it have not run. `first` are statements that are owed. */
  group(first: readonly Request[], members: readonly (Settle & { readonly request: Request })[]): void {
    const requests = [...first];
    for (const { request } of members) requests.push(request);
    const refuse = (error: Error): void => {
      for (const { reject } of members) reject(error);
    };
    const settle = (at: number): Settle => (at < first.length ? this.line.begin : members[at - first.length]!);
    this.line.whenFree(() => this.#send(requests, settle, first.length > 0), refuse, requests, first.length > 0);
  }

  /** Opens a portal and fetches its first rows. Needs a transaction, or `first` to begin one. */
  openPortal(portal: string, request: Request, maxRows: number, first: readonly Request[]): Promise<PostgresAnswer> {
    return this.#fetch(request, first, this.#writer.portal(portal, maxRows));
  }

  /** The next rows of a portal that was suspended; `fields` are those of the rows before. */
  fetch(portal: string, request: Request, maxRows: number, fields: readonly ResultField[]): Promise<PostgresAnswer> {
    return this.#fetch(request, [], nextOfPortal(portal, maxRows, fields));
  }

  #fetch(request: Request, first: readonly Request[], binding: MakeBinding): Promise<PostgresAnswer> {
    if (request.signal?.aborted === true) return Promise.reject(canceled(request.signal, false));
    return new Promise((resolve, reject) => {
      const settle = (at: number): Settle => (at < first.length ? this.line.begin : { resolve, reject });
      const isBegin = first.length > 0;
      this.line.whenFree(() => this.#send([...first, request], settle, isBegin, binding), reject, [request], isBegin);
    });
  }

  /** Closes a portal, at the next opportunity; its transaction's end does so anyway. */
  closePortal(portal: string): void {
    if (!this.isOpen || this.#pipeline.status !== "T") return;
    this.#pipeline.endGroup();
    writeClosePortal(this.#pipeline.writer, portal);
    this.#pipeline.addCloses(1);
  }

  #letGo(): void {
    this.line.letGo();
    if (this.inFlight === 0 && this.isOpen) this.#events.idle();
  }

  /** In front of what is held. */
  #ask(request: Request, binding: MakeBinding): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.line.urgently(() => this.#send([request], () => ({ resolve, reject }), false, binding), reject);
    });
  }

  /** The way that nearly everything goes: nothing is allocated but the exchange. What an encoder throws rejects the promise around. */
  #sendOne(request: Request, isShared: boolean, resolve: (answer: PostgresAnswer) => void, reject: (error: Error) => void): void {
    const pipeline = this.#pipeline;
    const wasIdle = pipeline.size === 0;
    if (!isShared || pipeline.openCount >= maxGroup) pipeline.endGroup();
    if (pipeline.openCount === 0) this.#writer.closeForgotten();
    let exchange: StatementExchange;
    try {
      exchange = this.#writer.write(this, request, isShared, resolve, reject, bindPlainly);
    } catch (problem) {
      return this.#typed.send([request], problem, ([typed]) => this.#sendOne(typed!, isShared, resolve, reject), reject);
    }
    pipeline.add(exchange);
    this.#workload.add(exchange.statement);
    this.#watch(exchange);
    this.lastText = request.text;
    if (!isShared) pipeline.endGroup();
    pipeline.send(wasIdle);
  }

  /** Writes all of them or, when a value cannot be written, none. `repeats`: how often all may be sent again when the server has forgotten one. */
  #send(
    requests: readonly Request[],
    settle: (at: number) => Settle,
    isBegin: boolean,
    binding: MakeBinding = bindPlainly,
    repeats = requests.length,
  ): void {
    const pipeline = this.#pipeline;
    const wasIdle = pipeline.size === 0;
    pipeline.endGroup();
    this.#writer.closeForgotten();
    const mark = pipeline.writer.mark();
    const exchanges: StatementExchange[] = [];
    try {
      for (let at = 0; at < requests.length; at++) {
        const { resolve, reject } = settle(at);
        exchanges.push(this.#writer.write(this, requests[at]!, false, resolve, reject, at === requests.length - 1 ? binding : bindPlainly));
      }
    } catch (error) {
      pipeline.writer.rollback(mark);
      for (const exchange of exchanges) if (exchange.parses) this.#writer.statements.markDead(exchange.statement);
      const rejectAll = (reason: Error): void => requests.forEach((_, at) => settle(at).reject(reason));
      return this.#typed.send(requests, error, (typed) => this.#send(typed, settle, isBegin, binding, repeats), rejectAll);
    }
    const group: Group = {
      isSentAgain: false,
      again: () => repeats > 0 && isRepeatable(exchanges) && this.#sendAgain(requests, settle, isBegin, binding, repeats - 1),
    };
    for (let at = 0; at < exchanges.length; at++) {
      const exchange = exchanges[at]!;
      exchange.group = group;
      pipeline.add(exchange);
      this.#workload.add(exchange.statement);
      this.#watch(exchange);
    }
    if (isBegin) this.line.began();
    this.lastText = requests[requests.length - 1]!.text;
    pipeline.endGroup();
    pipeline.send(wasIdle);
  }

  /** A failed transaction that these statements began themselves holds nothing else: it is rolled back and begun again. */
  #sendAgain(
    requests: readonly Request[],
    settle: (at: number) => Settle,
    isBegin: boolean,
    binding: MakeBinding,
    repeats: number,
  ): boolean {
    const { reject } = settle(requests.length - 1);
    const isFailed = this.#pipeline.status !== "I" && requests[0] !== rollback;
    if (isFailed && !begins.test(requests[0]!.text)) return false;
    const behind = (at: number): Settle => (at === 0 ? nobody : settle(at - 1));
    const [all, settleAll] = isFailed ? [[rollback, ...requests], behind] : [requests, settle];
    this.line.urgently(() => this.#send(all, settleAll, isBegin, binding, repeats), reject);
    return true;
  }

  /** The query for the types goes behind what is under way. In a transaction that fails meanwhile it is refused, and the values stay text. */
  learn(exchange: StatementExchange): void {
    void this.#types.learn(exchange);
  }

  couldNotRead(exchange: StatementExchange): void {
    const { catalog } = this.#session;
    if (exchange.fields.some((field) => catalog.isDescribed(field.type))) catalog.forget();
  }

  completed(exchange: StatementExchange): void {
    this.#settled(exchange);
    this.#writer.remember(exchange);
    const { tag } = exchange;
    if (tag !== null) this.#onTag(tag, exchange.text);
  }

  #onTag(tag: string, text: string): void {
    if (forgetsStatements(tag)) this.#writer.statements.clear(true);
    if (tag === "DISCARD ALL") this.needsReset = false;
    if (altersTypes(tag)) this.#session.catalog.forget();
    if (changesMeaning(tag, text)) this.#writer.statements.clear(false);
    if (marksSession(tag, text)) this.needsReset = true;
  }

  /** A plan that the server cannot use again, or a statement that it has forgotten, is prepared anew; it has not run, so nothing runs twice. */
  refused(exchange: StatementExchange, error: Error): boolean {
    this.#settled(exchange);
    const { statement } = exchange;
    if (exchange.parses && !exchange.hasParsed) this.#writer.couldNotParse(statement);
    const sqlState = isPetrelError(error) ? error.sqlState : undefined;
    const isForgotten = sqlState === "26000" && !exchange.parses;
    // Names that vanish on the server without our doing: someone between us gives out its connections by the transaction.
    if (isForgotten && !statement.isDead && this.#settings.names.mayVanish) this.#settings.names.areKept = false;
    const isOutdated = !exchange.parses && isOutdatedPlan(sqlState, error.message);
    if (isForgotten) this.#writer.statements.markDead(statement);
    else if (isOutdated) this.#writer.statements.discard(statement);
    else return false;
    if (!this.isOpen || exchange.isAbandoned) return false;
    const { group } = exchange;
    if (group !== null) return (group.isSentAgain = group.again());
    return this.#pipeline.status === "I" && !exchange.hasRows && this.#again(exchange);
  }

  overlooked(exchange: StatementExchange): void {
    if (exchange.parses) this.#writer.statements.markDead(exchange.statement);
  }

  skipped(exchange: StatementExchange): boolean {
    this.#settled(exchange);
    if (exchange.group?.isSentAgain === true) return true;
    return exchange.isReplayable && !exchange.isAbandoned && this.#again(exchange);
  }

  #again(exchange: StatementExchange): boolean {
    if (!this.isOpen) return false;
    const { request, isReplayable, resolve, reject } = exchange;
    this.line.urgently(() => this.#sendOne(request, isReplayable, resolve, reject), reject);
    return true;
  }

  copyBegan(direction: "in" | "out"): void {
    if (direction === "out") return;
    // The server has swallowed our Sync as part of the copy, so another one has to end the group.
    writeCopyFail(this.#pipeline.writer, "COPY needs a stream");
    writeSync(this.#pipeline.writer);
    this.#pipeline.flush();
  }

  #settled(exchange: StatementExchange): void {
    this.#workload.settle(exchange.statement, exchange.sentAt, this.#pipeline.size === 0);
    if (this.#toStop.size === 0) return;
    this.#toStop.delete(exchange);
    this.#stopNext();
  }

  #watch(exchange: StatementExchange): void {
    const { signal, timeoutMs } = exchange.request;
    if (signal === undefined && timeoutMs === undefined) return;
    exchange.deadline = new Deadline(signal, timeoutMs, (error) => this.#stop(exchange, error));
  }

  /**
   * Stops what runs. A read that others stand behind is only abandoned: a cancellation could reach one of them instead.
   * Otherwise the server is asked to cancel when its turn has come, nothing new is sent until that has been decided, and the server's answer
   * settles the promise.
   */
  #stop(exchange: StatementExchange, error: Error): void {
    if (exchange.isHeld) return exchange.abandon(error);
    const isAlone = this.#pipeline.first === exchange && this.#pipeline.size === 1;
    if (exchange.isReplayable && !isAlone) return exchange.abandon(error);
    exchange.stoppedBy = error;
    // The server keeps the replies of a group back until its Sync: what stands before this one may be over without our knowing.
    if (this.#pipeline.isInFirstGroup(exchange) && !this.line.isCanceling) void this.#cancel(exchange, error);
    else this.#toStop.set(exchange, error);
  }

  #stopNext(): void {
    const next = this.#pipeline.first;
    const error = next === undefined ? undefined : this.#toStop.get(next);
    // Only statements are ever put there.
    if (error === undefined || this.line.isCanceling) return;
    this.#toStop.delete(next!);
    void this.#cancel(next as StatementExchange, error);
  }

  /** Until both the statement's end and the cancellation's are known, a cancellation could still be on its way to whatever came next. */
  async #cancel(exchange: StatementExchange, error: Error): Promise<void> {
    this.line.isCanceling = true;
    exchange.stoppedBy = error;
    const ended = new Promise<void>((resolve) => (exchange.onSettled = resolve));
    const grace = setTimeout(() => this.destroy(error), cancelGraceMs);
    await Promise.all([this.#session.cancel(), ended]);
    clearTimeout(grace);
    this.line.isCanceling = false;
    this.#stopNext();
    this.#letGo();
  }

  ping(): Promise<void> {
    return this.isOpen ? ping(this.#pipeline, cancelGraceMs, () => this.destroy(gone())) : Promise.reject(gone());
  }

  async reset(): Promise<void> {
    this.needsReset = false;
    await this.run({ text: "DISCARD ALL", values: [], writes: true, bigints: false, batched: false });
  }

  /** Puts an exchange of the simple protocol in line. Throws `DatabaseClosed` when the connection has ended. */
  query(text: string, exchange: Exchange): void {
    if (!this.isOpen) throw gone();
    this.#pipeline.endGroup();
    writeQuery(this.#pipeline.writer, text);
    this.#pipeline.addWhole(exchange);
    this.#pipeline.flush();
    this.lastText = text;
  }

  get wire(): Wire {
    return this.#session.wire;
  }

  cancel(): Promise<void> {
    return this.#session.cancel();
  }

  #onEnded(): void {
    this.line.end();
    this.#session.catalog.left(!this.#isEnding);
    this.#events.ended();
  }

  #onIdle(): void {
    if (this.line.isBeginning) this.line.begun();
    if (!this.line.isHolding && this.inFlight === 0) this.#events.idle();
  }

  /** The codecs read UTF-8 and ISO dates; a session that was set to something else cannot be read. */
  #onParameter(name: string, value: string): void {
    this.#session.parameters.set(name, value);
    const problem = unreadableSetting(name, value);
    if (problem !== null) this.destroy(new ProtocolError(problem));
    if (name === "search_path") this.#writer.statements.clear(false);
  }

  rest(): void {
    this.#session.wire.rest();
  }

  end(): void {
    if (!this.isOpen) return;
    this.#isEnding = true;
    writeTerminate(this.#pipeline.writer);
    this.#pipeline.flush();
    this.#session.wire.end();
  }

  destroy(reason: Error): void {
    this.#session.wire.destroy();
    this.#pipeline.end(reason);
  }
}

/** Where the answers of statements go that were not asked for. */
const nobody: Settle = { resolve: () => undefined, reject: () => undefined };
const begins = /^\s*(?:begin|start\s+transaction)\b/i;
const rollback: Request = { text: "ROLLBACK", values: [], writes: true, bigints: false, batched: false };
