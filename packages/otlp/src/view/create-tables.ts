import type {
  AttributeTable,
  DataPointTable,
  EventTable,
  ExemplarTable,
  LinkTable,
  LogTable,
  MetricTable,
  ResourceTable,
  ScopeTable,
  SpanTable,
} from "./tables.ts";

type Column = Int32Array | Uint32Array | Uint8Array;

const i32 = (capacity: number): Int32Array => new Int32Array(capacity);
const u32 = (capacity: number): Uint32Array => new Uint32Array(capacity);
const u8 = (capacity: number): Uint8Array => new Uint8Array(capacity);

export function createAttributeTable(n: number): AttributeTable {
  return {
    count: 0,
    keyOffset: i32(n),
    keyLength: i32(n),
    type: u8(n),
    valueOffset: i32(n),
    valueLength: i32(n),
    next: i32(n),
  };
}

export function createResourceTable(n: number): ResourceTable {
  return {
    count: 0,
    start: i32(n),
    end: i32(n),
    firstAttribute: i32(n),
    droppedAttributesCount: u32(n),
    schemaUrlOffset: i32(n),
    schemaUrlLength: i32(n),
  };
}

export function createScopeTable(n: number): ScopeTable {
  return {
    count: 0,
    resource: i32(n),
    start: i32(n),
    end: i32(n),
    nameOffset: i32(n),
    nameLength: i32(n),
    versionOffset: i32(n),
    versionLength: i32(n),
    firstAttribute: i32(n),
    droppedAttributesCount: u32(n),
    schemaUrlOffset: i32(n),
    schemaUrlLength: i32(n),
  };
}

export function createSpanTable(n: number): SpanTable {
  return {
    count: 0,
    resource: i32(n),
    scope: i32(n),
    start: i32(n),
    end: i32(n),
    traceIdOffset: i32(n),
    spanIdOffset: i32(n),
    parentSpanIdOffset: i32(n),
    traceStateOffset: i32(n),
    traceStateLength: i32(n),
    flags: u32(n),
    nameOffset: i32(n),
    nameLength: i32(n),
    kind: i32(n),
    startTimeOffset: i32(n),
    endTimeOffset: i32(n),
    firstAttribute: i32(n),
    droppedAttributesCount: u32(n),
    firstEvent: i32(n),
    eventCount: i32(n),
    droppedEventsCount: u32(n),
    firstLink: i32(n),
    linkCount: i32(n),
    droppedLinksCount: u32(n),
    statusCode: i32(n),
    statusMessageOffset: i32(n),
    statusMessageLength: i32(n),
    problem: u8(n),
  };
}

export function createEventTable(n: number): EventTable {
  return {
    count: 0,
    start: i32(n),
    end: i32(n),
    timeOffset: i32(n),
    nameOffset: i32(n),
    nameLength: i32(n),
    firstAttribute: i32(n),
    droppedAttributesCount: u32(n),
    next: i32(n),
  };
}

export function createLinkTable(n: number): LinkTable {
  return {
    count: 0,
    start: i32(n),
    end: i32(n),
    traceIdOffset: i32(n),
    spanIdOffset: i32(n),
    traceStateOffset: i32(n),
    traceStateLength: i32(n),
    flags: u32(n),
    firstAttribute: i32(n),
    droppedAttributesCount: u32(n),
    next: i32(n),
  };
}

export function createLogTable(n: number): LogTable {
  return {
    count: 0,
    resource: i32(n),
    scope: i32(n),
    start: i32(n),
    end: i32(n),
    timeOffset: i32(n),
    observedTimeOffset: i32(n),
    severityNumber: i32(n),
    severityTextOffset: i32(n),
    severityTextLength: i32(n),
    bodyType: u8(n),
    bodyOffset: i32(n),
    bodyLength: i32(n),
    firstAttribute: i32(n),
    droppedAttributesCount: u32(n),
    flags: u32(n),
    traceIdOffset: i32(n),
    spanIdOffset: i32(n),
    eventNameOffset: i32(n),
    eventNameLength: i32(n),
    problem: u8(n),
  };
}

export function createMetricTable(n: number): MetricTable {
  return {
    count: 0,
    resource: i32(n),
    scope: i32(n),
    start: i32(n),
    end: i32(n),
    nameOffset: i32(n),
    nameLength: i32(n),
    descriptionOffset: i32(n),
    descriptionLength: i32(n),
    unitOffset: i32(n),
    unitLength: i32(n),
    type: u8(n),
    aggregationTemporality: i32(n),
    isMonotonic: u8(n),
    firstMetadata: i32(n),
  };
}

export function createDataPointTable(n: number): DataPointTable {
  return {
    count: 0,
    metric: i32(n),
    start: i32(n),
    end: i32(n),
    startTimeOffset: i32(n),
    timeOffset: i32(n),
    firstAttribute: i32(n),
    flags: u32(n),
    firstExemplar: i32(n),
    exemplarCount: i32(n),
    problem: u8(n),
  };
}

export function createExemplarTable(n: number): ExemplarTable {
  return {
    count: 0,
    start: i32(n),
    end: i32(n),
    timeOffset: i32(n),
    traceIdOffset: i32(n),
    spanIdOffset: i32(n),
    firstAttribute: i32(n),
    next: i32(n),
  };
}

/** Doubles every column, keeping what is in them. */
export function growTable(table: { count: number }): void {
  for (const [name, column] of Object.entries<unknown>(table)) {
    if (column instanceof Int32Array) Object.assign(table, { [name]: grown(column, i32) });
    else if (column instanceof Uint32Array) Object.assign(table, { [name]: grown(column, u32) });
    else if (column instanceof Uint8Array) Object.assign(table, { [name]: grown(column, u8) });
  }
}

function grown<C extends Column>(column: C, create: (capacity: number) => C): C {
  const larger = create(Math.max(16, column.length * 2));
  larger.set(column);
  return larger;
}
