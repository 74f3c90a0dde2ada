import assert from "node:assert/strict";
import { request } from "node:http";
import { describe, it } from "node:test";
import { createTelemetry } from "../graph/telemetry.ts";
import { serveMetrics } from "../telemetry/serve-metrics.ts";
import { serveHttp } from "./serve-http.ts";

/** The status of an answer to somebody who knows the server by another name. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  const { port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path: pathname, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject);
    asked.end();
  });
}

const hosts = ["localhost", "127.0.0.1:9090", "genscope", "evil.example"] as const;

function ignore(): void {}

async function statusesOf(url: string): Promise<readonly (number | undefined)[]> {
  return Promise.all(hosts.map((host) => statusFor(url, host)));
}

describe("a name in a Host header", () => {
  const warn = ignore;

  it("must be one of this machine for what listens on loopback", async () => {
    const telemetry = createTelemetry();
    const at = { port: 0, hasTypeSuffix: true, isConfigured: true };
    await using metrics = await serveMetrics(telemetry, { ...at, host: "127.0.0.1" });
    assert.deepEqual(await statusesOf(metrics.url), [200, 200, 403, 403]);
    await using page = await serveHttp({ endpoint: "localhost:0", warn }, (_, response) => void response.end());
    assert.deepEqual(await statusesOf(page.url), [200, 200, 403, 403]);
  });

  it("may be any where other machines can ask, who know it by a service's name", async () => {
    const telemetry = createTelemetry();
    const at = { port: 0, hasTypeSuffix: true, isConfigured: true };
    await using metrics = await serveMetrics(telemetry, { ...at, host: "0.0.0.0" });
    assert.deepEqual(await statusesOf(metrics.url), [200, 200, 200, 200]);
    await using page = await serveHttp({ endpoint: "0.0.0.0:0", warn }, (_, response) => void response.end());
    assert.deepEqual(await statusesOf(page.url), [200, 200, 200, 200]);
  });

  it("may be any where it is asked who is there", async () => {
    const options = { endpoint: "127.0.0.1:0", warn, authenticate: ignore };
    await using page = await serveHttp(options, (_, response) => void response.end());
    assert.deepEqual(await statusesOf(page.url), [200, 200, 200, 200]);
  });
});
