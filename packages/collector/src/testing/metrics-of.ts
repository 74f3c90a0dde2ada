import { protobufToJson, Signal } from "@genscope/otlp";

/** A data point as a test wants to see it. */
export interface SeenPoint {
  readonly metric: string;
  readonly unit: string;
  /** `sum`, `gauge`, `histogram`, `exponentialHistogram`. */
  readonly kind: string;
  readonly isMonotonic: boolean;
  readonly temporality: number | undefined;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly startNano: bigint;
  readonly timeNano: bigint;
  readonly value: number | undefined;
  readonly isInteger: boolean;
  /** Everything else of the point, as OTLP/JSON has it. */
  readonly more: Readonly<Record<string, unknown>>;
}

const kinds: ReadonlySet<string> = new Set(["sum", "gauge", "histogram", "exponentialHistogram"]);

type Json = Readonly<Record<string, unknown>>;

function list(value: unknown): readonly Json[] {
  return (value ?? []) as readonly Json[];
}

function plain(value: unknown): unknown {
  const { stringValue, intValue, ...other } = (value ?? {}) as Json;
  if (typeof stringValue === "string") return stringValue;
  if (intValue !== undefined) return Number(intValue);
  return Object.values(other)[0];
}

function labelsOf(attributes: unknown): Record<string, unknown> {
  return Object.fromEntries(list(attributes).map(({ key, value }) => [String(key), plain(value)]));
}

/** Every point of requests of metrics, read by the JSON way and not by what is tested. */
export function metricsOf(requests: readonly Uint8Array[]): readonly SeenPoint[] {
  return requests.flatMap((request) => {
    const object = JSON.parse(Buffer.from(protobufToJson(Signal.metrics, request)).toString("utf8")) as Json;
    return list(object["resourceMetrics"]).flatMap(({ resource, scopeMetrics }) =>
      list(scopeMetrics).flatMap(({ scope, metrics }) =>
        list(metrics).flatMap((metric) => {
          const { name, unit = "" } = metric as { readonly name: string; readonly unit?: string };
          const [kind, content] = Object.entries(metric).find(([key]) => kinds.has(key)) as [string, Json];
          return list(content["dataPoints"]).map((point): SeenPoint => {
            const { attributes, startTimeUnixNano = 0, timeUnixNano = 0, asInt, asDouble, ...more } = point;
            const value = asInt ?? asDouble;
            return {
              metric: name,
              unit,
              kind,
              isMonotonic: content["isMonotonic"] === true,
              temporality: content["aggregationTemporality"] as number | undefined,
              resource: labelsOf((resource as Json | undefined)?.["attributes"]),
              scope: String((scope as Json | undefined)?.["name"]),
              labels: labelsOf(attributes),
              startNano: BigInt(String(startTimeUnixNano)),
              timeNano: BigInt(String(timeUnixNano)),
              value: value === undefined ? undefined : Number(value),
              isInteger: asInt !== undefined,
              more,
            };
          });
        }),
      ),
    );
  });
}
