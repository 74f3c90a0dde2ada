import { EventEmitter } from "node:events";
import {
  guard,
  isApiPromise,
  isRecordedElsewhere,
  observeApiPromise,
  observeIterator,
  observeReadable,
  observeStream,
  replaceMethod,
  type StreamObserver,
} from "@genscope/instrumentation";
import { context } from "@opentelemetry/api";
import { type StepOptions, type StepKindName, stepKinds } from "./step-kinds.ts";
import { StepSpan } from "./step-span.ts";
import { stepTelemetry } from "./step-telemetry.ts";

/** Runs a function as a step. What it returns, throws, yields and resolves to is the caller's, unchanged; the step ends when that does. */
export function runStep(
  kindName: StepKindName,
  name: string,
  options: StepOptions,
  self: unknown,
  parameters: readonly unknown[],
  run: (...parameters: never[]) => unknown,
): unknown {
  const call = (): unknown => Reflect.apply(run, self, parameters);
  if (isRecordedElsewhere(context.active()) && kindName === "embedding") return call();
  const step = guard(
    "starting a step",
    () => new StepSpan(stepTelemetry(), stepKinds[kindName], name, options, parameters),
  );
  if (step === undefined) return call();
  let result: unknown;
  try {
    result = context.with(step.context, call);
  } catch (error) {
    step.fail(error);
    throw error;
  }
  return follow(step, result);
}

/** Ends the step with its result: now, or when the promise, generator or stream is done. */
function follow(step: StepSpan, result: unknown): unknown {
  if (typeof result !== "object" || result === null) {
    step.end(result);
    return result;
  }
  if (result instanceof Promise && result.constructor === Promise) {
    return result.then(
      (value: unknown) => followStream(step, value),
      (error: unknown) => {
        step.fail(error);
        throw error;
      },
    );
  }
  if (isApiPromise(result)) {
    observeApiPromise(result, {
      value: (value) => void followStream(step, value),
      failed: (error) => step.fail(error),
      response: () => step.end(undefined),
      consumed: () => {},
    });
    return result;
  }
  if ("then" in result && typeof result.then === "function") return followThenable(step, result);
  return followStream(step, result);
}

/** A query builder, say: it starts when somebody asks for its value, and may never. */
function followThenable(step: StepSpan, thenable: object): object {
  replaceMethod(
    thenable,
    "then",
    (then) =>
      function (onValue, onError, ...more) {
        const watchedValue = (value: unknown): unknown => {
          followStream(step, value);
          return typeof onValue === "function" ? (onValue as (value: unknown) => unknown)(value) : value;
        };
        const watchedError = (error: unknown): unknown => {
          step.fail(error);
          if (typeof onError === "function") return (onError as (error: unknown) => unknown)(error);
          throw error;
        };
        return context.with(step.context, () => Reflect.apply(then, this, [watchedValue, watchedError, ...more]));
      },
  );
  return thenable;
}

/** At most so many items of a stream are kept for the output. */
const keptItems = 1000;

function collector(step: StepSpan): StreamObserver {
  const items: unknown[] = [];
  const end = (): void => step.end(items.every((item) => typeof item === "string") ? items.join("") : items);
  return {
    item: (item) => void (items.length < keptItems && items.push(item)),
    done: end,
    left: end,
    failed: (error) => step.fail(error),
  };
}

function followStream(step: StepSpan, value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    step.end(value);
    return value;
  }
  const followed = guard("following a stream", () => observeAny(step, value));
  if (followed !== true) step.end(value);
  return value;
}

/** Whether the value is something that goes on, and is being watched. */
function observeAny(step: StepSpan, value: object): boolean {
  const within = (run: () => unknown): unknown => context.with(step.context, run);
  if (isIterator(value)) {
    observeIterator(value, collector(step), within);
    return true;
  }
  if (value instanceof ReadableStream) {
    observeReadable(value, collector(step));
    return true;
  }
  if (value instanceof EventEmitter && Symbol.asyncIterator in value) {
    // the monitor's symbol: a listener for `error` would keep the application's own errors from being thrown
    const { errorMonitor } = EventEmitter as unknown as { errorMonitor: symbol };
    value.once(errorMonitor, (error: unknown) => step.fail(error));
    value.once("close", () => step.end(undefined));
    return true;
  }
  if (Symbol.asyncIterator in value) {
    observeStream(value, collector(step), "iterator" in value ? "iterator" : Symbol.asyncIterator);
    return true;
  }
  return false;
}

/** Generators, sync and async: iterators that are their own iterables. Arrays and maps are values. */
function isIterator(value: object): boolean {
  return (
    "next" in value && typeof value.next === "function" && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}
