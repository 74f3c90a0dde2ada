import { MetricType } from "./tables.ts";

/** Field numbers of what the five kinds of data point share (metrics.proto); 0 where a kind has no such field. */
export interface PointFields {
  readonly name: string;
  readonly attributes: number;
  readonly exemplars: number;
  readonly flags: number;
}

const number: PointFields = { name: "NumberDataPoint", attributes: 7, exemplars: 5, flags: 8 };
const histogram: PointFields = { name: "HistogramDataPoint", attributes: 9, exemplars: 8, flags: 10 };
const exponential: PointFields = { name: "ExponentialHistogramDataPoint", attributes: 1, exemplars: 11, flags: 10 };
const summary: PointFields = { name: "SummaryDataPoint", attributes: 7, exemplars: 0, flags: 8 };

export function pointFields(type: number): PointFields {
  if (type === MetricType.histogram) return histogram;
  if (type === MetricType.exponentialHistogram) return exponential;
  if (type === MetricType.summary) return summary;
  return number;
}
