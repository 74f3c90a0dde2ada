import type { ServerTlsConfig, TlsConfig } from "../config/tls-fields.ts";
import { unknownNames } from "./cipher-names.ts";

/** What is said of a `tls` section that cannot be meant. */
export function checkTls(tls: (TlsConfig & Partial<ServerTlsConfig>) | undefined): readonly string[] {
  if (tls === undefined) return [];
  const said: string[] = [];
  for (const [what, file, pem] of [
    ["CA", tls.ca_file, tls.ca_pem],
    ["certificate", tls.cert_file, tls.cert_pem],
    ["key", tls.key_file, tls.key_pem],
  ] as const) {
    if (isGiven(file) && isGiven(pem)) said.push(`tls: provide either a ${what} file or its PEM text, but not both`);
  }
  const hasCert = isGiven(tls.cert_file) || isGiven(tls.cert_pem);
  const hasKey = isGiven(tls.key_file) || isGiven(tls.key_pem);
  if (hasCert !== hasKey) said.push("tls: for auth via TLS, provide both certificate and key, or neither");
  if (tls.max_version !== "" && tls.min_version > tls.max_version) {
    said.push("tls: min_version cannot be greater than max_version");
  }
  for (const name of unknownNames(tls.cipher_suites, tls.curve_preferences)) said.push(`tls: invalid ${name}`);
  return said;
}

/** As {@link checkTls}, of a receiver, which cannot do without a certificate. */
export function checkServerTls(tls: ServerTlsConfig | undefined): readonly string[] {
  if (tls === undefined) return [];
  const hasCert = isGiven(tls.cert_file) || isGiven(tls.cert_pem);
  return [
    ...checkTls(tls),
    ...(hasCert ? [] : ["tls: a server needs cert_file and key_file, or cert_pem and key_pem"]),
  ];
}

export function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
