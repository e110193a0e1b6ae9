/** A value as it is bound to a statement: what dialects encode to and drivers accept. Nothing else is ever turned into one on the way. */
export type BoundValue = string | number | bigint | boolean | Uint8Array | Date | TypedValue | null | readonly BoundValue[];

/** A value in a form that only the parameter's own type knows (a composite, a range): whoever sends it has to learn the type first. */
export class TypedValue {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** For logs of parameters: what is in it is its type's business. */
  toString(): string {
    return "<typed>";
  }
}
