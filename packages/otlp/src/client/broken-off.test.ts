import assert from "node:assert/strict";
import { once } from "node:events";
import { constants, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { OtlpError } from "../errors.ts";
import { Signal } from "../signal.ts";
import { createOtlpGrpcClient } from "./grpc-client.ts";

const ways = ["NO_ERROR", "INTERNAL_ERROR", "REFUSED_STREAM", "CANCEL", "ENHANCE_YOUR_CALM"] as const;

for (const way of ways) {
  it(`a gRPC call that is broken off without an answer (${way}) may be made again`, async () => {
    const server = createServer();
    server.on("stream", (stream) => {
      stream.on("error", () => {});
      stream.resume();
      stream.on("end", () => stream.close(constants[`NGHTTP2_${way}`]));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = createOtlpGrpcClient({ endpoint: `http://127.0.0.1:${port}` });
    await assert.rejects(
      client.send(Signal.traces, new Uint8Array()),
      (error) => error instanceof OtlpError && error.retryable && error.code === "unavailable",
    );
    await client.close();
    server.close();
  });
}
