/** `F`: a column named in an update, `{ views: F("views").plus(1) }`. Resolved against the model when the update runs. */
import type { ArithmeticOperator } from "../../ast/operator.ts";

/** A column named in an update: `{ views: F("views").plus(1) }`. */
export interface F<out P extends string> {
  readonly path: P;
  plus(value: number | F<string>): F<P>;
  minus(value: number | F<string>): F<P>;
  times(value: number | F<string>): F<P>;
  dividedBy(value: number | F<string>): F<P>;
}

/** One step of arithmetic on the column, in the order in which they were written. */
export interface Calculation {
  readonly operator: ArithmeticOperator;
  readonly value: unknown;
}

/** The object behind `F(…)`. */
export class ColumnCalculation {
  readonly path: string;
  readonly #calculations: readonly Calculation[];

  constructor(path: string, calculations: readonly Calculation[] = []) {
    this.path = path;
    this.#calculations = calculations;
  }

  /** The column and its calculations, or `null` for anything that `F()` did not make. */
  static of(value: unknown): { readonly path: string; readonly calculations: readonly Calculation[] } | null {
    if (typeof value !== "object" || value === null || !(#calculations in value)) return null;
    return { path: value.path, calculations: value.#calculations };
  }

  plus(value: unknown): ColumnCalculation {
    return this.#then("+", value);
  }
  minus(value: unknown): ColumnCalculation {
    return this.#then("-", value);
  }
  times(value: unknown): ColumnCalculation {
    return this.#then("*", value);
  }
  dividedBy(value: unknown): ColumnCalculation {
    return this.#then("/", value);
  }

  #then(operator: ArithmeticOperator, value: unknown): ColumnCalculation {
    return new ColumnCalculation(this.path, [...this.#calculations, { operator, value }]);
  }
}

/**
 * A column of the updated model, by property name.
 *
 *     update({ views: F("views").plus(1) })     // SET "views" = "views" + ?
 */
export function F<const P extends string>(path: P): F<P> {
  return new ColumnCalculation(path) as unknown as F<P>;
}
