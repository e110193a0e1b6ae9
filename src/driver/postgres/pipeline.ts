/**
 * Many requests under way on one connection: replies are told apart by their order alone.
 *
 *   written   Bind Execute · Bind Execute · Bind Execute · Sync      one group: the server answers up to Sync as one
 *   answered  2 D D C      · E              (skipped)    · Z         after an error it skips to the Sync; Z ends the group
 *
 * ReadyForQuery (Z) comes exactly once per Sync. What is skipped has certainly not run. Reading never waits for writing, so that a long
 * pipeline cannot stop both sides.
 */
import { ConnectionLost, ProtocolError } from "../../base/errors.ts";
import { errorFromReport, serverReportOf } from "./errors.ts";
import type { ServerReport } from "./errors.ts";
import { Fifo } from "./fifo.ts";
import { ByteWriter } from "./protocol/byte-writer.ts";
import type { FrameSink } from "./protocol/frames.ts";
import { backend, messageName } from "./protocol/message-codes.ts";
import { readNotification, readParameterStatus, readReport, readTransactionStatus } from "./protocol/read.ts";
import type { Notification, TransactionStatus } from "./protocol/read.ts";
import { writeSync } from "./protocol/write.ts";
import type { Wire } from "./startup/socket.ts";

/** One request and where its replies go. */
export interface Exchange {
  /** Sync follows it, so that ReadyForQuery is its last reply. */
  endsGroup: boolean;
  /** Its own last reply has come. */
  isComplete: boolean;
  /** For error messages: the statement's text; null for what has none. */
  readonly text: string | null;
  /** Throws `ProtocolError` for a message that cannot come now. */
  message(code: number, buffer: Buffer, start: number, end: number): void;
  rows(buffer: Buffer, start: number, end: number, count: number): void;
  /** Everything has come. */
  finish(): void;
  /** The server answered with an error. */
  refused(error: Error): void;
  /** The server did not look at it: what it was to prepare is not there. Comes for all of a group before the first is told what to do about it. */
  overlooked?(): void;
  /** The server did not look at it, because `error` came before it in the same group. */
  skipped(error: Error): void;
  /** The connection ended. */
  lost(error: Error): void;
}

export interface PipelineEvents {
  /** The last request was answered. */
  idle(): void;
  /** The connection is over, and every request has been told. */
  ended(reason: Error): void;
  notice(report: ServerReport): void;
  notification(notification: Notification): void;
  parameter(name: string, value: string): void;
}

/** Written bytes above this leave at once instead of at the end of the tick. */
const eagerBytes = 65_536;

export class Pipeline implements FrameSink {
  readonly writer = new ByteWriter();
  readonly #wire: Wire;
  readonly #events: PipelineEvents;
  readonly #queue = new Fifo<Exchange>();
  /** What the server said in its last ReadyForQuery. */
  status: TransactionStatus = "I";
  /** The last exchange of the group that has no Sync yet, and how many it has. */
  #open: Exchange | null = null;
  openCount = 0;
  #closesUnderWay = 0;
  /** The error of the group whose ReadyForQuery has not come. */
  #failing: Error | null = null;
  #fatal: Error | null = null;
  #isFlushPlanned = false;
  isOver = false;
  readonly #written = (): void => this.writer.written();
  readonly #flushLater = (): void => this.flush();

  constructor(wire: Wire, events: PipelineEvents) {
    this.#wire = wire;
    this.#events = events;
  }

  get size(): number {
    return this.#queue.size;
  }

  get first(): Exchange | undefined {
    return this.#queue.first;
  }

  /** Whether it is among those that the server works on now: no Sync stands before it. */
  isInFirstGroup(exchange: Exchange): boolean {
    for (const each of this.#queue) {
      if (each === exchange) return true;
      if (each.endsGroup) return false;
    }
    return false;
  }

  /** Puts an exchange in line whose messages are in the writer; its group stays open until `endGroup`. */
  add(exchange: Exchange): void {
    this.#queue.push(exchange);
    this.#open = exchange;
    this.openCount++;
  }

  /** Close messages were written in front of a group. */
  addCloses(count: number): void {
    this.#closesUnderWay += count;
  }

