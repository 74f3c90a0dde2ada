import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { OtlpError } from "../errors.ts";
import { encodeExportResponse } from "../rpc/export-response.ts";
import { GrpcCode } from "../rpc/codes.ts";
import { serviceByGrpcPath, type SignalService } from "../rpc/services.ts";
import type { SenderCheck } from "./api-keys.ts";
import type { ByteLease } from "./byte-budget.ts";
import { parseCompression } from "./decompress.ts";
import { answerMessage, answerNotGrpc, answerStatus, discardRest } from "./grpc-answer.ts";
import { answerHealthCheck, healthCheckPath } from "./grpc-health.ts";
import { toRequestHeaders } from "./headers.ts";
import { readMessage } from "./grpc-message.ts";
import { RequestAborted, RequestTimedOut } from "./http-body.ts";
import type { Intake } from "./intake.ts";

/** What answering a call takes. */
export interface GrpcContext {
  readonly intake: Intake;
  readonly checkKey: SenderCheck;
  readonly requestMs: number;
}

/** Answers one HTTP/2 stream, whatever it asks for. Never rejects. */
export async function exchange(
  context: GrpcContext,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  stream.on("error", () => {});
  const path = headers[":path"] ?? "";
  const service = serviceByGrpcPath.get(path);
  if (headers["content-type"]?.startsWith("application/grpc") !== true) {
    discardRest(stream, context.intake.limits.compressedBytes);
    answerNotGrpc(stream);
  } else if (path === healthCheckPath) {
    await answerHealthCheck(stream, context.requestMs, await context.intake.budget.admit());
  } else if (service === undefined) {
    context.intake.counters.requests++;
    context.intake.counters.refuse("not-found");
    const message = `no method ${path} here; this port receives OpenTelemetry data over OTLP/gRPC`;
    discardRest(stream, context.intake.limits.compressedBytes);
    answerStatus(stream, { code: GrpcCode.unimplemented, message });
  } else {
    await receive(context, service, stream, headers);
  }
}

async function receive(
  { intake, checkKey, requestMs }: GrpcContext,
  { signal }: SignalService,
  stream: ServerHttp2Stream,
  rawHeaders: IncomingHttpHeaders,
): Promise<void> {
  let lease: ByteLease | undefined;
  intake.counters.requests++;
  try {
    const headers = toRequestHeaders(rawHeaders);
    await checkKey(headers);
    const coding = parseCompression(headers["grpc-encoding"]);
    lease = await intake.budget.admit();
    const message = await readMessage(stream, intake.limits.compressedBytes, requestMs, lease);
    if (message.isCompressed && coding === "identity") {
      throw new OtlpError("invalid-argument", "the message is compressed, but grpc-encoding names no coding");
    }
    const compression = message.isCompressed ? coding : "identity";
    const { body } = message;
    const result = await intake.take({ signal, encoding: "protobuf", compression, headers, body }, lease);
    answerMessage(stream, encodeExportResponse(result));
  } catch (error) {
    if (error instanceof RequestAborted) {
      intake.counters.refuse("aborted");
    } else if (error instanceof RequestTimedOut) {
      intake.counters.refuse("timed-out");
      const message = `the request was not complete after ${requestMs} ms`;
      answerStatus(stream, { code: GrpcCode.deadlineExceeded, message });
      stream.close(constants.NGHTTP2_NO_ERROR);
    } else {
      const { status } = intake.refuse(error);
      discardRest(stream, intake.limits.compressedBytes);
      answerStatus(stream, status);
    }
  } finally {
    lease?.release();
  }
}
