/** @file Choice by a mask, with broadcasting. Inputs: condition, a, b. */
export type WhereAttributes = Readonly<Record<never, never>>;
