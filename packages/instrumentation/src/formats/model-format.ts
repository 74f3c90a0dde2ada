import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { MeasuredKind } from "../core/call-metrics.ts";
import type { Answer, ModelCall } from "../core/model-call.ts";
import type { JsonObject } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";

/** How one kind of request to a model, and what is answered to it, are read, whoever makes it. */
export interface ModelFormat {
  readonly operation: string;
  readonly measured: MeasuredKind;
  /** What follows the operation in the span's name, where that is not the model. */
  readonly subject?: (body: JsonObject) => string | undefined;
  readonly request: (body: JsonObject, provider: string) => GenAiAttributes;
  readonly content?: (body: JsonObject) => CallContent;
  readonly answer: (value: unknown, provider: string) => Answer;
  readonly chunks?: (call: ModelCall) => ChunkReader;
}
