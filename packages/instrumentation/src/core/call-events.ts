import { toVersion } from "@genscope/semconv/genai";
import type { Context } from "@opentelemetry/api";
import { type CallStart, commonAttributes } from "./call-start.ts";
import { className, errorMessage } from "./error-type.ts";
import { messageEvents } from "./message-events.ts";
import { isObject } from "./read.ts";
import type { Telemetry } from "./telemetry.ts";

/** What was said, in the shapes of the conventions' JSON schemas. */
export interface CallContent {
  readonly "gen_ai.system_instructions"?: unknown;
  readonly "gen_ai.input.messages"?: unknown;
  readonly "gen_ai.output.messages"?: unknown;
  readonly "gen_ai.tool.definitions"?: unknown;
  readonly "gen_ai.retrieval.query.text"?: unknown;
  readonly "gen_ai.retrieval.documents"?: unknown;
}

/** The event of an exception: `gen_ai.client.operation.exception`, severity WARN. */
export function sendException(telemetry: Telemetry, context: Context, error: unknown, type: string): void {
  if (!telemetry.convention.exceptionEvent) return;
  const name = className(error);
  const stack = isObject(error) && typeof error["stack"] === "string" ? error["stack"] : undefined;
  telemetry.logger?.emit({
    eventName: "gen_ai.client.operation.exception",
    severityNumber: 13,
    attributes: {
      "exception.type": name === "_OTHER" ? type : name,
      "exception.message": telemetry.content.maskText(errorMessage(error)),
      ...(stack === undefined ? {} : { "exception.stacktrace": telemetry.content.maskText(stack) }),
    },
    context,
  });
}

/** The events that carry a call's details and content, if anybody asked for them. */
export function sendContent(
  telemetry: Telemetry,
  context: Context,
  start: CallStart,
  answer: Readonly<Record<string, unknown>>,
  content: CallContent | undefined,
): void {
  const { mode, emitEvent } = telemetry.content;
  if (start.measured !== "inference") {
    sendStepContent(telemetry, context, start.operation, { ...content });
    return;
  }
  if (!emitEvent) return;
  const { logger, convention } = telemetry;
  if (logger === undefined) return;
  if (convention.contentEvents === "per-message") {
    for (const event of messageEvents(start.provider, mode.events ? (content ?? {}) : {})) {
      logger.emit({ ...event, context });
    }
    return;
  }
  logger.emit({
    eventName: "gen_ai.client.inference.operation.details",
    severityNumber: 5,
    attributes: toVersion(
      {
        ...commonAttributes(start),
        ...start.attributes,
        ...answer,
        ...(mode.events ? content : {}),
      },
      convention,
    ),
    context,
  });
}

/** The content of what is no inference, in an event of its own: the conventions' details event is for inferences. */
export function sendStepContent(
  telemetry: Telemetry,
  context: Context,
  operation: unknown,
  content: Readonly<Record<string, unknown>>,
): void {
  if (!telemetry.content.mode.events || Object.keys(content).length === 0) return;
  telemetry.logger?.emit({
    eventName: "genscope.step.details",
    severityNumber: 5,
    attributes: { ...(operation === undefined ? {} : { "gen_ai.operation.name": operation }), ...content },
    context,
  });
}
