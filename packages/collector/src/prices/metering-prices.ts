import { spanMetricsComponent } from "../connectors/span-metrics/config.ts";
import type { Config } from "../config/parse-config.ts";
import { tailSamplingComponent, type TailSamplingConfig } from "../processors/tail-sampling/config.ts";

const meters = new Set([spanMetricsComponent.type, ...(spanMetricsComponent.aliases ?? [])]);

/** The price table that the metering connectors of a configuration name; undefined where none does, or they do not agree. By ids, decoded or as written. */
export function meteringPrices(connectors: Readonly<Record<string, unknown>>): string | undefined {
  const named = Object.entries(connectors)
    .filter(([id]) => meters.has(id.split("/")[0]!.trim()))
    .map(([, config]): unknown => Object(Object(config).cost).prices)
    .filter((prices) => typeof prices === "string" && prices !== "");
  const [first, ...others] = new Set(named as string[]);
  return others.length === 0 ? first : undefined;
}

/** Tail samplers that name no price table go by the one that calls are metered by. */
export function sharePrices(config: Config): Config {
  const { connectors, processors } = config.components;
  const prices = meteringPrices(Object.fromEntries(Array.from(connectors, ([id, one]) => [id, one.config])));
  if (prices === undefined) return config;
  const sharing = Array.from(processors, ([id, one]) => {
    if (one.component !== tailSamplingComponent) return [id, one] as const;
    const own = one.config as TailSamplingConfig;
    return [id, { ...one, config: { ...own, prices: own.prices ?? prices } }] as const;
  });
  return { ...config, components: { ...config.components, processors: new Map(sharing) } };
}
