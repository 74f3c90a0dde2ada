import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { canonicalJson } from "./canonical-json.ts";
import { tryInOtelcol } from "./running-otelcol.ts";
import { allTrials, generatedTrials, readDifferences, tryHere } from "./trials.ts";

const cases = allTrials();
const generated = generatedTrials();
const trials = [...cases, ...generated];
// each of the two is of one request
const theirs = [...(await tryInOtelcol(cases)), ...(await tryInOtelcol(generated))];
const differences = readDifferences();
const signalOf = { traces: Signal.traces, metrics: Signal.metrics, logs: Signal.logs } as const;

/** An outcome to be compared: nothing is left, or it was refused, or what is left. */
function shown(outcome: Awaited<ReturnType<typeof tryInOtelcol>>[number], signal: Signal): unknown {
  if ("refused" in outcome) return "refused";
  const json = canonicalJson(signal, outcome.bytes);
  return json === undefined || Object.keys(Object(json)).length === 0 ? "nothing" : json;
}

describe("processors beside the Collector's own", () => {
  for (const [i, trial] of trials.entries()) {
    const why = differences.find((one) => one.trials.includes(trial.name))?.why;
    it(`${trial.name}${why === undefined ? "" : ` differs: ${why}`}`, () => {
      const signal = signalOf[trial.signal];
      const here = shown(tryHere(trial), signal);
      const there = shown(theirs[i]!, signal);
      if (why === undefined) assert.deepEqual(here, there);
      else assert.notDeepEqual(here, there, "listed as a difference, and is none");
    });
  }

  it("has no difference listed of what is not tried", () => {
    const known = new Set(trials.map(({ name }) => name));
    const unknown = differences.flatMap((one) => one.trials).filter((name) => !known.has(name));
    assert.deepEqual(unknown, []);
  });
});
