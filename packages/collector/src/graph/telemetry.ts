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
  /** Something to look at that is no number, as JSON: on a page, under the name of what it is about. `read` is called whenever somebody looks. */
  show(page: string, name: string, read: () => unknown): void;
  /** What a page shows, by name; undefined if there is no such page. */
  page(page: string): Readonly<Record<string, unknown>> | undefined;
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
  const pages = new Map<string, Map<string, () => unknown>>();

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
    show(page, name, read) {
      const shown = pages.get(page);
      if (shown === undefined) pages.set(page, new Map([[name, read]]));
      else shown.set(name, read);
    },
    page(page) {
      const shown = pages.get(page);
      return shown && Object.fromEntries(Array.from(shown, ([name, read]) => [name, read()]));
    },
    read: () => [...series.values()].map(({ name, kind, labels, read }) => ({ name, kind, labels, value: read() })),
  };
}
