/** The refusal of a query whose tables nobody knows. */
import { ConfigurationError } from "../base/errors.ts";
import type { Plan } from "../engine/plans/plan.ts";

export const withoutTables = ({ reads }: Plan): ConfigurationError =>
  new ConfigurationError(
    `A query of ${reads.join(", ")} holds SQL of your own, and asks for the cache: nobody knows which tables that SQL reads, whose changes would make ` +
      `the answer void. Name them: cache({ tables: ["…"] }), or tables: [] when there are no others.`,
  );
