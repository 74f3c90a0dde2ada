import type { ClientTls } from "@genscope/otlp/client";
import type { ClientTlsConfig } from "../config/tls-fields.ts";
import type { ExporterContext } from "../graph/stage.ts";
import { openClientTls } from "../tls/open-tls.ts";

interface SenderConfig {
  /** Milliseconds; 0 for none. */
  readonly timeout: number;
  readonly tls: ClientTlsConfig;
  readonly auth: { readonly authenticator: string } | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a client is told of who sends and how. */
export interface SenderOptions extends Disposable {
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ClientTls;
  readonly authorize?: () => Readonly<Record<string, string>>;
}

const noTimeoutMs = 2 ** 31 - 1;

/** Reads certificates and finds the authenticator. Rejects with an Error that names what is missing. */
export async function openSender(
  { timeout, tls, auth, headers }: SenderConfig,
  { warn, extension }: Pick<ExporterContext, "warn" | "extension">,
): Promise<SenderOptions> {
  const authorize = auth === undefined ? undefined : authorizerOf(extension, auth.authenticator);
  const open = await openClientTls(tls, { warn });
  return {
    timeoutMs: timeout === 0 ? noTimeoutMs : timeout,
    headers,
    tls: open,
    ...(authorize === undefined ? {} : { authorize }),
    [Symbol.dispose]: () => open[Symbol.dispose](),
  };
}

function authorizerOf(extension: ExporterContext["extension"], id: string): () => Readonly<Record<string, string>> {
  const { authorize } = extension(id);
  if (authorize === undefined) throw new Error(`extension "${id}" cannot say who is sending: it is for receivers`);
  return authorize;
}
