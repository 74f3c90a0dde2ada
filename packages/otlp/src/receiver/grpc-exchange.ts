import { OtlpError } from "../errors.ts";
import type { ServerStream } from "../http2/server-stream.ts";
import { encodeExportResponse } from "../rpc/export-response.ts";
import { GrpcCode } from "../rpc/codes.ts";
import { serviceByGrpcPath, type SignalService } from "../rpc/services.ts";
import type { SenderCheck } from "./api-keys.ts";
import type { ByteLease } from "./byte-budget.ts";
import { parseCompression } from "./decompress.ts";
import { answerMessage, answerNotGrpc, answerStatus, discardRest } from "./grpc-answer.ts";
import { answerHealthCheck, healthCheckPath } from "./grpc-health.ts";
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
export async function exchange(context: GrpcContext, stream: ServerStream): Promise<void> {
  const { path, headers } = stream;
  const service = serviceByGrpcPath.get(path);
  if (headers["content-type"]?.startsWith("application/grpc") !== true) {
    answerNotGrpc(stream);
    discardRest(stream, context.intake.limits.compressedBytes);
  } else if (path === healthCheckPath) {
    await answerHealthCheck(stream, context.requestMs, await context.intake.budget.admit());
  } else if (service === undefined) {
    context.intake.counters.requests++;
    context.intake.counters.refuse("not-found");
    const message = `no method ${path} here; this port receives OpenTelemetry data over OTLP/gRPC`;
    answerStatus(stream, { code: GrpcCode.unimplemented, message });
    discardRest(stream, context.intake.limits.compressedBytes);
  } else {
    await receive(context, service, stream);
  }
}

async function receive(
  { intake, checkKey, requestMs }: GrpcContext,
  { signal }: SignalService,
  stream: ServerStream,
): Promise<void> {
  const { headers } = stream;
  let lease: ByteLease | undefined;
  intake.counters.requests++;
  try {
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
      stream.reset();
    } else {
      const { status } = intake.refuse(error);
      answerStatus(stream, status);
      discardRest(stream, intake.limits.compressedBytes);
    }
  } finally {
    lease?.release();
  }
}
