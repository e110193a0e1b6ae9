/** Servers that speak PostgreSQL's protocol and are something else, and what they lack. What a server is not named here for, it does as PostgreSQL does. */

const flavors = {
  postgres: { hasNotifications: true, hasPositions: true },
  /** Storage of its own below PostgreSQL: readers share it, and there is no log to have a position in. */
  aurora: { hasNotifications: true, hasPositions: false },
  cockroach: { hasNotifications: false, hasPositions: false },
  yugabyte: { hasNotifications: false, hasPositions: false },
} as const;

export type Flavor = keyof typeof flavors;

export const flavorNames = Object.keys(flavors) as readonly Flavor[];

export interface FlavorFeatures {
  /** LISTEN and NOTIFY. */
  readonly hasNotifications: boolean;
  /** Positions in the write-ahead log that anybody may ask for. */
  readonly hasPositions: boolean;
}

export const featuresOf = (flavor: Flavor): FlavorFeatures => flavors[flavor];

/** By what a server reports of itself when a session begins. Aurora reports what PostgreSQL does, so that it has to be named. */
export const flavorOf = (parameter: (name: string) => string | undefined): Flavor => {
  if (parameter("crdb_version") !== undefined) return "cockroach";
  return parameter("server_version")?.includes("-YB-") === true ? "yugabyte" : "postgres";
};
