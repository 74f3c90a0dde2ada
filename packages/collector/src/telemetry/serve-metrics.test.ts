import assert from "node:assert/strict";
import { it } from "node:test";
import { createTelemetry } from "../graph/telemetry.ts";
import { serveMetrics } from "./serve-metrics.ts";

it("what there is to look at besides metrics is served as JSON, as it is now", async () => {
  const telemetry = createTelemetry();
  const decisions: string[] = [];
  telemetry.show("sampling", "traces tail_sampling", () => decisions);
  await using server = await serveMetrics(telemetry, {
    host: "127.0.0.1",
    port: 0,
    hasTypeSuffix: true,
    isConfigured: true,
  });
  const page = new URL("/debug/sampling", server.url);
  decisions.push("kept");
  assert.deepEqual(await (await fetch(page)).json(), { "traces tail_sampling": ["kept"] });
  assert.equal((await fetch(new URL("/debug/other", server.url))).status, 404);
  assert.equal((await fetch(server.url)).status, 200);
});
