/** Says which connection a request went to, where somebody watches. */
import type { Request } from "../driver.ts";

export const traceOf = ({ trace }: Request, connection: number): void => {
  if (trace === undefined) return;
  trace.connection = connection;
  trace.lentAt = performance.now();
};
