import {
  type MetricView,
  MetricType,
  readAttributes,
  readExemplarValue,
  readExponentialHistogramPoint,
  readFixed64,
  readHex,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from "@genscope/otlp";

/** A data point in the shape of OTLP/JSON, as it is in the bytes. */
export type PointObject = Record<string, unknown>;

/** What a point says besides its times, flags, attributes and exemplars. */
export function readMeasurement(view: MetricView, point: number): PointObject {
  switch (view.metrics.type[view.points.metric[point]!]) {
    case MetricType.histogram:
      return present({ ...readHistogramPoint(view, point) });
    case MetricType.exponentialHistogram:
      return present({ ...readExponentialHistogramPoint(view, point) });
    case MetricType.summary:
      return present({ ...readSummaryPoint(view, point) });
    default: {
      const value = readNumberPoint(view, point);
      return value === undefined ? {} : typeof value === "bigint" ? { asInt: value } : { asDouble: value };
    }
  }
}

export function readPoint(view: MetricView, point: number): PointObject {
  const { points } = view;
  const exemplars = readExemplars(view, point);
  return {
    startTimeUnixNano: readFixed64(view, points.startTimeOffset[point]!),
    timeUnixNano: readFixed64(view, points.timeOffset[point]!),
    flags: points.flags[point],
    attributes: readAttributes(view, points.firstAttribute[point]!),
    ...(exemplars.length > 0 ? { exemplars } : {}),
    ...readMeasurement(view, point),
  };
}

export function readExemplars(view: MetricView, point: number): object[] {
  const { points, exemplars } = view;
  const list: object[] = [];
  for (let row = points.firstExemplar[point]!; row !== -1; row = exemplars.next[row]!) {
    const value = readExemplarValue(view, row);
    list.push({
      timeUnixNano: readFixed64(view, exemplars.timeOffset[row]!),
      ...(value === undefined ? {} : typeof value === "bigint" ? { asInt: value } : { asDouble: value }),
      spanId: readHex(view, exemplars.spanIdOffset[row]!, 8),
      traceId: readHex(view, exemplars.traceIdOffset[row]!, 16),
      filteredAttributes: readAttributes(view, exemplars.firstAttribute[row]!),
    });
  }
  return list;
}

/** Rows of a metric's points, which stand in the order of the metrics. */
export function pointRows({ points }: MetricView, metric: number): number[] {
  let low = 0;
  let high = points.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (points.metric[middle]! < metric) low = middle + 1;
    else high = middle;
  }
  const rows: number[] = [];
  for (let point = low; point < points.count && points.metric[point] === metric; point++) rows.push(point);
  return rows;
}

function present(object: PointObject): PointObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
