import type { ClientTlsConfig, ServerTlsConfig } from "../config/tls-fields.ts";
import { readClientTls, readServerTls, type TlsMaterial } from "./read-tls.ts";

/** Certificates that are in use; what was made of the files when they last could be used. */
export interface OpenTls extends Disposable {
  readonly options: TlsMaterial;
}

export interface OpenTlsOptions {
  readonly warn: (message: string) => void;
  /** Told of new certificates. */
  readonly onChange?: (options: TlsMaterial) => void;
}

/** How often files that are to be reloaded are looked at, where the configuration has no interval. */
const defaultReloadMs = 1_000;

/** TLS of an exporter. Rejects if its files cannot be used; later on, the ones before stay in use. */
export function openClientTls(tls: ClientTlsConfig, options: OpenTlsOptions): Promise<OpenTls> {
  return open(() => readClientTls(tls), tls.reload_interval, options);
}

/** TLS of a receiver, as {@link openClientTls}. */
export function openServerTls(tls: ServerTlsConfig, options: OpenTlsOptions): Promise<OpenTls> {
  const intervalMs = tls.reload_interval === 0 && tls.client_ca_file_reload ? defaultReloadMs : tls.reload_interval;
  return open(() => readServerTls(tls), intervalMs, options);
}

async function open(
  read: () => Promise<TlsMaterial>,
  intervalMs: number,
  { warn, onChange }: OpenTlsOptions,
): Promise<OpenTls> {
  let options = await read();
  let isReading = false;
  async function reload(): Promise<void> {
    if (isReading) return;
    isReading = true;
    try {
      const next = await read();
      if (JSON.stringify(next) !== JSON.stringify(options)) {
        options = next;
        onChange?.(options);
      }
    } catch (error) {
      warn(`${error instanceof Error ? error.message : String(error)}; the certificates before stay in use`);
    } finally {
      isReading = false;
    }
  }
  const timer = intervalMs > 0 ? setInterval(() => void reload(), intervalMs) : undefined;
  timer?.unref();
  return {
    get options() {
      return options;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
