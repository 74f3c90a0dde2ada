/**
 * What expressions work on. An int64 is a bigint, a double a number, so that the two are told apart as OTLP does; nil is null. Values are never changed once
 * made: who changes a map or list makes a new one.
 */
export type Value =
  | null
  | string
  | bigint
  | number
  | boolean
  | Uint8Array
  | Time
  | Duration
  | Id
  | Native
  | ValueMap
  | ValueList;
export type ValueMap = ReadonlyMap<string, Value>;
export type ValueList = readonly Value[];

/** A moment, in nanoseconds since the Unix epoch, and the zone it is told in. */
export class Time {
  readonly nano: bigint;
  /** An IANA name, or an offset as `+02:00`; undefined for UTC. */
  readonly zone: string | undefined;
  constructor(nano: bigint, zone?: string) {
    this.nano = nano;
    this.zone = zone;
  }
}

export class Duration {
  readonly nano: bigint;
  constructor(nano: bigint) {
    this.nano = nano;
  }
}

/** A trace id (16 bytes) or span id (8), in lower-case hex. */
export class Id {
  readonly hex: string;
  constructor(hex: string) {
    this.hex = hex;
  }
}

/**
 * What only OTLP has and no expression looks into: a status, buckets, all events of a span. It can be counted, moved to a path of the same type, and compared
 * with itself.
 */
export class Native {
  readonly type: string;
  /** In the shape of OTLP/JSON. */
  readonly content: object;
  constructor(type: string, content: object) {
    this.type = type;
    this.content = content;
  }
}

export function isMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

export function isList(value: Value | undefined): value is ValueList {
  return Array.isArray(value);
}

/** A value's type as upstream's messages name it. */
export function typeName(value: Value | undefined): string {
  if (value === null || value === undefined) return "<nil>";
  if (value instanceof Native) return value.type;
  if (value instanceof Uint8Array) return "[]uint8";
  if (value instanceof Time) return "time.Time";
  if (value instanceof Duration) return "time.Duration";
  if (value instanceof Id) return value.hex.length === 32 ? "pcommon.TraceID" : "pcommon.SpanID";
  if (isMap(value)) return "pcommon.Map";
  if (isList(value)) return "pcommon.Slice";
  const names: Readonly<Record<string, string>> = { bigint: "int64", number: "float64", boolean: "bool" };
  return names[typeof value] ?? typeof value;
}
