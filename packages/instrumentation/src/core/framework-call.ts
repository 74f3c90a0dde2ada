import { type Context, context as contextApi } from "@opentelemetry/api";
import { guard } from "./guard.ts";
import type { CallStart } from "./call-start.ts";
import { type Answer, ModelCall } from "./model-call.ts";
import { getModelRun, type ModelRun, setModelRun } from "./run-context.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * A call to a model that a framework makes, mostly by the model's own library. What is made in its context may be recorded there; what nothing below has recorded is recorded from here,
 * once it is over.
 */
export class FrameworkCall {
  readonly telemetry: Telemetry;
  /** In which the call is made. */
  readonly context: Context;
  readonly #start: CallStart;
  readonly #parent: Context;
  readonly #startedMs = performance.now();
  readonly #mark: ModelRun = { recorded: false };
  #firstChunkMs: number | undefined;
  #doneMs: number | undefined;
  #ended = false;

  constructor(telemetry: Telemetry, start: CallStart, parent: Context = contextApi.active()) {
    this.telemetry = telemetry;
    this.#start = start;
    this.#parent = parent;
    this.context = setModelRun(parent, this.#mark);
  }

  /** A chunk of a stream has arrived. */
  chunk(): void {
    this.#firstChunkMs ??= performance.now();
  }

  /** The model has said all it will, though the framework tells of the end later. */
  done(): void {
    this.#doneMs ??= performance.now();
  }

  /** The call is over: answered, or left by the caller with what had arrived. */
  end(answer?: () => Answer): void {
    this.#end((call) => call.end(answer?.(), this.#doneMs));
  }

  fail(error: unknown, answer?: () => Answer): void {
    this.#end((call) => call.fail(error, answer?.()));
  }

  #end(end: (call: ModelCall) => void): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#mark.recorded) {
      // a framework above this one must not record it, either
      const above = getModelRun(this.#parent);
      if (above !== undefined) above.recorded = true;
      return;
    }
    guard("recording a model call", () => {
      const attributes = { ...this.#start.attributes, ...this.#chunkAttributes() };
      const start = { ...this.#start, attributes, startedMs: this.#startedMs };
      end(contextApi.with(this.#parent, () => new ModelCall(this.telemetry, start)));
    });
  }

  #chunkAttributes(): CallStart["attributes"] {
    if (this.#firstChunkMs === undefined) return {};
    return {
      "gen_ai.request.stream": true,
      "gen_ai.response.time_to_first_chunk": (this.#firstChunkMs - this.#startedMs) / 1000,
    };
  }
}
