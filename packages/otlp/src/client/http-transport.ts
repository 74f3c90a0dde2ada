import { Agent as HttpAgent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { defaultTimeoutMs } from "./client.ts";
import { fromTransportFailure, parseRetryAfter } from "./failure.ts";
import type { ClientTls } from "./client-tls.ts";

export interface HttpTransportOptions {
  /** For one attempt, from connecting to the answer; 10 s if not given. */
  readonly timeoutMs?: number;
  /** Certificates and what is asked of the server; Node's own rules if not given. */
  readonly tls?: ClientTls;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly retryAfterMs: number | undefined;
  /** Its start, if it is very long. */
  readonly body: Buffer;
}

/** Posts bodies over connections that are kept. */
export interface HttpTransport extends AsyncDisposable {
  /** Rejects with an `OtlpError`, `unavailable`, when there is no answer, and with the reason of `signal` when it gives up. */
  post(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<HttpAnswer>;
  /** Lets go of connections; what is being sent fails. */
  close(): Promise<void>;
}

/** An answer longer than this is cut: it is read for a count and a message only. */
const maxAnswerBytes = 1024 * 1024;

export function createHttpTransport({ timeoutMs = defaultTimeoutMs, tls }: HttpTransportOptions = {}): HttpTransport {
  const plain = new HttpAgent({ keepAlive: true });
  let secureOptions = tls?.options;
  let secure = new HttpsAgent({ keepAlive: true, ...secureOptions });

  function secureAgent(): HttpsAgent {
    if (tls !== undefined && tls.options !== secureOptions) {
      letGo(secure);
      secureOptions = tls.options;
      secure = new HttpsAgent({ keepAlive: true, ...secureOptions });
    }
    return secure;
  }

  function exchange(url: URL, headers: Readonly<Record<string, string>>, body: Uint8Array, signal: AbortSignal) {
    const isSecure = url.protocol === "https:";
    return new Promise<HttpAnswer>((resolve, reject) => {
      const send = isSecure ? httpsRequest : httpRequest;
      const request = send(url, {
        method: "POST",
        agent: isSecure ? secureAgent() : plain,
        signal,
        headers: { ...headers, "content-length": body.length },
      });
      request.on("response", (response) => readAnswer(response).then(resolve, reject));
      request.on("error", reject);
      request.end(body);
    });
  }

  const transport: HttpTransport = {
    async post(url, headers, body, given) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await exchange(url, headers, body, given === undefined ? timeout : AbortSignal.any([given, timeout]));
      } catch (error) {
        given?.throwIfAborted();
        throw fromTransportFailure(url.href, timeout.aborted ? timeout.reason : error);
      }
    },
    async close() {
      plain.destroy();
      secure.destroy();
    },
    [Symbol.asyncDispose]: () => transport.close(),
  };
  return transport;
}

/** Ends what is idle; what is in use ends with its request. */
function letGo(agent: HttpsAgent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    total += piece.length;
    if (total <= maxAnswerBytes) pieces.push(piece);
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    retryAfterMs: parseRetryAfter(response.headers["retry-after"]),
    body: Buffer.concat(pieces),
  };
}
