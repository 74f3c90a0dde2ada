import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aTraceRequest } from "@genscope/otlp/testing";
import { tailSamplingComponent, type TailSamplingConfig } from "./config.ts";
import { SamplingDryRun } from "./sampling-dry-run.ts";

describe("a dry run of tail sampling", () => {
  it("counts what each policy would keep", () => {
    const config = tailSamplingComponent.config.parse({
      policies: [
        { name: "errors", type: "status_code", status_code: { status_codes: ["ERROR"] } },
        {
          name: "chats",
          type: "string_attribute",
          string_attribute: { key: "gen_ai.operation.name", values: ["chat"] },
        },
        {
          name: "health",
          type: "drop",
          drop: {
            drop_sub_policy: [
              { name: "h", type: "string_attribute", string_attribute: { key: "k", values: ["health"] } },
            ],
          },
        },
        {
          name: "bad",
          type: "ottl_condition",
          ottl_condition: { error_mode: "propagate", span: ['Int(ParseJSON(attributes["j"])) == 1'] },
        },
      ],
    }) as TailSamplingConfig;
    const run = new SamplingDryRun(config);
    const chat = { "gen_ai.operation.name": "chat" };
    assert.equal(run.add(aTraceRequest({ spans: [{ status: { code: 2 }, attributes: chat }, {}] }))?.policy, "errors");
    assert.equal(run.add(aTraceRequest({ spans: [{ attributes: chat }] }))?.policy, "chats");
    assert.equal(run.add(aTraceRequest({ spans: [{ attributes: { k: "health" } }] }))?.decision, "dropped");
    assert.equal(run.add(aTraceRequest({ spans: [] })), undefined);
    const { traces, spans, kept, policies } = run.report();
    assert.deepEqual([traces, spans, kept.traces, kept.spans], [3, 4, 2, 3]);
    assert.deepEqual(
      policies.map(({ policy, sampled, dropped, keeps }) => [policy, sampled, dropped, keeps]),
      [
        ["health", 0, 1, 0],
        ["errors", 1, 0, 1],
        ["chats", 2, 0, 1],
        ["bad", 0, 0, 0],
      ],
    );
    assert.equal(policies.at(-1)?.errors, 2);
  });
});