  /** Ends the open group with a Sync. Nothing when there is none. */
  endGroup(): void {
    if (this.#open === null) return;
    this.#open.endsGroup = true;
    this.#open = null;
    this.openCount = 0;
    writeSync(this.writer);
  }

  /** Puts an exchange in line that brings its own end (the simple protocol). */
  addWhole(exchange: Exchange): void {
    exchange.endsGroup = true;
    this.#queue.push(exchange);
  }

  /** Sends now when nothing else is under way; otherwise once, with what else this tick brings. */
  send(wasIdle: boolean): void {
    if (wasIdle || this.writer.size > eagerBytes) return this.flush();
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    process.nextTick(this.#flushLater);
  }

  flush(): void {
    this.#isFlushPlanned = false;
    if (this.isOver) return;
    this.endGroup();
    const chunks = this.writer.take();
    if (chunks.length > 0) this.#wire.write(chunks, this.#written);
  }

  rows(buffer: Buffer, start: number, end: number, count: number): void {
    const head = this.#queue.first;
    if (head === undefined || head.isComplete || this.#failing !== null) throw unexpected(backend.dataRow);
    head.rows(buffer, start, end, count);
  }

  message(code: number, buffer: Buffer, start: number, end: number): void {
    const head = this.#queue.first;
    switch (code) {
      case backend.readyForQuery:
        return this.#ready(readTransactionStatus(buffer, start, end), head);
      case backend.errorResponse:
        return this.#refuse(serverReportOf(readReport(buffer, start, end)), head);
      case backend.noticeResponse:
        return this.#events.notice(serverReportOf(readReport(buffer, start, end)));
      case backend.notificationResponse:
        return this.#events.notification(readNotification(buffer, start, end));
      case backend.parameterStatus: {
        const { name, value } = readParameterStatus(buffer, start, end);
        return this.#events.parameter(name, value);
      }
      case backend.closeComplete:
        if (this.#closesUnderWay-- > 0) return;
        throw unexpected(code);
      default:
    }
    if (head === undefined || head.isComplete || this.#failing !== null) throw unexpected(code);
    head.message(code, buffer, start, end);
    if (!head.isComplete || head.endsGroup) return;
    this.#queue.shift();
    head.finish();
  }

  #ready(status: TransactionStatus, head: Exchange | undefined): void {
    this.status = status;
    const error = this.#failing;
    if (error !== null) this.#endFailedGroup(error);
    else {
      // The last of a group may have been complete before it was known to be the last.
      if (head === undefined || !head.isComplete || !head.endsGroup) throw unexpected(backend.readyForQuery);
      this.#queue.shift();
      head.finish();
    }
    if (this.#queue.size === 0 && !this.isOver) this.#events.idle();
  }

  #endFailedGroup(error: Error): void {
    this.#failing = null;
    let exchange = this.#queue.shift();
    // One that is sent again must not rely on what another of the group was to prepare.
    if (exchange?.endsGroup === false) {
      for (const each of this.#queue) {
        each.overlooked?.();
        if (each.endsGroup) break;
      }
    }
    exchange?.refused(error);
    while (exchange !== undefined && !exchange.endsGroup) {
      exchange = this.#queue.shift();
      exchange?.skipped(error);
    }
  }

  #refuse(report: ServerReport, head: Exchange | undefined): void {
    const isFatal = report.severity === "FATAL" || report.severity === "PANIC";
    const mayHaveRun = isFatal && head !== undefined && head.isComplete;
    const error = errorFromReport(report, { mayHaveRun, ...(head === undefined || head.text === null ? {} : { sql: head.text }) });
    if (isFatal) {
      this.#fatal = error;
      return;
    }
    if (head === undefined || this.#failing !== null) throw unexpected(backend.errorResponse);
    this.#failing = error;
  }

  /** The stream is over: tells everyone in line. `reason` is null when the server just closed. */
  end(reason: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    const fatal = this.#fatal;
    const cause = fatal ?? reason;
    const head = this.#queue.shift();
    const lost = new ConnectionLost(lostSentence(cause, true), { mayHaveRun: true, ...(cause === null ? {} : { cause }) });
    head?.lost(this.#failing ?? fatal ?? lost);
    // After a FATAL the server looked at nothing more.
    const behind = fatal === null ? lost : new ConnectionLost(lostSentence(cause, false), { mayHaveRun: false, cause: fatal });
    for (let exchange = this.#queue.shift(); exchange !== undefined; exchange = this.#queue.shift()) exchange.lost(behind);
    this.#events.ended(cause ?? lost);
  }
}

const lostSentence = (cause: Error | null, mayHaveRun: boolean): string =>
  `The connection to PostgreSQL ended before the answer came${cause === null ? "" : ` (${cause.message})`}. ` +
  (mayHaveRun ? "The statement may have taken effect: look before you run it again." : "The statement has not run.");

const unexpected = (code: number): ProtocolError =>
  new ProtocolError(`The server sent ${messageName(code)} where it cannot come. The connection is closed.`);
