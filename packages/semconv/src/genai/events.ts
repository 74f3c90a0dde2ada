import type { AttributeName } from "./attributes.ts";
import { type Requirements, spanConventions } from "./spans.ts";

/** One event (a log record with an event name). */
export interface EventConvention {
  readonly level: "recommended" | "opt-in";
  /** OpenTelemetry's severity number, where the conventions ask for one. */
  readonly severityNumber?: number;
  readonly attributes: Requirements;
}

const exception: Requirements = {
  "exception.type": "conditional",
  "exception.message": "conditional",
  "exception.stacktrace": "recommended",
};

export const eventConventions = {
  "gen_ai.client.inference.operation.details": {
    level: "opt-in",
    severityNumber: 5,
    attributes: spanConventions.inference.attributes,
  },
  "gen_ai.client.operation.exception": { level: "recommended", severityNumber: 13, attributes: exception },
  "gen_ai.execute_tool.exception": { level: "recommended", severityNumber: 13, attributes: exception },
  "gen_ai.evaluation.result": {
    level: "recommended",
    attributes: {
      "gen_ai.evaluation.name": "required",
      "gen_ai.evaluation.score.value": "conditional",
      "gen_ai.evaluation.score.label": "conditional",
      "gen_ai.evaluation.explanation": "recommended",
      "gen_ai.response.id": "recommended",
      "error.type": "conditional",
    },
  },
} as const satisfies Readonly<Record<string, EventConvention>>;

export type EventName = keyof typeof eventConventions;

/** Attributes that carry what people and models said: sent only where content capture is on. */
export const contentAttributes: readonly AttributeName[] = [
  "gen_ai.system_instructions",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.tool.definitions",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.retrieval.query.text",
  "gen_ai.retrieval.documents",
  "gen_ai.memory.query.text",
  "gen_ai.memory.records",
];
