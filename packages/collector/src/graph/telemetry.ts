/** Label names and values of one series. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(count: number): void;
}

export interface Histogram {
  record(value: number): void;
}

/** One series as it stands. */
export interface Reading {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly labels: Labels;
  readonly value: number | HistogramReading;
}

export interface HistogramReading {
  readonly bounds: readonly number[];
  /** One more than `bounds`. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** The collector's metrics about itself, under the Collector's names without the `_total` of counters. */
export interface Telemetry {
  /** The same name and labels give the same counter. */
  counter(name: string, labels?: Labels): Counter;
  histogram(name: string, bounds: readonly number[], labels?: Labels): Histogram;
  /** `read` is called whenever somebody looks. */
  gauge(name: string, read: () => number, labels?: Labels): void;
  read(): Reading[];
}

interface Series {
  readonly name: string;
  readonly kind: Reading["kind"];
  readonly labels: Labels;
  readonly read: () => Reading["value"];
}

function seriesKey(name: string, labels: Labels): string {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, sorted]);
}

export function createTelemetry(): Telemetry {
  const series = new Map<string, Series>();
  const meters = new Map<string, Counter | Histogram>();

  function meterOf<Meter extends Counter | Histogram>(
    name: string,
    kind: Reading["kind"],
    labels: Labels,
    make: () => { readonly meter: Meter; readonly read: Series["read"] },
  ): Meter {
    const key = seriesKey(name, labels);
    const known = meters.get(key) as Meter | undefined;
    if (known !== undefined) return known;
    const { meter, read } = make();
    meters.set(key, meter);
    series.set(key, { name, kind, labels, read });
    return meter;
  }

  return {
    counter: (name, labels = {}) =>
      meterOf(name, "counter", labels, () => {
        let total = 0;
        return { meter: { add: (count) => void (total += count) }, read: () => total };
      }),
    histogram: (name, bounds, labels = {}) =>
      meterOf(name, "histogram", labels, () => {
        const counts = Array.from({ length: bounds.length + 1 }, () => 0);
        let sum = 0;
        const record = (value: number): void => {
          const above = bounds.findIndex((bound) => value <= bound);
          counts[above === -1 ? bounds.length : above]! += 1;
          sum += value;
        };
        return { meter: { record }, read: () => ({ bounds, counts: [...counts], sum }) };
      }),
    gauge(name, read, labels = {}) {
      series.set(seriesKey(name, labels), { name, kind: "gauge", labels, read });
    },
    read: () => [...series.values()].map(({ name, kind, labels, read }) => ({ name, kind, labels, value: read() })),
  };
}
