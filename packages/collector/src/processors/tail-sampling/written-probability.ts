import { readString, type TraceView } from "@genscope/otlp";
import { combinedThreshold, formatOtTraceState, parseOtTraceState } from "@genscope/semconv/sampling";
import { parseTraceState, withTraceStateMember } from "../../ottl/paths/trace-state.ts";

/** Writes into trace states with which probability spans were kept, on top of what head samplers wrote there. */
export class WrittenProbability {
  readonly #onUnparseable: () => void;
  /** Most spans of a trace have the same. */
  #last: { readonly text: string; readonly probability: number; readonly written: string | undefined } | undefined;

  constructor(onUnparseable: () => void) {
    this.#onUnparseable = onUnparseable;
  }

  /** The trace state that a span gets; `undefined` if it stays as it is. */
  of(view: TraceView, row: number, probability: number): string | undefined {
    const { spans } = view;
    const text = readString(view, spans.traceStateOffset[row]!, spans.traceStateLength[row]!);
    if (this.#last?.text !== text || this.#last.probability !== probability) {
      this.#last = { text, probability, written: withProbability(text, probability) };
    }
    const { written } = this.#last;
    if (written === undefined) this.#onUnparseable();
    return written === text ? undefined : written;
  }
}

/** `undefined` for what is no trace state. */
function withProbability(text: string, probability: number): string | undefined {
  const members = parseTraceState(text);
  if (members === undefined) return undefined;
  const state = parseOtTraceState(members.get("ot"));
  const threshold = combinedThreshold(state.threshold, probability);
  if (threshold === state.threshold || threshold === undefined) return text;
  return withTraceStateMember(text, "ot", formatOtTraceState({ ...state, threshold }));
}
