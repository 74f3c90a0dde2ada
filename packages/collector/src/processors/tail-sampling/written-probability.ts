import { readString, type TraceView } from "@genscope/otlp";
import { combinedThreshold, formatOtTraceState, parseOtTraceState } from "@genscope/semconv/sampling";
import { parseTraceState, withTraceStateMember } from "../../ottl/paths/trace-state.ts";

const mostProbabilities = 1_000;

/** Writes into trace states with which probability spans were kept, on top of what head samplers wrote there. */
export class WrittenProbability {
  readonly #onUnparseable: () => void;
  /** By probability: what the last span had, for most of the next ones have the same. */
  readonly #last = new Map<number, { text: string; written: string | undefined }>();

  constructor(onUnparseable: () => void) {
    this.#onUnparseable = onUnparseable;
  }

  /** The trace state that a span gets; `undefined` if it stays as it is. */
  of(view: TraceView, row: number, probability: number): string | undefined {
    const { spans } = view;
    const text = readString(view, spans.traceStateOffset[row]!, spans.traceStateLength[row]!);
    let last = this.#last.get(probability);
    if (last === undefined || last.text !== text) {
      if (this.#last.size >= mostProbabilities) this.#last.clear();
      last = { text, written: withProbability(text, probability) };
      this.#last.set(probability, last);
    }
    const { written } = last;
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
