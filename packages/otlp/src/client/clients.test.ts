import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { describe, it } from "node:test";
import { OtlpError, type OtlpErrorCode } from "../errors.ts";
import { createGrpcReceiver } from "../receiver/grpc-receiver.ts";
import { createHttpReceiver } from "../receiver/http-receiver.ts";
import { listen } from "../receiver/listen.ts";
import type { Receiver, ReceiverOptions } from "../receiver/receiver.ts";
import { createRecordingSink } from "../receiver/recording-sink.ts";
import { Signal } from "../signal.ts";
import type { ClientOptions, OtlpClient } from "./client.ts";
import { createOtlpGrpcClient } from "./grpc-client.ts";
import { createOtlpHttpClient } from "./http-client.ts";

interface Transport {
  readonly name: string;
  readonly open: (options: ReceiverOptions) => Promise<Receiver>;
  readonly connect: (endpoint: string, options?: ClientOptions) => OtlpClient;
  readonly compressions: readonly ((endpoint: string) => OtlpClient)[];
}

const transports: readonly Transport[] = [
  {
    name: "HTTP",
    open: createHttpReceiver,
    connect: (endpoint, options) => createOtlpHttpClient({ endpoint, ...options }),
    compressions: (["none", "gzip", "deflate", "zstd"] as const).flatMap((compression) =>
      (["protobuf", "json"] as const).map(
        (encoding) => (endpoint: string) => createOtlpHttpClient({ endpoint, compression, encoding }),
      ),
    ),
  },
  {
    name: "gRPC",
    open: createGrpcReceiver,
    connect: (endpoint, options) => createOtlpGrpcClient({ endpoint, ...options }),
    compressions: (["none", "gzip", "deflate"] as const).map(
      (compression) => (endpoint: string) => createOtlpGrpcClient({ endpoint, compression }),
    ),
  },
];

const request = new Uint8Array([0x0a, 0x02, 0x0a, 0x00]);

function refused(code: OtlpErrorCode, message: RegExp, retryAfterMs?: number) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof OtlpError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.retryAfterMs, retryAfterMs);
    return true;
  };
}

for (const { name, open, connect, compressions } of transports) {
  describe(`an OTLP client over ${name}`, () => {
    it("sends the bytes it is given, in every encoding and compression", async () => {
      const { sink, requests } = createRecordingSink();
      await using receiver = await open({ port: 0, sink });
      for (const create of compressions) {
        await using client = create(receiver.url);
        assert.deepEqual(await client.send(Signal.metrics, request), { rejected: 0, message: "" });
      }
      assert.equal(requests.length, compressions.length);
      for (const each of requests) {
        assert.deepEqual(new Uint8Array(each.body), request);
        assert.equal(each.signal, Signal.metrics);
      }
    });

    it("tells what was left out of a partial success", async () => {
      await using receiver = await open({ port: 0, sink: async () => ({ accepted: 1, rejected: 2, message: "why" }) });
      for (const create of compressions) {
        await using client = create(receiver.url);
        assert.deepEqual(await client.send(Signal.logs, request), { rejected: 2, message: "why" });
      }
    });

    it("throws what the receiver refused with, and how long it asks to wait", async () => {
      const refusals: readonly (readonly [OtlpErrorCode, number | undefined])[] = [
        ["invalid-argument", undefined],
        ["permission-denied", undefined],
        ["internal", undefined],
        ["resource-exhausted", 2000],
        ["unavailable", 2000],
      ];
      for (const [code, retryAfterMs] of refusals) {
        const sink = (): Promise<never> => Promise.reject(new OtlpError(code, "because", { retryAfterMs: 2000 }));
        await using receiver = await open({ port: 0, sink });
        await using client = connect(receiver.url);
        await assert.rejects(client.send(Signal.traces, request), refused(code, /because/, retryAfterMs));
      }
    });

    it("presents its headers", async () => {
      await using receiver = await open({ port: 0, sink: createRecordingSink().sink, apiKeys: ["k"] });
      await using stranger = connect(receiver.url);
      await assert.rejects(stranger.send(Signal.traces, request), refused("unauthenticated", /an API key is needed/));
      await using friend = connect(receiver.url, { headers: { "x-api-key": "k" } });
      await friend.send(Signal.traces, request);
    });

    it("finds nobody there retryable", async () => {
      const receiver = await open({ port: 0, sink: createRecordingSink().sink });
      await receiver.close();
      await using client = connect(receiver.url, { timeoutMs: 2_000 });
      await assert.rejects(client.send(Signal.traces, request), refused("unavailable", /ECONNREFUSED/));
    });

    it("finds an answer that does not come in time retryable", async () => {
      const gate = Promise.withResolvers<never>();
      const receiver = await open({ port: 0, sink: () => gate.promise });
      await using client = connect(receiver.url, { timeoutMs: 50 });
      await assert.rejects(client.send(Signal.traces, request), refused("unavailable", /time|deadline/i));
      await receiver.close({ graceMs: 0 });
    });

    it("gives up when it is told to", async () => {
      const entered = Promise.withResolvers<void>();
      const receiver = await open({
        port: 0,
        sink: () => {
          entered.resolve();
          return new Promise(() => {});
        },
      });
      await using client = connect(receiver.url);
      const reason = new Error("enough");
      const controller = new AbortController();
      const sending = client.send(Signal.traces, request, { signal: controller.signal });
      await entered.promise;
      controller.abort(reason);
      await assert.rejects(sending, (error) => error === reason);
      await assert.rejects(
        client.send(Signal.traces, request, { signal: controller.signal }),
        (error) => error === reason,
      );
      await receiver.close({ graceMs: 0 });
    });
  });
}

