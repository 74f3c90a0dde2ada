import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRecorder, type Recorder } from "../testing/recorder.ts";
import { ModelCall } from "./model-call.ts";
import { endOpenCalls, endWhenLetGo, release, stopHolding } from "./open-calls.ts";
import { Telemetry } from "./telemetry.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let recorder: Recorder;
let telemetry: Telemetry;

function aCall(model: string): ModelCall {
  return new ModelCall(telemetry, { operation: "chat", provider: "openai", measured: "inference", model });
}

/** A call whose result nobody has. */
function forgotten(model: string): ModelCall {
  const call = aCall(model);
  endWhenLetGo({}, { call });
  return call;
}

function names(): readonly string[] {
  return recorder.spans.map(({ name }) => name);
}

async function collectUntilEnded(count: number): Promise<void> {
  for (let round = 0; round < 400 && recorder.spans.length < count; round++) {
    await wait(10);
    collectGarbage();
  }
}

describe("open calls", () => {
  beforeEach(() => {
    recorder = createRecorder();
    telemetry = new Telemetry("test", "1");
    telemetry.setTracerProvider(recorder.tracerProvider);
  });
  afterEach(() => endOpenCalls());

  it("end when their result is collected, which is held for a while", async () => {
    forgotten("a");
    collectGarbage();
    await wait(1);
    assert.deepEqual(names(), []);
    stopHolding();
    await collectUntilEnded(1);
    assert.deepEqual(names(), ["chat a"]);
  });

  it("need nobody to stop holding", async () => {
    forgotten("a");
    // full collections would only make the wait longer
    for (let round = 0; round < 400 && recorder.spans.length === 0; round++) {
      await wait(25);
      if (round % 20 === 19) collectGarbage();
    }
    assert.deepEqual(names(), ["chat a"]);
  });

  it("are left alone once released, held or not", async () => {
    const calls = ["a", "b", "c", "d"].map((model) => forgotten(model));
    release(calls[0]!);
    release(calls[2]!);
    release(calls[2]!);
    stopHolding();
    release(calls[3]!);
    await collectUntilEnded(1);
    endOpenCalls();
    assert.deepEqual(names(), ["chat b"]);
  });

  it("follow the last result they have", async () => {
    const call = forgotten("a");
    stopHolding();
    const kept = {};
    endWhenLetGo(kept, { call });
    stopHolding();
    collectGarbage();
    await wait(1);
    collectGarbage();
    await wait(1);
    assert.deepEqual(names(), []);
    assert.ok(kept);
  });

  it("end all when the process does, each once", () => {
    const calls = ["a", "b", "c"].map((model) => forgotten(model));
    stopHolding();
    forgotten("d");
    release(calls[1]!);
    endOpenCalls();
    endOpenCalls();
    assert.deepEqual(names().toSorted(), ["chat a", "chat c", "chat d"]);
  });
});
