/**
 * What is needed of an index over attributes: the columns of `AttributeTable` in `@genscope/otlp`, which this package does not depend on. A list starts at an owner's
 * first row and goes on at `next`, to -1.
 */
export interface AttributeColumns {
  readonly keyOffset: Int32Array;
  readonly keyLength: Int32Array;
  /** The field number of `AnyValue`'s `oneof`: 1 string, 2 bool, 3 int, 4 double, 5 array, 6 map, 7 bytes. */
  readonly type: Uint8Array;
  readonly valueOffset: Int32Array;
  readonly valueLength: Int32Array;
  readonly next: Int32Array;
}

export const AttributeType = { string: 1, bool: 2, int: 3, double: 4 } as const;
