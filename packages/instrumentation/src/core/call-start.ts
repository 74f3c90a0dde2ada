import { type Convention, type GenAiAttributes, inVersion } from "@genscope/semconv/genai";
import type { Attributes } from "@opentelemetry/api";
import type { CallContent } from "./call-events.ts";
import type { MeasuredKind } from "./call-metrics.ts";
import type { WritableAttributes } from "./put.ts";
import { type RunContext, runAttributes } from "./run-context.ts";

/** What is known of a call to a model before it is made. */
export interface CallStart {
  readonly operation: string;
  readonly provider: string;
  readonly measured: MeasuredKind;
  readonly model?: string | undefined;
  /** What follows the operation in the span's name, where that is not the model. */
  readonly subject?: string | undefined;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  readonly attributes?: GenAiAttributes;
  /** When it began, by `performance.now()`, where that is told afterwards. */
  readonly startedMs?: number | undefined;
  /** What is sent to the model. Called at once, and only if content is captured: the caller may change its messages while it waits. */
  readonly content?: (() => CallContent) | undefined;
}

/** What spans, metrics and events of a call all have. */
export function commonAttributes({
  operation,
  provider,
  model,
  serverAddress,
  serverPort,
}: CallStart): WritableAttributes {
  const out: WritableAttributes = { "gen_ai.operation.name": operation, "gen_ai.provider.name": provider };
  if (model !== undefined) out["gen_ai.request.model"] = model;
  if (serverAddress !== undefined) out["server.address"] = serverAddress;
  if (serverPort !== undefined) out["server.port"] = serverPort;
  return out;
}

/** What its span begins with. */
export function startAttributes(start: CallStart, run: RunContext | undefined, convention: Convention): Attributes {
  const out: Record<string, unknown> = commonAttributes(start);
  if (run !== undefined) Object.assign(out, runAttributes(run));
  const { attributes } = start;
  for (const name in attributes) {
    const value = attributes[name as keyof GenAiAttributes];
    if (value !== undefined) out[name] = value;
  }
  return inVersion(out, convention);
}
