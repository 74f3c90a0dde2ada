import { defaultReceiveLimits } from "../limits.ts";
import type { ReceiveLimits } from "../limits.ts";
import { createDataPointTable, createExemplarTable, createMetricTable } from "./create-tables.ts";
import { idOffset } from "./id-offset.ts";
import { Indexer } from "./indexer.ts";
import { withHint } from "./looks-like.ts";
import { pointFields } from "./point-fields.ts";
import { MetricType } from "./tables.ts";
import type { DataPointTable, ExemplarTable, MetricTable } from "./tables.ts";
import type { MetricView } from "./views.ts";

/** Indexes an `ExportMetricsServiceRequest`; all else as {@link indexTraces}. The limit on items is one on data points. */
export function indexMetrics(
  bytes: Uint8Array,
  limits: ReceiveLimits = defaultReceiveLimits,
  reuse?: MetricView,
): MetricView {
  const indexer = new MetricIndexer(bytes, limits, reuse);
  try {
    indexer.request();
  } catch (error) {
    throw withHint(error, bytes, "metrics");
  }
  const { resources, scopes, attributes, metrics, points, exemplars } = indexer;
  return { bytes: indexer.finish(), size: bytes.length, resources, scopes, attributes, metrics, points, exemplars };
}

class MetricIndexer extends Indexer {
  readonly names = { request: "ExportMetricsServiceRequest", resource: "ResourceMetrics", scope: "ScopeMetrics" };
  readonly metrics: MetricTable;
  readonly points: DataPointTable;
  readonly exemplars: ExemplarTable;

  constructor(bytes: Uint8Array, limits: ReceiveLimits, reuse: MetricView | undefined) {
    super(bytes, limits, reuse);
    this.metrics = reuse?.metrics ?? createMetricTable(Math.max(16, bytes.length >>> 10));
    this.points = reuse?.points ?? createDataPointTable(Math.max(16, bytes.length >>> 8));
    this.exemplars = reuse?.exemplars ?? createExemplarTable(16);
    this.metrics.count = 0;
    this.points.count = 0;
    this.exemplars.count = 0;
  }

  override item(from: number, end: number, resource: number, scope: number): void {
    const { metrics, points } = this;
    const row = this.row(metrics, metrics.start);
    const firstPoint = points.count;
    let nameOffset = -1;
    let nameLength = 0;
    let descriptionOffset = -1;
    let descriptionLength = 0;
    let unitOffset = -1;
    let unitLength = 0;
    let type: number = MetricType.none;
    let firstMetadata = -1;
    let lastMetadata = -1;
    let metadataCount = 0;
    metrics.aggregationTemporality[row] = 0;
    metrics.isMonotonic[row] = 0;

    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if ((tag & 7) !== 2) {
        p = this.skip(tag, p, end, at);
        continue;
      }
      const start = this.length(p, end, "Metric");
      const length = this.low;
      p = start + length;
      switch (tag) {
        case 0x0a:
          nameOffset = start;
          nameLength = length;
          break;
        case 0x12:
          descriptionOffset = start;
          descriptionLength = length;
          break;
        case 0x1a:
          unitOffset = start;
          unitLength = length;
          break;
        case 0x2a:
        case 0x3a:
        case 0x4a:
        case 0x52:
        case 0x5a:
          if (type !== tag >>> 3) {
            // `data` is a oneof: another kind replaces the one before with all its points.
            type = tag >>> 3;
            points.count = firstPoint;
            metrics.aggregationTemporality[row] = 0;
            metrics.isMonotonic[row] = 0;
          }
          this.#data(start, p, row, type);
          break;
        case 0x62: {
          this.attributeCount = metadataCount++;
          const added = this.attribute(start, p, lastMetadata);
          if (added === -1) break;
          if (firstMetadata === -1) firstMetadata = added;
          lastMetadata = added;
          break;
        }
        default:
          if (tag >>> 3 === 0) this.noField(at);
      }
    }
    if (p !== end) this.truncated("Metric", end);
    // Metadata belongs to every point; with points there is something to reject, without there is nothing lost.
    if (this.problem !== 0) points.problem.fill(this.problem, firstPoint, points.count);

