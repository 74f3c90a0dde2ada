import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stateful } from "../catalogue-entry.ts";
import { Catalogue } from "../catalogue.ts";
import { section } from "../config/fields.ts";
import { configOf } from "../testing/collector-harness.ts";
import { applyMaskingRule, type MaskingRule } from "./apply-masking-rule.ts";
import { planGraph } from "./plan.ts";

const never = (): never => {
  throw new Error("nothing runs here");
};
const catalogue = new Catalogue([
  stateful({ kind: "processors", type: "holds", signals: ["traces", "logs"], config: section({}) }, never),
]);

function yaml(pipelines: string): string {
  return `receivers: {otlp: {protocols: {http: }}, nop: }
processors: {genai_masking: , redaction: , batch: , holds: }
connectors: {forward: }
exporters: {nop: }
service: {pipelines: {${pipelines}}}
`;
}

async function ruled(rule: MaskingRule, pipelines: string) {
  const said: string[] = [];
  const config = await configOf(yaml(pipelines), catalogue);
  return { config, said, result: applyMaskingRule(config, catalogue, rule, (message) => said.push(message)) };
}

describe("pipelines in which nothing masks", () => {
  const unmasked =
    "traces: {receivers: [otlp], processors: [batch], exporters: [nop]}, " +
    "logs: {receivers: [otlp], processors: [genai_masking], exporters: [nop]}";

  it("run, with a warning that names them and the remedy", async () => {
    const { config, said, result } = await ruled("warn", unmasked);
    assert.equal(result, config);
    assert.equal(said.length, 1);
    assert.match(said[0]!, /redaction is in "traces": .* Put genai_masking first, or start with --mask$/);
  });

  it("are refused where masking is required", async () => {
    await assert.rejects(ruled("require", unmasked), /neither genai_masking nor redaction is in "traces"/);
  });

  it("are given masking in front of everything, if asked for", async () => {
    const { result } = await ruled("add", unmasked);
    assert.deepEqual(
      result.pipelines.map(({ processors }) => processors),
      [["genai_masking/added", "batch"], ["genai_masking"]],
    );
    const [traces] = planGraph(result, catalogue, false).pipelines;
    assert.deepEqual(
      traces!.prefix.map(({ id }) => id),
      ["genai_masking/added"],
    );
  });

  it("are not those that carry metrics, are fed by connectors, or redact", async () => {
    const { said } = await ruled(
      "warn",
      "traces: {receivers: [otlp], processors: [redaction], exporters: [forward]}, " +
        "traces/2: {receivers: [forward], exporters: [nop]}, traces/3: {receivers: [nop], exporters: [nop]}, " +
        "metrics: {receivers: [otlp], exporters: [nop]}",
    );
    assert.deepEqual(said, []);
  });
});

async function planned(processors: string, isStrict: boolean) {
  const config = await configOf(
    yaml(`traces: {receivers: [otlp], processors: ${processors}, exporters: [nop]}`),
    catalogue,
  );
  const plan = planGraph(config, catalogue, isStrict);
  const { prefix, steps } = plan.pipelines[0]!;
  return {
    prefix: prefix.map(({ id }) => id),
    steps: steps.map(({ id, behind }) => [id, ...behind.map((one) => one.id)]),
    notes: plan.notes,
  };
}

describe("masking behind state", () => {
  for (const isStrict of [false, true]) {
    it(`runs in front of it, since state is written to disk (${isStrict ? "" : "not "}strict)`, async () => {
      const { prefix, steps, notes } = await planned("[holds, genai_masking]", isStrict);
      assert.deepEqual([prefix, steps], [["genai_masking"], [["holds"]]]);
      assert.deepEqual(notes, ['"genai_masking" runs in front of "holds" in pipeline "traces"']);
    });
  }

  it("keeps its place if it is redaction, whose allowed keys a processor may need, and this is said", async () => {
    const { prefix, steps, notes } = await planned("[holds, redaction]", false);
    assert.deepEqual([prefix, steps], [[], [["holds", "redaction"]]]);
    assert.match(notes[0]!, /writes to disk, in front of "holds", what "redaction" takes out: put it first/);
  });
});
