import { duration, mapOf, text } from "../config/fields.ts";
import { checkQueue, checkRetry, queueField, retryField } from "../graph/delivery.ts";
import type { z } from "zod";

/** What every exporter that sends over a network takes. */
export const senderFields = {
  timeout: duration(5_000),
  retry_on_failure: retryField,
  sending_queue: queueField,
};

export const headersField = mapOf(text(""));

export function checkSender(config: {
  readonly retry_on_failure: z.output<typeof retryField>;
  readonly sending_queue: z.output<typeof queueField>;
}): readonly string[] {
  return [...checkQueue(config.sending_queue), ...checkRetry(config.retry_on_failure)];
}
