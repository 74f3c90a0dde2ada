import type { ServerResponse } from "node:http";
import { encodeExportResponse, toExportResponseJson } from "../rpc/export-response.ts";
import { encodeStatus, toStatusJson, type RpcStatus } from "../rpc/status.ts";
import type { Signal } from "../signal.ts";
import { mediaTypes, type OtlpEncoding } from "./media-type.ts";
import type { ReceiveResult } from "./sink.ts";

export function answerResult(
  response: ServerResponse,
  encoding: OtlpEncoding,
  signal: Signal,
  result: ReceiveResult,
): void {
  const body =
    encoding === "protobuf" ? encodeExportResponse(result) : JSON.stringify(toExportResponseJson(signal, result));
  send(response, 200, encoding, body);
}

/** A `google.rpc.Status` in the request's encoding; JSON, which people can read, where that is not known. */
export function answerStatus(
  response: ServerResponse,
  encoding: OtlpEncoding | undefined,
  http: number,
  status: RpcStatus,
): void {
  if (status.retryDelayMs !== undefined) {
    response.setHeader("Retry-After", String(Math.ceil(status.retryDelayMs / 1000)));
  }
  const body = encoding === "protobuf" ? encodeStatus(status) : JSON.stringify(toStatusJson(status));
  send(response, http, encoding ?? "json", body);
}

export function answerText(response: ServerResponse, http: number, text: string): void {
  response.writeHead(http, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

function send(response: ServerResponse, http: number, encoding: OtlpEncoding, body: Buffer | string): void {
  response.writeHead(http, { "Content-Type": mediaTypes[encoding], "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
