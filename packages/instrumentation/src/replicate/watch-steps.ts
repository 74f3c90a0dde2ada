import { context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { Answer, ModelCall } from "../core/model-call.ts";
import { observeIterator } from "../core/observe-stream.ts";
import { endWhenLetGo, release } from "../core/open-calls.ts";
import { objectOf } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import { predictionAnswer } from "../formats/replicate.ts";
import { type Progress, progressKey } from "./progress.ts";

/** A stream that is being read. */
interface Reading {
  readonly call: ModelCall;
  readonly events: ChunkReader;
  readonly progress: Progress;
}

/** Watches a generator of events. Nothing is asked before its first step, so that is where the call begins; one that is never read is none. */
export function watchSteps(generator: object, start: () => ModelCall): void {
  let reading: Reading | undefined;
  let isOver = false;

  const begin = (): Reading | undefined =>
    guard("starting a model call", () => {
      const call = start();
      const progress: Progress = { prediction: undefined };
      const events = readEvents(call, progress);
      endWhenLetGo(generator, { call, chunks: events });
      return { call, events, progress };
    });
  const end = (how: (open: Reading) => void): void => {
    isOver = true;
    if (reading === undefined) return;
    release(reading.call);
    how(reading);
  };

  observeIterator(
    generator,
    {
      item(event) {
        reading?.call.chunk();
        reading?.events.push(event);
      },
      done: () => end(({ call, events }) => call.end(events.answer())),
      left: () => end(({ call, events }) => call.end(events.answer())),
      failed: (error) => end(({ call, events }) => call.fail(error, events.answer())),
    },
    (run) => {
      if (!isOver) reading ??= begin();
      if (reading === undefined) return run();
      return context.with(reading.call.context.setValue(progressKey, reading.progress), run);
    },
  );
}

/** Puts the output together. Keeps it only if content is captured. */
function readEvents(call: ModelCall, progress: Progress): ChunkReader {
  const { mode } = call.telemetry.content;
  const keepText = mode.events || mode.spans;
  let text = "";
  let isDone = false;
  return {
    push(event) {
      const { event: name, data } = objectOf(event);
      // a stream that is done for a reason was cancelled, or failed
      if (name === "done") isDone = !/"reason"/u.test(String(data));
      else if (name === "output" && keepText) text += String(data);
    },
    answer(): Answer {
      const status = isDone ? "succeeded" : "processing";
      return predictionAnswer({ ...objectOf(progress.prediction), status, output: text });
    },
  };
}
