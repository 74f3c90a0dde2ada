import type { IncomingMessage, ServerResponse } from "node:http";
import { OtlpError } from "../errors.ts";
import { GrpcCode } from "../rpc/codes.ts";
import { serviceByHttpPath, type SignalService } from "../rpc/services.ts";
import type { SenderCheck } from "./api-keys.ts";
import type { ByteLease } from "./byte-budget.ts";
import type { Cors } from "./cors.ts";
import { compressions, parseCompression } from "./decompress.ts";
import { toRequestHeaders } from "./headers.ts";
import { answerResult, answerStatus, answerText } from "./http-answer.ts";
import { checkDeclaredLength, discardRest, readBody, RequestAborted } from "./http-body.ts";
import type { Intake } from "./intake.ts";
import { mediaTypes, parseMediaType, type OtlpEncoding } from "./media-type.ts";

/** What answering a request takes. */
export interface HttpContext {
  readonly intake: Intake;
  readonly isHostAllowed: (host: string | undefined) => boolean;
  readonly checkKey: SenderCheck;
  readonly cors: Cors;
  readonly isTimedOut: (request: IncomingMessage) => boolean;
}

const paths = [...serviceByHttpPath.keys()].join(", ");
const welcome = `This port receives OpenTelemetry data over OTLP/HTTP.
POST ${paths}
as ${mediaTypes.protobuf} or ${mediaTypes.json}, compressed or not (${compressions.join(", ")}).
`;

/** Answers one request, whatever it is. Never rejects. */
export async function exchange(
  context: HttpContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on("error", () => {});
  if (!context.isHostAllowed(request.headers.host)) {
    context.intake.counters.requests++;
    const { http, status } = context.intake.refuse(
      new OtlpError("permission-denied", `host ${request.headers.host} is not among the allowed hosts`),
    );
    discardRest(request, context.intake.limits.compressedBytes);
    return answerStatus(response, undefined, http, status);
  }
  const isOriginAllowed = context.cors.allow(request, response);
  const path = request.url?.split("?", 1)[0] ?? "";
  const service = serviceByHttpPath.get(path);
  if (service !== undefined && request.method === "POST") {
    return await receive(context, service, request, response);
  }
  discardRest(request, context.intake.limits.compressedBytes);
  if (service !== undefined && request.method === "OPTIONS" && isOriginAllowed) {
    context.cors.allowPreflight(request, response);
    response.writeHead(204).end();
  } else if (service !== undefined) {
    context.intake.counters.requests++;
    context.intake.counters.refuse("method-not-allowed");
    response.setHeader("Allow", "POST");
    const message = `${path} takes POST, not ${request.method}`;
    answerStatus(response, undefined, 405, { code: GrpcCode.unimplemented, message });
  } else if (path === "/" && (request.method === "GET" || request.method === "HEAD")) {
    answerText(response, 200, welcome);
  } else {
    context.intake.counters.requests++;
    context.intake.counters.refuse("not-found");
    const message = `nothing at ${request.method} ${path}; OTLP/HTTP is received by POST at ${paths}`;
    answerStatus(response, undefined, 404, { code: GrpcCode.notFound, message });
  }
}

async function receive(
  context: HttpContext,
  service: SignalService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { intake } = context;
  const { signal } = service;
  const headers = toRequestHeaders(request.headers);
  let lease: ByteLease | undefined;
  let encoding: OtlpEncoding | undefined;
  intake.counters.requests++;
  try {
    encoding = parseMediaType(headers["content-type"]);
    await context.checkKey(headers);
    const compression = parseCompression(headers["content-encoding"]);
    checkDeclaredLength(request, intake.limits.compressedBytes);
    lease = await intake.budget.admit();
    if (headers["expect"] !== undefined) response.writeContinue();
    const body = await readBody(request, intake.limits.compressedBytes, lease);
    answerResult(
      response,
      encoding,
      signal,
      await intake.take({ signal, encoding, compression, headers, body }, lease),
    );
  } catch (error) {
    if (error instanceof RequestAborted) {
      intake.counters.refuse(context.isTimedOut(request) ? "timed-out" : "aborted");
      return;
    }
    const { reason, http, status } = intake.refuse(error);
    if (reason === "unauthenticated") response.setHeader("WWW-Authenticate", "Bearer");
    if (reason === "unsupported-media-type") response.setHeader("Accept-Encoding", compressions.join(", "));
    discardRest(request, intake.limits.compressedBytes);
    answerStatus(response, encoding, http, status);
  } finally {
    lease?.release();
  }
}
