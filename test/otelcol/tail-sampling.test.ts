import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { indexTraces, readHex } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { probabilistic } from "../../packages/collector/src/processors/tail-sampling/policies/probabilistic.ts";
import {
  type PolicyCase,
  readPolicyCases,
  requestOf,
} from "../../packages/collector/src/processors/tail-sampling/testing/policy-cases.ts";
import { type Outcome, type Trial, tryInOtelcol } from "./running-otelcol.ts";

/** What depends on other traces or on time: the Collector gets all traces of all cases at once. */
const dependent = new Set(["rate_limiting", "bytes_limiting", "composite"]);

function isIndependent({ policies, traces }: PolicyCase): boolean {
  const types = JSON.stringify(policies).matchAll(/"type":"(?<type>[a-z_]+)"/gu);
  return (
    [...types].every(({ groups }) => !dependent.has(groups!["type"]!)) && traces.every(({ id }) => id === undefined)
  );
}

const cases = readPolicyCases("policies").filter(isIndependent);
const idOf = (index: number, trace: number): string =>
  `${index + 1}${String(trace).padStart(8, "0")}`.padStart(32, "0");
const shares = [1, 12.5, 50, 99] as const;
const ids = Array.from({ length: 3_000 }, (_, n) => {
  const word = (salt: number): string => (Math.imul(n + salt, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
  return `f${word(1).slice(1)}${word(7919)}${word(104_729)}${word(1_299_709)}`;
});
const request = Buffer.concat([
  ...cases.flatMap(({ traces }, index) =>
    traces.flatMap(({ spans }, trace) => spans.map((span) => requestOf(span, idOf(index, trace)))),
  ),
  aTraceRequest({ spans: ids.map((traceId) => ({ traceId })) }),
]);

function trialOf(policies: readonly unknown[], config: Readonly<Record<string, unknown>> = {}): Trial {
  return { signal: "traces", processors: [{ type: "tail_sampling", config: { ...config, policies } }], request };
}

function share(percentage: number): object {
  return { name: "share", type: "probabilistic", probabilistic: { sampling_percentage: percentage } };
}

function keptIds(outcome: Outcome): ReadonlySet<string> {
  assert.ok("bytes" in outcome, JSON.stringify(outcome));
  if (outcome.bytes === undefined) return new Set();
  const view = indexTraces(outcome.bytes);
  return new Set(
    Array.from({ length: view.spans.count }, (_, row) => readHex(view, view.spans.traceIdOffset[row]!, 16)),
  );
}

const theirs = await tryInOtelcol([
  ...cases.map(({ policies, config }) => trialOf(policies, config)),
  ...shares.map((percentage) => trialOf([share(percentage)])),
]);

describe("tail_sampling beside the Collector's own", () => {
  for (const [index, { name, traces }] of cases.entries()) {
    it(name, () => {
      const kept = keptIds(theirs[index]!);
      const here = traces.map((one) => one.kept !== false && one.kept !== "dropped");
      assert.deepEqual(
        traces.map((_one, trace) => kept.has(idOf(index, trace))),
        here,
      );
    });
  }

  for (const [index, percentage] of shares.entries()) {
    it(`keeps the same ${percentage} % of traces`, () => {
      const kept = keptIds(theirs[cases.length + index]!);
      const { evaluate } = probabilistic({ hash_salt: "", sampling_percentage: percentage });
      const here = ids.filter((id) => {
        const trace = { slot: 0, id: Buffer.from(id, "hex"), spanCount: 1, sizeBytes: 1, nowMs: 0 };
        return evaluate(trace).decision === "sampled";
      });
      assert.ok(here.length > 0);
      assert.deepEqual(
        ids.filter((id) => kept.has(id)),
        here,
      );
    });
  }
});
