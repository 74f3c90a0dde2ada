import type { usageKinds } from "@genscope/semconv/wire";

const byKind: Readonly<Record<(typeof usageKinds)[number], { readonly name: string; readonly type: string }>> = {
  input: { name: "counted_input_tokens", type: "Int64" },
  output: { name: "counted_output_tokens", type: "Int64" },
  cacheRead: { name: "counted_cache_read_tokens", type: "Int64" },
  cacheWrite: { name: "counted_cache_write_tokens", type: "Int64" },
  reasoning: { name: "counted_reasoning_tokens", type: "Int64" },
  cost: { name: "counted_cost_usd", type: "Float64" },
};

/** The columns of `spans` for what is counted of a call, in the order of `usageKinds`. */
export const countedColumns: readonly { readonly name: string; readonly type: string }[] = Object.values(byKind);
