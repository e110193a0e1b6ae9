/** Rows that have come before anybody knew how to read them: their bytes are kept until the types of their columns have been looked up. */

interface HeldRun {
  readonly bytes: Buffer;
  readonly count: number;
}

export class HeldRows {
  readonly #runs: HeldRun[] = [];

  /** The connection's buffer is used again for what comes next. */
  add(buffer: Buffer, start: number, end: number, count: number): void {
    this.#runs.push({ bytes: Buffer.from(buffer.subarray(start, end)), count });
  }

  /** Gives them in the order in which they came. */
  replay(read: (buffer: Buffer, start: number, end: number, count: number) => void): void {
    for (const { bytes, count } of this.#runs) read(bytes, 0, bytes.length, count);
  }
}
