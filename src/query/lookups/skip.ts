/** The one way to say "no condition here": `filter({ age__gte: minimum ?? skip })`. */
const mark: unique symbol = Symbol("petrel.skip");

/**
 * As a lookup's value, leaves that lookup out. `undefined` never does: it throws.
 * Its type is `never`, which fits wherever a value is expected and changes no inferred type.
 */
export const skip: never = mark as never;

export const isSkip = (value: unknown): boolean => value === mark;
