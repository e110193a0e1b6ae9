/** The contenders of a measurement, the best first, with everything that tables show. */
import { driverOf, petrelOf, ratioOf, summaryOf } from "../measurement.ts";
import type { Found, Measurement, Summary } from "../measurement.ts";

export interface Ranked {
  readonly found: Found;
  readonly summary: Summary | null;
  /** The median, or the bytes kept: what is compared. */
  readonly value: number;
  readonly toDriver: number | null;
  readonly toPetrel: number | null;
}

/** Those that have figures. */
export const ranked = (measurement: Measurement): readonly Ranked[] => {
  const [driver, petrel] = [driverOf(measurement), petrelOf(measurement)];
  return measurement.found
    .flatMap((found): Ranked[] => {
      const summary = summaryOf(found);
      const value = found.kept ?? summary?.median;
      if (value === undefined) return [];
      const against = (other: Found | null): number | null => (other === null ? null : ratioOf(found, other));
      return [{ found, summary, value, toDriver: against(driver), toPetrel: against(petrel) }];
    })
    .sort((a, b) => a.value - b.value);
};

export const failed = ({ found }: Measurement): readonly Found[] => found.filter(({ failure }) => failure !== null);
