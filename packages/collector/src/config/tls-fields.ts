import type { z } from "zod";
import { boolean, duration, list, optionalSection, section, text, word } from "./fields.ts";

const versions = ["", "1.0", "1.1", "1.2", "1.3"] as const;

const common = {
  ca_file: text(),
  ca_pem: text(),
  cert_file: text(),
  cert_pem: text(),
  key_file: text(),
  key_pem: text(),
  min_version: word(versions, "1.2"),
  max_version: word(versions, ""),
  cipher_suites: list(text("")),
  curve_preferences: list(text("")),
  include_system_ca_certs_pool: boolean(false),
  reload_interval: duration(0),
};

const client = {
  ...common,
  insecure: boolean(false),
  insecure_skip_verify: boolean(false),
  server_name_override: text(),
};

/** `tls` of an exporter. */
export const clientTlsField = section(client);

/** As {@link clientTlsField}, of an exporter that does without TLS unless the key is there. */
export const optionalClientTlsField = optionalSection(client);

/** `tls` of a receiver; without it there is none. */
export const serverTlsField = optionalSection({
  ...common,
  client_ca_file: text(),
  client_ca_file_reload: boolean(false),
});

export type ClientTlsConfig = z.output<typeof clientTlsField>;
export type ServerTlsConfig = NonNullable<z.output<typeof serverTlsField>>;
export type TlsConfig = Omit<ServerTlsConfig, "client_ca_file" | "client_ca_file_reload">;
