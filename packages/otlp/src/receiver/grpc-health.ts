import type { ServerStream } from "../http2/server-stream.ts";
import { GrpcCode } from "../rpc/codes.ts";
import { services } from "../rpc/services.ts";
import { decodeFields, fieldText } from "../rpc/wire.ts";
import type { ByteLease } from "./byte-budget.ts";
import { answerMessage, answerStatus } from "./grpc-answer.ts";
import { readMessage } from "./grpc-message.ts";

/** The standard health service (github.com/grpc/grpc/blob/master/doc/health-checking.md), for probes. */
export const healthCheckPath = "/grpc.health.v1.Health/Check";

const maxRequestBytes = 1_024;
/** `HealthCheckResponse { status: SERVING }`. */
const serving = Buffer.of(0x08, 0x01);
const names: ReadonlySet<string> = new Set(["", ...Object.values(services).map((each) => each.grpcService)]);

/** Answers a check of this server, `""`, or of one of its services. */
export async function answerHealthCheck(stream: ServerStream, timeoutMs: number, lease: ByteLease): Promise<void> {
  try {
    const { body } = await readMessage(stream, maxRequestBytes, timeoutMs, lease);
    let name = "";
    for (const field of decodeFields(body)) if (field.number === 1) name = fieldText(field);
    if (names.has(name)) answerMessage(stream, serving);
    else answerStatus(stream, { code: GrpcCode.notFound, message: `no service ${name} here` });
  } catch {
    answerStatus(stream, { code: GrpcCode.invalidArgument, message: "not a HealthCheckRequest" });
  } finally {
    lease.release();
  }
}
