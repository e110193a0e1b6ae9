/** A value as it is bound to a statement: what dialects encode to and drivers accept. Nothing else is ever turned into one on the way. */
export type BoundValue = string | number | bigint | boolean | Uint8Array | Date | null | readonly BoundValue[];
