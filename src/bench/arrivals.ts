/**
 * When requests arrive that do not wait for each other's answers. Arrivals are numbered on a line on which one comes per unit (`even`), or on the average
 * one (`poisson`); the line is then bent so that the rate grows from 0 during the ramp-up and stays afterwards.
 */

export type ArrivalPattern = "even" | "poisson";

export interface Schedule {
  /** Arrivals a second once the ramp-up is over. */
  readonly rate: number;
  readonly rampUpMs: number;
  readonly durationMs: number;
  readonly pattern: ArrivalPattern;
}

/** A small generator (mulberry32), so that a run's arrivals are the same each time. */
const randomNumbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Milliseconds from the start, one arrival after the other, up to the end of the duration. */
export function* arrivals({ rate, rampUpMs, durationMs, pattern }: Schedule): Generator<number, void, undefined> {
  const perMs = rate / 1000;
  const duringRampUp = (perMs * rampUpMs) / 2;
  const random = randomNumbers(42);
  const step = pattern === "even" ? () => 1 : () => -Math.log(1 - random());
  for (let place = pattern === "even" ? 0 : step(); ; place += step()) {
    const time = place < duringRampUp ? Math.sqrt((2 * place * rampUpMs) / perMs) : rampUpMs + (place - duringRampUp) / perMs;
    if (time >= rampUpMs + durationMs) return;
    yield time;
  }
}
