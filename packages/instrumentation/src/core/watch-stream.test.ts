import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRecorder, type Recorder } from "../testing/recorder.ts";
import { ModelCall } from "./model-call.ts";
import { stopHolding } from "./open-calls.ts";
import { Telemetry } from "./telemetry.ts";
import { watchStream } from "./watch-stream.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let recorder: Recorder;
let telemetry: Telemetry;

class Chunks {
  readonly controller = new AbortController();
  readonly #make: () => AsyncIterator<string>;

  constructor(make: () => AsyncIterator<string>) {
    this.#make = make;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return this.#make();
  }
}

async function* twoChunks(): AsyncGenerator<string> {
  yield "one";
  yield "two";
}

function watch(stream: Chunks): { call: ModelCall; pushed: unknown[] } {
  const call = new ModelCall(telemetry, { operation: "chat", provider: "openai", measured: "inference" });
  const pushed: unknown[] = [];
  const chunks = { push: (chunk: unknown) => void pushed.push(chunk), answer: () => ({ attributes: {} }) };
  watchStream(call, stream, chunks, stream.controller.signal);
  return { call, pushed };
}

/** A stream that nobody has, and that its own signal leads to. */
function forgetOne(): void {
  const stream = new Chunks(twoChunks);
  stream.controller.signal.addEventListener("abort", () => assert.ok(stream));
  watch(stream);
}

describe("watchStream", () => {
  beforeEach(() => {
    recorder = createRecorder();
    telemetry = new Telemetry("test", "1");
    telemetry.setTracerProvider(recorder.tracerProvider);
  });

  for (const how of ["before it is watched for that", "when it is"]) {
    it(`ends the call of a stream that is aborted and tells its reader nothing, ${how}`, async () => {
      const stream = new Chunks(() => ({ next: () => new Promise(() => {}) }));
      watch(stream);
      void stream[Symbol.asyncIterator]().next();
      if (how === "when it is") stopHolding();
      assert.equal(recorder.spans.length, 0);
      stream.controller.abort();
      await setImmediate();
      await setImmediate();
      stopHolding();
      assert.equal(recorder.spans.length, 1);
      assert.equal(recorder.spans[0]?.attributes["error.type"], undefined);
    });
  }

  it("is told nothing after the end, whoever reads on", async () => {
    const stream = new Chunks(twoChunks);
    const { pushed } = watch(stream);
    for await (const chunk of stream) assert.equal(typeof chunk, "string");
    for await (const chunk of stream) assert.equal(typeof chunk, "string");
    stream.controller.abort();
    await setImmediate();
    assert.deepEqual(pushed, ["one", "two"]);
    assert.equal(recorder.spans.length, 1);
  });

  for (const isLong of [false, true]) {
    it(`lets go of a ${isLong ? "long " : ""}call that is over, though the stream and what aborts it live on`, async () => {
      const stream = new Chunks(twoChunks);
      const call = new WeakRef(watch(stream).call);
      const iterator = stream[Symbol.asyncIterator]();
      if (isLong) stopHolding();
      while ((await iterator.next()).done !== true);
      for (let round = 0; round < 20 && call.deref() !== undefined; round++) {
        await setImmediate();
        collectGarbage();
      }
      assert.equal(call.deref(), undefined);
      assert.equal(stream.controller.signal.aborted, false);
      assert.ok(iterator);
    });
  }

  it("does not keep a stream that its own signal leads to", async () => {
    forgetOne();
    stopHolding();
    for (let round = 0; round < 20 && recorder.spans.length === 0; round++) {
      await setImmediate();
      collectGarbage();
    }
    assert.equal(recorder.spans.length, 1);
  });
});