    metrics.resource[row] = resource;
    metrics.scope[row] = scope;
    metrics.start[row] = from;
    metrics.end[row] = end;
    metrics.nameOffset[row] = nameOffset;
    metrics.nameLength[row] = nameLength;
    metrics.descriptionOffset[row] = descriptionOffset;
    metrics.descriptionLength[row] = descriptionLength;
    metrics.unitOffset[row] = unitOffset;
    metrics.unitLength[row] = unitLength;
    metrics.type[row] = type;
    metrics.firstMetadata[row] = firstMetadata;
  }

  /** `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` or `Summary`: the same field numbers in all of them. */
  #data(from: number, end: number, metric: number, type: number): void {
    const { metrics } = this;
    const hasTemporality = type !== MetricType.gauge && type !== MetricType.summary;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x0a) {
        const start = this.length(p, end, "Metric.data.data_points");
        p = start + this.low;
        if (++this.items > this.limits.items) this.tooMany("items", this.limits.items, "data points");
        this.#point(start, p, metric, type);
      } else if (tag === 0x10 && hasTemporality) {
        p = this.varint(p, end);
        metrics.aggregationTemporality[metric] = this.low;
      } else if (tag === 0x18 && type === MetricType.sum) {
        p = this.varint(p, end);
        metrics.isMonotonic[metric] = this.low | this.high ? 1 : 0;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("Metric.data", end);
  }

  #point(from: number, end: number, metric: number, type: number): void {
    const { points } = this;
    const fields = pointFields(type);
    const row = this.row(points, points.start);
    const metricProblem = this.problem;
    let startTimeOffset = -1;
    let timeOffset = -1;
    let firstAttribute = -1;
    let lastAttribute = -1;
    let attributeCount = 0;
    let flags = 0;
    let firstExemplar = -1;
    let lastExemplar = -1;
    let exemplarCount = 0;
    this.problem = 0;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      const field = tag >>> 3;
      const wireType = tag & 7;
      if (tag === 0x11) {
        startTimeOffset = p;
        p += 8;
      } else if (tag === 0x19) {
        timeOffset = p;
        p += 8;
      } else if (field === fields.attributes && wireType === 2) {
        const start = this.length(p, end, "a data point's attributes");
        p = start + this.low;
        this.attributeCount = attributeCount++;
        const added = this.attribute(start, p, lastAttribute);
        if (added === -1) continue;
        if (firstAttribute === -1) firstAttribute = added;
        lastAttribute = added;
      } else if (field === fields.exemplars && wireType === 2) {
        const start = this.length(p, end, "a data point's exemplars");
        p = start + this.low;
        lastExemplar = this.#exemplar(start, p, lastExemplar);
        if (exemplarCount++ === 0) firstExemplar = lastExemplar;
      } else if (field === fields.flags && wireType === 0) {
        p = this.varint(p, end);
        flags = this.low;
      } else if (wireType === 2) {
        const start = this.length(p, end, "a data point");
        p = start + this.low;
        this.#checkInside(type, field, start, p);
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(fields.name, end);
    points.metric[row] = metric;
    points.start[row] = from;
    points.end[row] = end;
    points.startTimeOffset[row] = startTimeOffset;
    points.timeOffset[row] = timeOffset;
    points.firstAttribute[row] = firstAttribute;
    points.flags[row] = flags;
    points.firstExemplar[row] = firstExemplar;
    points.exemplarCount[row] = exemplarCount;
    points.problem[row] = this.problem;
    this.problem = metricProblem;
  }

  /** What the readers decode later: packed lists must hold whole elements, embedded messages whole fields. */
  #checkInside(type: number, field: number, start: number, end: number): void {
    if (field === 0) this.noField(start);
    if (type === MetricType.histogram && (field === 6 || field === 7)) this.#checkPacked64(start, end);
    else if (type === MetricType.exponentialHistogram && (field === 8 || field === 9)) this.#checkBuckets(start, end);
    else if (type === MetricType.summary && field === 6) this.checkFields(start, end, "ValueAtQuantile");
  }

  #checkPacked64(start: number, end: number): void {
    if ((end - start) % 8 !== 0) this.truncated("a packed list of 8-byte numbers", end);
  }

  #checkBuckets(from: number, end: number): void {
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      if (this.low === 0x12) {
        p = this.length(p, end, "Buckets.bucket_counts");
        const stop = p + this.low;
        while (p < stop) p = this.varint(p, stop);
      } else p = this.skip(this.low, p, end, at);
    }
    if (p !== end) this.truncated("Buckets", end);
  }

  #exemplar(from: number, end: number, previous: number): number {
    const { bytes, exemplars } = this;
    const row = this.row(exemplars, exemplars.next);
    let timeOffset = -1;
    let traceIdOffset = -1;
    let spanIdOffset = -1;
    let firstAttribute = -1;
    let lastAttribute = -1;
    this.attributeCount = 0;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x3a) {
        const start = this.length(p, end, "Exemplar.filtered_attributes");
        p = start + this.low;
        const added = this.attribute(start, p, lastAttribute);
        if (added === -1) continue;
        if (firstAttribute === -1) firstAttribute = added;
        lastAttribute = added;
      } else if (tag === 0x11) {
        timeOffset = p;
        p += 8;
      } else if (tag === 0x22) {
        const start = this.length(p, end, "Exemplar.span_id");
        spanIdOffset = idOffset(bytes, start, this.low, 8);
        p = start + this.low;
      } else if (tag === 0x2a) {
        const start = this.length(p, end, "Exemplar.trace_id");
        traceIdOffset = idOffset(bytes, start, this.low, 16);
        p = start + this.low;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("Exemplar", end);
    exemplars.start[row] = from;
    exemplars.end[row] = end;
    exemplars.timeOffset[row] = timeOffset;
    exemplars.traceIdOffset[row] = traceIdOffset;
    exemplars.spanIdOffset[row] = spanIdOffset;
    exemplars.firstAttribute[row] = firstAttribute;
    exemplars.next[row] = -1;
    if (previous !== -1) exemplars.next[previous] = row;
    return row;
  }
}
