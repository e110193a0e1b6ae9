/** Figures as people read them. */

export const time = (microseconds: number): string => {
  if (microseconds >= 1_000_000) return `${(microseconds / 1_000_000).toFixed(2)} s`;
  if (microseconds >= 1000) return `${(microseconds / 1000).toFixed(microseconds >= 100_000 ? 0 : 2)} ms`;
  if (microseconds >= 1) return `${microseconds.toFixed(microseconds >= 100 ? 0 : 1)} µs`;
  return `${(microseconds * 1000).toFixed(0)} ns`;
};

export const bytes = (count: number): string => {
  if (count >= 1_048_576) return `${(count / 1_048_576).toFixed(1)} MB`;
  if (count >= 10_240) return `${(count / 1024).toFixed(0)} KB`;
  return `${count.toFixed(0)} B`;
};

export const ratio = (value: number): string => `${value.toFixed(value >= 9.95 ? 1 : 2)} ×`;
export const plain = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(value >= 9.95 ? 1 : 2));
export const or = <T>(value: T | null, shown: (value: T) => string): string => (value === null ? "–" : shown(value));

export const databaseName = { postgres: "PostgreSQL", sqlite: "SQLite" } as const;
export const modeName = { free: "all cores", pinned: "client and server on one core", delay: "1 ms to the server" } as const;
