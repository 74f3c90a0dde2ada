import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { decodeExportResponse, fromExportResponseJson } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { decodeStatus, fromStatusJson, type RpcStatus } from "../rpc/status.ts";
import { Signal, type SignalName } from "../signal.ts";
import type { ClientOptions, OtlpClient, SendOptions, SendResult } from "./client.ts";
import { fromHttpStatus } from "./failure.ts";
import { createHttpTransport, type HttpAnswer } from "./http-transport.ts";

export interface OtlpHttpClientOptions extends ClientOptions {
  /** Base URL; `/v1/traces` and so on are added to its path, as for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** Whole URLs of signals that go elsewhere. */
  readonly urls?: Readonly<Partial<Record<SignalName, string | undefined>>>;
  /** What the bytes given to `send` are; protobuf if not given. */
  readonly encoding?: "protobuf" | "json";
  readonly compression?: "none" | "gzip" | "deflate" | "zstd";
}

const compressors = {
  none: (body: Uint8Array) => Promise.resolve(body),
  gzip: promisify<Uint8Array, Buffer>(zlib.gzip),
  deflate: promisify<Uint8Array, Buffer>(zlib.deflate),
  zstd: promisify<Uint8Array, Buffer>(zlib.zstdCompress),
};

/** Throws a `TypeError` if the endpoint is not an http(s) URL. */
export function createOtlpHttpClient(options: OtlpHttpClientOptions): OtlpClient {
  const { encoding = "protobuf", compression = "none", authorize } = options;
  const urls = urlsOf(options);
  const transport = createHttpTransport(options);
  const compress = compressors[compression];
  const headers = {
    ...options.headers,
    "content-type": encoding === "protobuf" ? "application/x-protobuf" : "application/json",
    ...(compression === "none" ? {} : { "content-encoding": compression }),
  };

  const client: OtlpClient = {
    async send(signal, request, { signal: given }: SendOptions = {}) {
      given?.throwIfAborted();
      const body = await compress(request);
      return readResult(signal, await transport.post(urls[signal], { ...headers, ...authorize?.() }, body, given));
    },
    close: () => transport.close(),
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
  readonly body: Buffer;
}

function readResult(signal: Signal, { status, headers, retryAfterMs, body }: HttpAnswer): SendResult {
  const type = headers["content-type"] ?? "";
  const isJson = type.startsWith("application/json");
  const answer = { status, isJson, isProtobuf: /^application\/(?:x-)?protobuf/.test(type), body };
  if (answer.status < 200 || answer.status > 299) {
    const { message, retryDelayMs } = readStatus(answer);
    throw fromHttpStatus(answer.status, message, retryAfterMs ?? retryDelayMs);
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
