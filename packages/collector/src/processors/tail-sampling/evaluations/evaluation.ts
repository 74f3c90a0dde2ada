import { type LogView, readString, type TraceView } from "@genscope/otlp";
import { numberAt } from "@genscope/semconv/wire";
import { textAt } from "../policies/text-at.ts";

/** What somebody or something thinks of a model's work: `gen_ai.evaluation.result`. */
export interface Evaluation {
  readonly name: string;
  /** NaN without one. */
  readonly score: number;
  readonly label: string;
}

export const evaluationEvent = "gen_ai.evaluation.result";
const nameKey = "gen_ai.evaluation.name";
const scoreKey = "gen_ai.evaluation.score.value";
const labelKey = "gen_ai.evaluation.score.label";

/** The evaluation in a list of attributes. */
export function evaluationAt(view: TraceView | LogView, first: number): Evaluation {
  const { attributes } = view;
  const found = { name: "", score: Number.NaN, label: "" };
  for (let row = first; row !== -1; row = attributes.next[row]!) {
    // no other key of so few letters need be read
    const length = attributes.keyLength[row]!;
    if (length < nameKey.length || length > labelKey.length) continue;
    const key = readString(view, attributes.keyOffset[row]!, length);
    if (key === nameKey) found.name = textAt(view, row);
    else if (key === labelKey) found.label = textAt(view, row);
    else if (key === scoreKey) found.score = numberAt(view.bytes, attributes, row);
  }
  return found;
}
