import { boolean, duration, integer, mapOf, optionalSection, text } from "../config/fields.ts";
import { checkQueue, checkRetry, queueField, retryField } from "../graph/delivery.ts";
import type { ClientTlsConfig } from "../config/tls-fields.ts";
import { checkTls } from "../tls/check-tls.ts";
import type { z } from "zod";

/** What every exporter that sends over a network takes. */
export const senderFields = {
  timeout: duration(5_000),
  retry_on_failure: retryField,
  sending_queue: queueField,
};

export const headersField = mapOf(text(""));

/** What the Collector says of HTTP connections; Node keeps them by its own rules. */
export const httpConnectionFields = {
  read_buffer_size: integer(0),
  write_buffer_size: integer(524_288),
  max_idle_conns: integer(100),
  max_idle_conns_per_host: integer(0),
  max_conns_per_host: integer(0),
  idle_conn_timeout: duration(90_000),
  disable_keep_alives: boolean(false),
  http2_read_idle_timeout: duration(0),
  http2_ping_timeout: duration(0),
};

/** `auth`: which extension says who is sending. */
export const authField = optionalSection({ authenticator: text("") });

export function checkSender(config: {
  readonly tls: ClientTlsConfig;
  readonly retry_on_failure: z.output<typeof retryField>;
  readonly sending_queue: z.output<typeof queueField>;
}): readonly string[] {
  return [...checkTls(config.tls), ...checkQueue(config.sending_queue), ...checkRetry(config.retry_on_failure)];
}
