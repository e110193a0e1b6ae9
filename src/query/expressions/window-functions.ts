/** Functions that only windows have: `rowNumber().over({ partitionBy: post.authorId, orderBy: post.views.desc() })`. */
import { ConfigurationError } from "../../base/errors.ts";
import { overWindow, typeOfExpression } from "../../ast/expression-builder.ts";
import type { ExpressionNode } from "../../ast/expression.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { nodeType } from "../../ast/node-type.ts";
import type { WindowFunctionName } from "../../ast/operator.ts";
import type { Expression, NumberExpression, Retyped, ValueOf } from "../../ast/typed-expression.ts";
import type { FramedWindow, Window } from "../../ast/window.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { Given, Widened } from "./functions.ts";
import { sameType } from "./same-type.ts";

/** What can be computed over a window: a value of each row, from rows beside it. `Framed` where the rows beside it may be none. */
export interface Over<out Whole, out Framed = Whole> {
  over(window?: Window): Whole;
  over(window: FramedWindow): Framed;
}

const int: ColumnType = { kind: "int" };
const float: ColumnType = { kind: "float" };

class WindowCall {
  readonly #name: WindowFunctionName;
  readonly #arguments: readonly ExpressionNode[];
  readonly #type: ColumnType | null;

  constructor(name: WindowFunctionName, args: readonly ExpressionNode[], type: ColumnType | null) {
    this.#name = name;
    this.#arguments = Object.freeze(args);
    this.#type = type;
  }

  over(window?: unknown): unknown {
    const called = Object.freeze({ node: "windowFunction" as const, name: this.#name, arguments: this.#arguments, type: this.#type });
    return overWindow(called, this.#type, true, window);
  }
}

/** The declared type of the calling function says what its windows give. */
const call = (name: WindowFunctionName, args: readonly ExpressionNode[], type: ColumnType | null): never =>
  new WindowCall(name, args, type) as never;

const wholeFrom = (least: number, given: unknown, use: string): ExpressionNode => {
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= least)
    return Object.freeze({ node: "parameter", form: "one", type: int, value: given });
  throw new ConfigurationError(
    `${use} takes a whole number from ${least}, not ${typeof given === "number" ? "such a number" : describe(given)}.`,
  );
};

const subject = (given: unknown, use: string): { readonly node: ExpressionNode; readonly type: ColumnType | null } => {
  const node = nodeOf(given);
  if (node === undefined) throw new ConfigurationError(`${use} takes an expression such as post.views, not ${describe(given)}.`);
  return { node, type: typeOfExpression(given)?.type ?? nodeType(node) };
};

/** The place of the row in its window, from 1; rows that are equal in the order get different places. */
export const rowNumber = (): Over<NumberExpression<number>> => call("rowNumber", [], int);
/** The place of the row, the same for equal rows, with gaps behind them: 1, 2, 2, 4. */
export const rank = (): Over<NumberExpression<number>> => call("rank", [], int);
/** The place of the row, the same for equal rows, without gaps: 1, 2, 2, 3. */
export const denseRank = (): Over<NumberExpression<number>> => call("denseRank", [], int);
/** `(rank - 1) / (rows - 1)`: from 0 to 1. */
export const percentRank = (): Over<NumberExpression<number>> => call("percentRank", [], float);
/** The share of rows that come no later than this one: above 0, up to 1. */
export const cumeDist = (): Over<NumberExpression<number>> => call("cumeDist", [], float);
/** Which of so many parts of about equal size the row falls into, from 1. */
export const ntile = (parts: number): Over<NumberExpression<number>> => call("ntile", [wholeFrom(1, parts, "ntile()")], int);

type Beside<X, D> = Retyped<X, ValueOf<X> | Widened<ValueOf<D>>>;

const beside = (name: "lag" | "lead", given: unknown, offset: unknown, instead: unknown): never => {
  const use = `${name}()`;
  const { node, type } = subject(given, use);
  const distance = wholeFrom(0, offset, use);
  if (instead === null) return call(name, [node, distance], type);
  const typed = sameType([given, instead], use);
  return call(name, [node, distance, typed.operands[1]!.node], typed.type);
};

/** The value of the row `offset` rows before this one, the one before it unless given; `otherwise`, or NULL, where there is none. */
export const lag = <X extends Expression<unknown>, const D extends Given = null>(
  value: X,
  offset = 1,
  otherwise: D | null = null,
): Over<Beside<X, D>> => beside("lag", value, offset, otherwise);
/** The value of the row `offset` rows after this one, the one after it unless given; `otherwise`, or NULL, where there is none. */
export const lead = <X extends Expression<unknown>, const D extends Given = null>(
  value: X,
  offset = 1,
  otherwise: D | null = null,
): Over<Beside<X, D>> => beside("lead", value, offset, otherwise);

type Edge<X> = Over<Retyped<X, ValueOf<X>>, Retyped<X, ValueOf<X> | null>>;

const edge = (name: WindowFunctionName, given: unknown, ...more: readonly ExpressionNode[]): never => {
  const { node, type } = subject(given, `${name}()`);
  return call(name, [node, ...more], type);
};

/** The value of the window's first row. */
export const firstValue = <X extends Expression<unknown>>(value: X): Edge<X> => edge("firstValue", value);
/** The value of the window's last row: with an order the present one, unless a frame such as `rows: [0, "end"]` goes further. */
export const lastValue = <X extends Expression<unknown>>(value: X): Edge<X> => edge("lastValue", value);
/** The value of the window's row number `place`, from 1; NULL where the window has fewer rows. */
export const nthValue = <X extends Expression<unknown>>(value: X, place: number): Over<Retyped<X, ValueOf<X> | null>> =>
  edge("nthValue", value, wholeFrom(1, place, "nthValue()"));
