import { type ConfigMap, type ConfigValue, isMap } from "./config-value.ts";

/** Later files over earlier ones: maps are merged, everything else, lists included, is replaced. */
export function mergeMaps(base: ConfigMap, over: ConfigMap): ConfigMap {
  const out: Record<string, ConfigValue> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = out[key];
    out[key] = isMap(before) && isMap(value) ? mergeMaps(before, value) : value;
  }
  return out;
}
