import { it } from "node:test";
import { runOutageTrial } from "./support/outage-trial.ts";

it(
  "a collector whose targets are down, slow, and come and go delivers everything all the same",
  { timeout: 120_000 },
  async (t) => {
    const report = await runOutageTrial(
      {
        steadyMs: 1_000,
        downMs: 4_000,
        slowMs: 2_500,
        answerAfterMs: 700,
        flappingMs: 3_000,
        flapMs: 500,
        decisionWaitMs: 500,
        flushMs: 300,
        retry: "{initial_interval: 50ms, max_interval: 200ms}",
        requestsPerSecond: 10,
        tracesPerRequest: 10,
      },
      () => {},
    );
    t.diagnostic(JSON.stringify(report));
  },
);
