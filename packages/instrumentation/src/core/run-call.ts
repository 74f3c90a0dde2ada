import { context } from "@opentelemetry/api";
import { guard } from "./guard.ts";
import type { ModelCall } from "./model-call.ts";
import { isRecordedElsewhere } from "./run-context.ts";
import { type ResultReader, watchPromise } from "./watch-result.ts";

/**
 * Makes a call in its own context and gives back what comes of it: a promise that ends the call, or what was thrown. Nothing is recorded where a layer above
 * does so, or where `start` gives nothing.
 */
export function runCall(
  start: () => ModelCall | undefined,
  run: () => unknown,
  readerOf: (call: ModelCall) => ResultReader,
): unknown {
  if (isRecordedElsewhere(context.active())) return run();
  const call = guard("starting a model call", start);
  if (call === undefined) return run();
  let result: unknown;
  try {
    result = context.with(call.context, run);
  } catch (error) {
    call.fail(error);
    throw error;
  }
  if (result instanceof Promise) return watchPromise(call, result, readerOf(call));
  call.end();
  return result;
}