async function answering(listener: RequestListener, use: (client: OtlpClient) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  const port = await listen(server, "127.0.0.1", 0);
  try {
    await using client = createOtlpHttpClient({ endpoint: `http://127.0.0.1:${port}/otlp/` });
    await use(client);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("an OTLP client over HTTP, in front of something else", () => {
  it("posts under the endpoint's own path", async () => {
    const seen: (string | undefined)[] = [];
    await answering(
      (incoming, response) => {
        seen.push(incoming.url);
        incoming.resume();
        response.end();
      },
      async (client) => {
        assert.deepEqual(await client.send(Signal.traces, request), { rejected: 0, message: "" });
      },
    );
    assert.deepEqual(seen, ["/otlp/v1/traces"]);
  });

  const cases: readonly (readonly [number, OtlpErrorCode])[] = [
    [400, "invalid-argument"],
    [404, "invalid-argument"],
    [302, "invalid-argument"],
    [413, "too-large"],
    [429, "resource-exhausted"],
    [500, "internal"],
    [502, "unavailable"],
    [503, "unavailable"],
    [504, "unavailable"],
  ];
  for (const [status, code] of cases) {
    it(`takes ${status} for ${code}, with the start of the text`, async () => {
      await answering(
        (incoming, response) => {
          incoming.resume();
          response.writeHead(status, { "content-type": "text/html" }).end("<h1>gateway</h1>");
        },
        (client) => assert.rejects(client.send(Signal.traces, request), refused(code, /<h1>gateway<\/h1>$/)),
      );
    });
  }

  it("is content with a success whose body it cannot read", async () => {
    for (const type of ["application/json", "application/x-protobuf", "text/plain"]) {
      await answering(
        (incoming, response) => {
          incoming.resume();
          response.writeHead(200, { "content-type": type }).end("ok\x0f");
        },
        async (client) => {
          assert.deepEqual(await client.send(Signal.traces, request), { rejected: 0, message: "" });
        },
      );
    }
  });

  it("reads Retry-After as a date too", async () => {
    await answering(
      (incoming, response) => {
        incoming.resume();
        response.writeHead(503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }).end();
      },
      (client) =>
        assert.rejects(client.send(Signal.traces, request), (error) => {
          assert.ok(error instanceof OtlpError && error.retryAfterMs !== undefined);
          assert.ok(error.retryAfterMs > 50_000 && error.retryAfterMs <= 60_000, String(error.retryAfterMs));
          return true;
        }),
    );
  });
});

describe("an endpoint that is none", () => {
  it("is refused at once", () => {
    assert.throws(() => createOtlpHttpClient({ endpoint: "localhost:4318" }), TypeError);
    assert.throws(() => createOtlpHttpClient({ endpoint: "nonsense" }), TypeError);
    assert.throws(() => createOtlpGrpcClient({ endpoint: "http://localhost:4317/v1/traces" }), TypeError);
    assert.throws(() => createOtlpGrpcClient({ endpoint: "" }), TypeError);
  });
});
