/**
 * The plans of pieces made by the `sql` tag, one for each template of a program that holds values, and tables, between its texts.
 * Anything else that may stand there, such as another piece, can be another one each time, and is compiled each time (`npm run bench -- by-id`).
 */
import type { ParameterNode, RawNode, RawPart } from "../../ast/expression.ts";
import { parametersOf } from "../../ast/walk.ts";
import type { Dialect } from "../../dialect/dialect.ts";
import { makePlan } from "./plan.ts";
import type { Plan } from "./plan.ts";

/** The plan of a piece, and the piece's own values in the order in which the plan takes them. */
export interface RawPlan {
  readonly plan: Plan;
  readonly values: readonly unknown[];
}

interface Known {
  readonly dialect: Dialect;
  readonly plan: Plan;
  readonly parts: readonly RawPart[];
}

/** By the texts of a template, which are the same object each time it runs. */
const byTexts = new WeakMap<readonly string[], Known>();

const isValue = (part: RawPart): part is ParameterNode => part.node === "parameter" && part.form === "asGiven";

/** What the text says of two such parts is the same. */
const isSame = (part: RawPart, known: RawPart): boolean =>
  isValue(part) ? isValue(known) : part.node === "tableName" && known.node === "tableName" && part.table === known.table;

const isPlain = (part: RawPart): boolean => isValue(part) || part.node === "tableName";

export const rawPlanOf = (dialect: Dialect, node: RawNode): RawPlan => {
  const { texts, parts } = node;
  const known = byTexts.get(texts);
  if (known !== undefined && known.dialect === dialect) {
    const values = valuesLike(known.parts, parts);
    if (values !== null) return { plan: known.plan, values };
  }
  const parameters = parametersOf(node);
  const plan = makePlan(dialect, { statement: "raw", sql: node }, parameters, { form: "tuples" });
  // Texts that were made for one piece are gone with it.
  if (parts.every(isPlain)) byTexts.set(texts, { dialect, plan, parts: parts.map(withoutValue) });
  return { plan, values: parameters.map((parameter) => parameter.value) };
};

/** The values among the parts; `null` where the text would say something else of one of them than of the known ones. */
const valuesLike = (known: readonly RawPart[], parts: readonly RawPart[]): unknown[] | null => {
  const values: unknown[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    if (!isSame(part, known[index]!)) return null;
    if (isValue(part)) values.push(part.value);
  }
  return values;
};

const withoutValue = (part: RawPart): RawPart => (isValue(part) ? { ...part, value: null } : part);
