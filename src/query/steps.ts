/** The steps whose shape is always the same: limit, offset, distinct, locks, soft-deleted rows. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { ParameterNode } from "../ast/expression.ts";
import type { DeletedRows, LockClause } from "../ast/select.ts";
import type { StepMaker } from "../engine/plans/shape.ts";
import { describe } from "../types/column-type.ts";
import type { Draft, Step } from "./draft.ts";
import type { LockOptions } from "./query.ts";

class Fixed implements StepMaker<Step> {
  readonly #apply: (draft: Draft) => void;

  constructor(apply: (draft: Draft) => void) {
    this.#apply = apply;
  }

  makeStep(): Step {
    return { parameters: [], apply: this.#apply };
  }
}

/** A step that binds a number of rows. */
class Bounded implements StepMaker<Step> {
  readonly #name: "limit" | "offset";

  constructor(name: "limit" | "offset") {
    this.#name = name;
  }

  makeStep(): Step {
    const parameter: ParameterNode = { node: "parameter", form: "asGiven", type: null, value: undefined, name: this.#name };
    return { parameters: [parameter], apply: (draft) => void (draft[this.#name] = parameter) };
  }
}

export const limitStep: StepMaker<Step> = new Bounded("limit");
export const offsetStep: StepMaker<Step> = new Bounded("offset");
export const distinctStep: StepMaker<Step> = new Fixed((draft) => void (draft.distinct = true));

/** No row at all. */
export const nothingStep: StepMaker<Step> = new Fixed((draft) => void draft.where.push({ node: "literal", value: false }));

export const deletedStep: Readonly<Record<DeletedRows, StepMaker<Step>>> = {
  exclude: new Fixed((draft) => void (draft.deleted = "exclude")),
  include: new Fixed((draft) => void (draft.deleted = "include")),
  only: new Fixed((draft) => void (draft.deleted = "only")),
};

const lock = (wait: LockClause["wait"]): StepMaker<Step> => new Fixed((draft) => void (draft.lock = { strength: "update", wait }));
const locks: Readonly<Record<LockClause["wait"], StepMaker<Step>>> = {
  wait: lock("wait"),
  skipLocked: lock("skipLocked"),
  noWait: lock("noWait"),
};

const lockOptions = ["skipLocked", "noWait"];

export const lockStep = (options: LockOptions): StepMaker<Step> => {
  const unknown = Object.keys(options).find((name) => !lockOptions.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`forUpdate() has no option '${unknown}'.${didYouMean(unknown, lockOptions)}`);
  const { skipLocked = false, noWait = false } = options;
  if (skipLocked && noWait)
    throw new ConfigurationError("forUpdate() takes skipLocked or noWait, not both: they say what to do about the same row.");
  return locks[skipLocked ? "skipLocked" : noWait ? "noWait" : "wait"];
};

/** A number of rows, or an error: what comes from a URL is a string, and must not be taken for one. */
export const rowCount = (given: unknown, name: string): number => {
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= 0) return given;
  throw new ConfigurationError(
    `${name}() takes a whole number from 0, not ${typeof given === "number" ? "such a number" : describe(given)}.`,
  );
};
