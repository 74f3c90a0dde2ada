import type { ConfigValue } from "@genscope/collector";

/** Keys whose values are somebody's secret, and maps of which every value may be one. */
const secretKeys = /^(?:password|token|api_?key|secret|client_secret|hmac_key|key_pem|bearer_token|authorization)$/iu;
const secretMaps = /^(?:headers|initial_headers)$/u;
const shown = "[REDACTED]";

/** A configuration fit to be shown to others. */
export function redact(value: ConfigValue, isSecret = false): ConfigValue {
  if (Array.isArray(value)) return value.map((item: ConfigValue) => redact(item, isSecret));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        redact(item as ConfigValue, isSecret || secretKeys.test(key) || secretMaps.test(key)),
      ]),
    );
  }
  return isSecret && value !== null ? shown : value;
}
