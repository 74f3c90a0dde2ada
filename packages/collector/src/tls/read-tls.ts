import { readFile } from "node:fs/promises";
import { createSecureContext, getCACertificates, type SecureContextOptions, type SecureVersion } from "node:tls";
import type { ClientTlsConfig, ServerTlsConfig, TlsConfig } from "../config/tls-fields.ts";
import { isGiven } from "./check-tls.ts";
import { toCiphers, toCurves } from "./cipher-names.ts";

const versions: Readonly<Record<TlsConfig["min_version"], SecureVersion>> = {
  "": "TLSv1.2",
  "1.0": "TLSv1",
  "1.1": "TLSv1.1",
  "1.2": "TLSv1.2",
  "1.3": "TLSv1.3",
};

/** What TLS needs of a configuration, as Node takes it. */
export interface TlsMaterial extends SecureContextOptions {
  readonly rejectUnauthorized?: boolean;
  readonly requestCert?: boolean;
  readonly servername?: string;
}

/** Reads the files of an exporter's `tls`. Rejects with an Error that names the field. */
export async function readClientTls(tls: ClientTlsConfig): Promise<TlsMaterial> {
  return checked({
    ...(await readCommon(tls)),
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(isGiven(tls.server_name_override) ? { servername: tls.server_name_override } : {}),
  });
}

/** Reads the files of a receiver's `tls`; with a `client_ca_file`, senders have to present a certificate of it. */
export async function readServerTls(tls: ServerTlsConfig): Promise<TlsMaterial> {
  const common = await readCommon(tls);
  if (!isGiven(tls.client_ca_file)) return checked(common);
  const ca = await read("client_ca_file", tls.client_ca_file);
  return checked({ ...common, ca, requestCert: true, rejectUnauthorized: true });
}

async function readCommon(tls: TlsConfig): Promise<SecureContextOptions> {
  const [ca, cert, key] = await Promise.all([
    fileOrPem("ca_file", tls.ca_file, tls.ca_pem),
    fileOrPem("cert_file", tls.cert_file, tls.cert_pem),
    fileOrPem("key_file", tls.key_file, tls.key_pem),
  ]);
  const roots = tls.include_system_ca_certs_pool
    ? [...getCACertificates("default"), ...getCACertificates("system")]
    : [];
  return {
    ...(ca === undefined ? {} : { ca: [...roots, ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: versions[tls.min_version],
    ...(tls.max_version === "" ? {} : { maxVersion: versions[tls.max_version] }),
    ...(tls.cipher_suites.length === 0 ? {} : { ciphers: toCiphers(tls.cipher_suites) }),
    ...(tls.curve_preferences.length === 0 ? {} : { ecdhCurve: toCurves(tls.curve_preferences) }),
  };
}

async function fileOrPem(
  field: string,
  file: string | undefined,
  pem: string | undefined,
): Promise<string | undefined> {
  return isGiven(file) ? read(field, file) : isGiven(pem) ? pem : undefined;
}

async function read(field: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`tls: cannot read ${field} ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** A half-written file must not replace one that is whole. */
function checked(material: TlsMaterial): TlsMaterial {
  try {
    createSecureContext(material);
  } catch (error) {
    throw new Error(`tls: certificates cannot be used: ${messageOf(error)}`, { cause: error });
  }
  return material;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
