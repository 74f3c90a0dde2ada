import type { Telemetry } from "../../graph/telemetry.ts";

/** Counted by rule, as `email` or `api-key.openai`; values are never kept and never logged. */
export const maskedName = "otelcol_processor_genai_masking_masked";

/** What every `genai_masking` of a process has masked, by rule. */
export function maskedCounts(telemetry: Telemetry): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, labels, value } of telemetry.read()) {
    const rule = labels["rule"];
    if (name !== maskedName || rule === undefined || typeof value !== "number") continue;
    counts[rule] = (counts[rule] ?? 0) + value;
  }
  return counts;
}
