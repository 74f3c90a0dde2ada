import { OtlpError } from "@genscope/otlp";
import type { HttpTransport } from "@genscope/otlp/client";
import type { SenderOptions } from "../sender-options.ts";
import type { SeriesGroup } from "./collect-series.ts";
import { isVersion2, type RemoteWriteConfig } from "./config.ts";
import { encodeWriteRequest } from "./encode-v1.ts";
import { encodeRequestV2 } from "./encode-v2.ts";

/** A target did not take a request, and will not take the same another time. */
export class RefusedWrite extends Error {
  override readonly name: string = "RefusedWrite";
  /** Less at a time may do. */
  readonly mayBePart: boolean;

  constructor(message: string, mayBePart: boolean) {
    super(message);
    this.mayBePart = mayBePart;
  }
}

/** Writes series in one request. Rejects with a {@link RefusedWrite}, or with a retryable `OtlpError`. */
export type Write = (groups: readonly SeriesGroup[], signal: AbortSignal | undefined) => Promise<void>;

interface Protocol {
  readonly headers: Readonly<Record<string, string>>;
  readonly encode: (groups: readonly SeriesGroup[]) => Uint8Array;
}

/** Remote write 1.0 or 2.0, as configured. */
export function createWrite(
  config: RemoteWriteConfig,
  sender: SenderOptions,
  transport: HttpTransport,
  warn: (message: string) => void,
): Write {
  const url = new URL(config.endpoint);
  const isV2 = isVersion2(config);
  const { headers, encode }: Protocol = isV2
    ? {
        headers: {
          "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
          "x-prometheus-remote-write-version": "2.0.0",
        },
        encode: encodeRequestV2,
      }
    : {
        headers: { "content-type": "application/x-protobuf", "x-prometheus-remote-write-version": "0.1.0" },
        encode: (groups) => encodeWriteRequest(groups, config.send_metadata),
      };
  return async (groups, signal) => {
    // loaded by who writes: a collector that does not is spared its memory
    const { compress } = await import("snappy");
    const body = await compress(encode(groups));
    const sent = {
      "user-agent": "genscope",
      ...sender.headers,
      ...sender.authorize?.(),
      ...headers,
      "content-encoding": "snappy",
    };
    const answer = await transport.post(url, sent, body, signal);
    const { status, retryAfterMs } = answer;
    if (status >= 200 && status < 300) {
      if (isV2 && answer.headers["x-prometheus-remote-write-samples-written"] === undefined) warn(noAccount);
      return;
    }
    const said = `HTTP ${status}: ${answer.body.toString("utf8", 0, 500).trim()}`;
    if (status === 429 || status >= 500) {
      const code = status === 429 ? "resource-exhausted" : "unavailable";
      throw new OtlpError(code, said, retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    throw new RefusedWrite(
      status === 415 && isV2 ? `${said} (${olderMessage})` : said,
      status === 400 || status === 413,
    );
  };
}

const olderMessage = "a receiver of remote write 1.0 needs protobuf_message: prometheus.WriteRequest";
const noAccount = `the target does not say what it has written, so it may have taken nothing: ${olderMessage}`;
