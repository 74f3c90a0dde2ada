import type { ConnectionOptions } from "node:tls";

/** What a client needs for TLS. `options` is another object once certificates have changed: connections from then on use it. */
export interface ClientTls {
  readonly options: ConnectionOptions;
}
