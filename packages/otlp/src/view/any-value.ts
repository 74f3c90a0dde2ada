/**
 * `AnyValue` as OTLP/JSON writes it: 64-bit integers as decimal strings, bytes in base64. One of the fields is there, or none for a value never
 * set. Unlike in JSON text a double is a number here even if it is not finite.
 */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
  readonly bytesValue?: string;
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
