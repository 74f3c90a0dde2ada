import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { runDemo } from "./demo.ts";
import { CommandError } from "./terminal.ts";

/** An HTTP server on a free port that answers everything with this status. */
async function withServer(status: number, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((request, reply) => {
    request.resume();
    reply.writeHead(status).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  try {
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof CommandError && pattern.test(error.message);
}

function demo(otlpEndpoint: string): Promise<void> {
  return runDemo({ otlpEndpoint, uiUrl: "http://127.0.0.1:1", log: () => assert.fail("it sent something") });
}

describe("the demo", () => {
  it("says how to start Genscope where nothing listens", async () => {
    let free = "";
    await withServer(200, async (url) => {
      free = url;
    });
    await assert.rejects(demo(free), refusal(/nothing listens .* npm start/u));
  });

  it("says that a port that does not speak OTLP is the wrong one", async () => {
    await withServer(404, (url) => assert.rejects(demo(url), refusal(/answered 404 to OTLP/u)));
  });

  it("says where to put the key that is asked for", async () => {
    await withServer(401, (url) => assert.rejects(demo(url), refusal(/OTEL_EXPORTER_OTLP_HEADERS/u)));
  });
});
