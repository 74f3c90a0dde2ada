import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { decodeExportResponse, fromExportResponseJson } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { decodeStatus, fromStatusJson, type RpcStatus } from "../rpc/status.ts";
import { Signal, type SignalName } from "../signal.ts";
import { defaultTimeoutMs, type ClientOptions, type OtlpClient, type SendOptions, type SendResult } from "./client.ts";
import { fromHttpStatus, fromTransportFailure, parseRetryAfter } from "./failure.ts";

export interface OtlpHttpClientOptions extends ClientOptions {
  /** Base URL; `/v1/traces` and so on are added to its path, as for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** Whole URLs of signals that go elsewhere. */
  readonly urls?: Readonly<Partial<Record<SignalName, string | undefined>>>;
  /** What the bytes given to `send` are; protobuf if not given. */
  readonly encoding?: "protobuf" | "json";
  readonly compression?: "none" | "gzip" | "deflate" | "zstd";
}

/** An answer longer than this is cut: it is read for a count and a message only. */
const maxAnswerBytes = 1024 * 1024;

const compressors = {
  none: (body: Uint8Array) => Promise.resolve(body),
  gzip: promisify<Uint8Array, Buffer>(zlib.gzip),
  deflate: promisify<Uint8Array, Buffer>(zlib.deflate),
  zstd: promisify<Uint8Array, Buffer>(zlib.zstdCompress),
};

/** Throws a `TypeError` if the endpoint is not an http(s) URL. */
export function createOtlpHttpClient(options: OtlpHttpClientOptions): OtlpClient {
  const { encoding = "protobuf", compression = "none", timeoutMs = defaultTimeoutMs } = options;
  const urls = urlsOf(options);
  const agents = { "http:": new HttpAgent({ keepAlive: true }), "https:": new HttpsAgent({ keepAlive: true }) };
  const compress = compressors[compression];
  const headers = {
    ...options.headers,
    "content-type": encoding === "protobuf" ? "application/x-protobuf" : "application/json",
    ...(compression === "none" ? {} : { "content-encoding": compression }),
  };

  function post(signal: Signal, body: Uint8Array, abort: AbortSignal): Promise<Answer> {
    const url = urls[signal];
    const isSecure = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      const send = isSecure ? httpsRequest : httpRequest;
      const request = send(url, {
        method: "POST",
        agent: isSecure ? agents["https:"] : agents["http:"],
        signal: abort,
        headers: { ...headers, "content-length": body.length },
      });
      request.on("response", (response) => readAnswer(response).then(resolve, reject));
      request.on("error", reject);
      request.end(body);
    });
  }

  const client: OtlpClient = {
    async send(signal, request, { signal: given }: SendOptions = {}) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const body = await compress(request);
      let answer: Answer;
      try {
        answer = await post(signal, body, given === undefined ? timeout : AbortSignal.any([given, timeout]));
      } catch (error) {
        given?.throwIfAborted();
        throw fromTransportFailure(urls[signal].href, timeout.aborted ? timeout.reason : error);
      }
      return readResult(signal, answer);
    },
    async close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  return client;
}

/** Where each signal goes. */
function urlsOf({ endpoint, urls = {} }: OtlpHttpClientOptions): Record<Signal, URL> {
  const urlOf = (name: SignalName): URL => {
    const own = urls[name] ?? "";
    const url = new URL(own === "" ? endpoint : own);
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      throw new TypeError(`an OTLP/HTTP endpoint is an http or https URL, not ${own === "" ? endpoint : own}`);
    }
    if (own === "") url.pathname = url.pathname.replace(/\/$/, "") + services[Signal[name]].httpPath;
    return url;
  };
  return { [Signal.traces]: urlOf("traces"), [Signal.logs]: urlOf("logs"), [Signal.metrics]: urlOf("metrics") };
}

interface Answer {
  readonly status: number;
  readonly isJson: boolean;
  readonly isProtobuf: boolean;
  readonly retryAfterMs: number | undefined;
  readonly body: Buffer;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    total += piece.length;
    if (total <= maxAnswerBytes) pieces.push(piece);
  }
  const type = response.headers["content-type"] ?? "";
  return {
    status: response.statusCode ?? 0,
    isJson: type.startsWith("application/json"),
    isProtobuf: /^application\/(?:x-)?protobuf/.test(type),
    retryAfterMs: parseRetryAfter(response.headers["retry-after"]),
    body: Buffer.concat(pieces),
  };
}

function readResult(signal: Signal, answer: Answer): SendResult {
  if (answer.status < 200 || answer.status > 299) {
    const { message, retryDelayMs } = readStatus(answer);
    throw fromHttpStatus(answer.status, message, answer.retryAfterMs ?? retryDelayMs);
  }
  try {
    if (answer.isJson) return fromExportResponseJson(signal, JSON.parse(answer.body.toString("utf8")));
    if (answer.isProtobuf) return decodeExportResponse(answer.body);
  } catch {
    // The status said that the request was taken; what else it says cannot be read.
  }
  return { rejected: 0, message: "" };
}

/** Proxies and others in between answer with anything; the start of a text is better than nothing. */
function readStatus(answer: Answer): RpcStatus {
  try {
    if (answer.isProtobuf) return decodeStatus(answer.body);
    if (answer.isJson) return fromStatusJson(JSON.parse(answer.body.toString("utf8")));
  } catch {
    // Not what its label says: read as text.
  }
  return { code: 0, message: answer.body.toString("utf8", 0, 200).trim() };
}
