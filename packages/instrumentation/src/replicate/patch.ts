import { context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { ModelCall } from "../core/model-call.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { endWhenLetGo, release } from "../core/open-calls.ts";
import { observeResponse } from "../core/observe-api-promise.ts";
import { isObject, objectOf, parsedOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { fetchedPrediction, predictionAnswer, predictionFailure } from "../formats/replicate.ts";
import { progressKey, type Progress } from "./progress.ts";
import { createdModel, startPrediction, startWait } from "./start-call.ts";
import { watchSteps } from "./watch-steps.ts";

type Method = (this: unknown, ...parameters: readonly unknown[]) => unknown;

/** Wraps the methods of the class's prototype that all others come down to. Gives back what undoes it. */
export function patchReplicate(module: unknown, telemetry: Telemetry): () => void {
  const prototype = prototypeOf(module);
  const wraps: Readonly<Record<string, (original: Method) => Method>> = {
    run: (original) => watchedRun(original, telemetry),
    stream: (original) => watchedStream(original, telemetry),
    wait: (original) => watchedWait(original, telemetry),
    request: (original) => watchedRequest(original, telemetry),
  };
  const undo = Object.entries(wraps).map(([name, wrap]) => wrapMethod(prototype, name, wrap));
  return () => {
    for (const step of undo) step?.();
  };
}

/** `module.exports` of the package is the class; an import of it has it as its default. */
function prototypeOf(module: unknown): unknown {
  const held = isObject(module) && "default" in module ? module["default"] : module;
  return typeof held === "function" ? held.prototype : isObject(held) ? Object.getPrototypeOf(held) : undefined;
}

function watchedRun(original: Method, telemetry: Telemetry): Method {
  return function (...parameters) {
    const [model, body] = parameters;
    const start = (): ModelCall => startPrediction(telemetry, this, stringOf(model), objectOf(body));
    return within(start, () => Reflect.apply(original, this, parameters), predictionAnswer);
  };
}

function watchedWait(original: Method, telemetry: Telemetry): Method {
  return function (...parameters) {
    const start = (): ModelCall | undefined => startWait(telemetry, this, parameters[0]);
    return within(start, () => Reflect.apply(original, this, parameters), fetchedPrediction);
  };
}

/** Runs a method that gives a promise, and ends the call with the last prediction that its requests came to. */
function within(start: () => ModelCall | undefined, run: () => unknown, answer: typeof predictionAnswer): unknown {
  if (isRecordedElsewhere(context.active())) return run();
  const call = guard("starting a model call", start);
  if (call === undefined) return run();
  const progress: Progress = { prediction: undefined };
  const result = context.with(call.context.setValue(progressKey, progress), run);
  if (!(result instanceof Promise)) return result;
  return result.then(
    (value: unknown) => {
      guard("reading an answer", () => call.end(answer(progress.prediction)));
      return value;
    },
    (error: unknown) => {
      const { prediction } = progress;
      guard("reading an error", () => call.fail(predictionFailure(prediction) ?? error, answer(prediction)));
      throw error;
    },
  );
}

/** A prediction that is made by itself: it ends when the answer is read. */
function watchedRequest(original: Method, telemetry: Telemetry): Method {
  return function (...parameters) {
    const send = (): unknown => Reflect.apply(original, this, parameters);
    const progress = context.active().getValue(progressKey);
    if (progress !== undefined) return withResponse(send(), (body) => ((progress as Progress).prediction = body));
    if (isRecordedElsewhere(context.active())) return send();
    const [route, options] = parameters;
    const call = guard("starting a model call", () => {
      const created = createdModel(route, objectOf(options));
      if (created === undefined) return undefined;
      return startPrediction(telemetry, this, created.model, objectOf(objectOf(options)["data"]));
    });
    if (call === undefined) return send();
    const sent = context.with(call.context, send);
    return sent instanceof Promise ? sent.then(...creation(call)) : sent;
  };
}

function creation(call: ModelCall): [(response: unknown) => unknown, (error: unknown) => never] {
  const ended = (body: unknown): void => {
    release(call);
    const failure = predictionFailure(body);
    if (failure === undefined) call.end(predictionAnswer(body));
    else call.fail(failure, predictionAnswer(body));
  };
  return [
    (response) => {
      guard("watching a response", () => {
        if (typeof response !== "object" || response === null) {
          call.end();
          return;
        }
        call.touch();
        endWhenLetGo(response, { call });
        observeResponse(
          response,
          (body) => ended(parsedOf(body)),
          (error) => call.fail(error),
          () => ended(undefined),
        );
      });
      return response;
    },
    (error) => {
      call.fail(error);
      throw error;
    },
  ];
}

/** Shows what is read of a response's JSON. */
function withResponse(sent: unknown, seen: (body: unknown) => void): unknown {
  if (!(sent instanceof Promise)) return sent;
  return sent.then((response: unknown) => {
    guard("watching a response", () => {
      if (typeof response !== "object" || response === null) return;
      replaceMethod(
        response,
        "json",
        (json) =>
          function () {
            return (Reflect.apply(json, this, []) as Promise<unknown>).then((body) => {
              seen(body);
              return body;
            });
          },
      );
    });
    return response;
  });
}

function watchedStream(original: Method, telemetry: Telemetry): Method {
  return function (...parameters) {
    const generator = Reflect.apply(original, this, parameters);
    if (isRecordedElsewhere(context.active()) || !isObject(generator)) return generator;
    const [model, body] = parameters;
    const start = (): ModelCall => startPrediction(telemetry, this, stringOf(model), objectOf(body), true);
    guard("watching a stream", () => watchSteps(generator, start));
    return generator;
  };
}
