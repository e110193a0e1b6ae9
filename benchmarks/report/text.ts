/** A measurement as lines for the terminal. */
import type { Measurement } from "../measurement.ts";
import { bytes, databaseName, modeName, or, plain, ratio, time } from "./figures.ts";
import { failed, ranked } from "./ranking.ts";
import { verdictsOf } from "./verdicts.ts";

/** `isJudged` where the figures mean something: with the goals that were met and missed. */
export const textTable = (measurement: Measurement, isJudged: boolean): string => {
  const { title, database, mode, unit, scenario } = measurement;
  const heads = ["median", "fastest", "95 %", "± sd", "CPU", "round trips", "× driver", "× Petrel"];
  const rows = ranked(measurement).map(({ found, summary, value, toDriver, toPetrel }) => [
    found.name,
    found.kept === null ? time(value) : bytes(value),
    ...[summary?.min, summary?.p95, summary?.standardDeviation, summary?.cpu].map((figure) => or(figure ?? null, time)),
    or(found.roundTrips, plain),
    or(toDriver, ratio),
    or(toPetrel, ratio),
  ]);
  const lines = rows.map(([name, ...cells]) => name!.padEnd(34) + cells.map((cell) => cell.padStart(12)).join(""));
  return [
    `\n${title} [${scenario}], ${databaseName[database]}, ${modeName[mode]}, per ${unit}`,
    "".padEnd(34) + heads.map((head) => head.padStart(12)).join(""),
    ...lines,
    ...failed(measurement).map(({ name, failure }) => `${name.padEnd(34)}  failed: ${failure}`),
    ...(isJudged ? verdictsOf(measurement) : []).map(
      ({ isMet, what, found, most }) => `  ${isMet ? "met   " : "missed"}  ${what}: ${found} (target: at most ${most})`,
    ),
  ].join("\n");
};
