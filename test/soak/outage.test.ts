import assert from "node:assert/strict";
import { it } from "node:test";
import { runOutageTrial } from "../support/outage-trial.ts";

const mib = 1024 * 1024;
/** What a collector may grow by over minutes in which nothing can be sent. */
const growthBytes = 150 * mib;

it("minutes of targets that are down, slow, and come and go: nothing is lost and memory stays bounded", async (t) => {
  const report = await runOutageTrial(
    {
      steadyMs: 60_000,
      downMs: 240_000,
      slowMs: 90_000,
      answerAfterMs: 3_000,
      flappingMs: 120_000,
      flapMs: 5_000,
      decisionWaitMs: 10_000,
      flushMs: 15_000,
      retry: "{}",
      requestsPerSecond: 10,
      tracesPerRequest: 20,
    },
    (line) => t.diagnostic(line),
  );
  t.diagnostic(JSON.stringify(report, undefined, 2));
  const { steady = 0, ...others } = report.residentBytes;
  for (const [phase, bytes] of Object.entries(others)) {
    assert.ok(
      bytes < steady + growthBytes,
      `${phase}: ${Math.round(bytes / mib)} MiB, ${Math.round(steady / mib)} before`,
    );
  }
});
