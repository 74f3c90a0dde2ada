import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { duration, integer, list, section, text } from "../config/fields.ts";
import type { Batching } from "../graph/delivery.ts";

const config = section({
  timeout: duration(200),
  send_batch_size: integer(8192),
  send_batch_max_size: integer(0),
  metadata_keys: list(text("")),
  metadata_cardinality_limit: integer(1000),
});
type BatchConfig = z.output<typeof config>;

export const batchComponent: ComponentType = {
  kind: "processors",
  type: "batch",
  signals,
  config,
  check: (checked) => {
    const { send_batch_max_size: max, send_batch_size: size, timeout } = checked as BatchConfig;
    return [
      ...(max > 0 && max < size ? ["send_batch_max_size must be greater or equal to send_batch_size"] : []),
      ...(timeout < 0 ? ["timeout must be greater or equal to 0"] : []),
    ];
  },
};

/** Batches are put together on the way out of the journal, by the exporters of the pipeline: an error of theirs is not lost on the way. */
export function batchingOf(checked: unknown): Batching {
  const { timeout, send_batch_size, send_batch_max_size } = checked as BatchConfig;
  return {
    // without a timeout nothing is waited for; only the bound counts
    minSize: timeout === 0 ? 0 : send_batch_size,
    maxSize: send_batch_max_size,
    sizer: "items",
    flushMs: timeout,
  };
}
