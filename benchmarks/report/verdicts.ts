/** Which goals were met. A goal whose opponent took no part, or whose scenario was not run, has no verdict. */
import { goals } from "../goals.ts";
import type { Goal } from "../goals.ts";
import { ratioOf, summaryOf } from "../measurement.ts";
import type { Found, Measurement, Run } from "../measurement.ts";
import { bytes, databaseName, modeName, ratio, time } from "./figures.ts";

export interface Verdict {
  /** The scenario's title. */
  readonly title: string;
  /** Who was judged, and against whom. */
  readonly what: string;
  readonly found: string;
  readonly most: string;
  readonly isMet: boolean;
}

const middle = (found: Found): number => summaryOf(found)?.median ?? Infinity;

const bestOf = ({ found }: Measurement, ids: readonly string[]): Found | null => {
  const present = found.filter(({ id, times }) => ids.includes(id) && times.length > 0);
  return present.length === 0 ? null : present.reduce((best, each) => (middle(each) < middle(best) ? each : best));
};

const figureOf = (figure: Goal["figure"], own: Found, other: Found | null): number | null => {
  if (figure === "kept") return own.kept;
  const summary = summaryOf(own);
  if (summary === null) return null;
  if (figure === "time") return summary.median;
  if (figure === "cpu") return summary.cpu;
  if (other === null) return null;
  return figure === "ratio" ? ratioOf(own, other) : summary.cpu - summaryOf(other)!.cpu;
};

const shown = { ratio, over: time, time, cpu: time, kept: bytes } as const;
const nouns = { ratio: "", over: ", client CPU more", time: "", cpu: ", client CPU", kept: ", kept" } as const;

/** Negative figures are those of a difference: less than the other. */
const written = (figure: Goal["figure"], value: number): string =>
  value < 0 && figure !== "ratio" ? `−${shown[figure](-value)}` : shown[figure](value);

const verdictsOfGoal = (measurement: Measurement, { own, against, figure, most }: Goal): readonly Verdict[] =>
  measurement.found
    .filter(({ id }) => own.includes(id))
    .flatMap((each): Verdict[] => {
      const other = bestOf(measurement, against);
      const value = figureOf(figure, each, other);
      if (value === null) return [];
      return [
        {
          title: measurement.title,
          what: `${each.name}${other === null ? "" : ` / ${other.name}`}${nouns[figure]}`,
          found: written(figure, value),
          most: shown[figure](most),
          isMet: value <= most,
        },
      ];
    });

export const verdictsOf = (measurement: Measurement): readonly Verdict[] =>
  goals
    .filter(
      ({ scenario, database, modes }) =>
        scenario === measurement.scenario && database === measurement.database && modes.includes(measurement.mode),
    )
    .flatMap((goal) => verdictsOfGoal(measurement, goal));

export interface VerdictsOfPart {
  readonly heading: string;
  readonly verdicts: readonly Verdict[];
}

/** By database and mode. None of a smoke run, whose figures mean nothing. */
export const verdictsOfRun = ({ pace, measurements }: Run): readonly VerdictsOfPart[] => {
  if (pace === "smoke") return [];
  const parts = Map.groupBy(measurements, ({ database, mode }) => `${databaseName[database]}, ${modeName[mode]}`);
  return [...parts]
    .map(([heading, here]) => ({ heading, verdicts: here.flatMap(verdictsOf) }))
    .filter(({ verdicts }) => verdicts.length > 0);
};

export const countOf = (parts: readonly VerdictsOfPart[]): { readonly met: number; readonly all: number } => {
  const all = parts.flatMap(({ verdicts }) => verdicts);
  return { met: all.filter(({ isMet }) => isMet).length, all: all.length };
};
