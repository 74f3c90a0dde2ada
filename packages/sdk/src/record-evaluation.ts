import { guard } from "@genscope/instrumentation";
import { context as contextApi, type SpanContext, trace } from "@opentelemetry/api";
import { stepTelemetry } from "./step/step-telemetry.ts";

/** A judgement of something a model did, by a program or a person. */
export interface Evaluation {
  /** What was judged: `relevance`, `user_feedback`. */
  readonly name: string;
  readonly score?: number;
  readonly label?: string;
  readonly explanation?: string;
  /** The model's own id of its answer, where the span is not known. */
  readonly responseId?: string;
}

/** Where the judged span is; keep {@link currentSpan} with the answer to have it later. */
export type SpanReference = Pick<SpanContext, "traceId" | "spanId">;

/** The span that is active now, to be kept with what is shown to the user. `undefined` outside of any. */
export function currentSpan(): SpanReference | undefined {
  const found = trace.getActiveSpan()?.spanContext();
  return found === undefined ? undefined : { traceId: found.traceId, spanId: found.spanId };
}

/** Attaches an evaluation to a span, finished or not, as the event `gen_ai.evaluation.result`. Without a span it belongs to the active one. */
export function recordEvaluation(evaluation: Evaluation, span?: SpanReference): void {
  guard("recording an evaluation", () => {
    const { content, logger } = stepTelemetry();
    const active = contextApi.active();
    const context =
      span === undefined ? active : trace.setSpanContext(active, { ...span, traceFlags: 1, isRemote: true });
    const { name, score, label, explanation, responseId } = evaluation;
    logger?.emit({
      eventName: "gen_ai.evaluation.result",
      attributes: {
        "gen_ai.evaluation.name": name,
        ...(score === undefined ? {} : { "gen_ai.evaluation.score.value": score }),
        ...(label === undefined ? {} : { "gen_ai.evaluation.score.label": label }),
        ...(explanation === undefined ? {} : { "gen_ai.evaluation.explanation": content.maskText(explanation) }),
        ...(responseId === undefined ? {} : { "gen_ai.response.id": responseId }),
      },
      context,
    });
  });
}

/** A user's opinion of an answer: an evaluation by the name of `user_feedback`. */
export function recordFeedback(feedback: Omit<Evaluation, "name">, span?: SpanReference): void {
  recordEvaluation({ name: "user_feedback", ...feedback }, span);
}
