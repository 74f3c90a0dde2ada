import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { MeasuredKind } from "../core/call-metrics.ts";
import type { JsonObject } from "../core/read.ts";
import type { ResultReader } from "../core/watch-result.ts";
import { converseCommand, converseStreamCommand } from "./converse.ts";
import { invokeCommand, invokeStreamCommand } from "./invoke.ts";

/** One call as its command describes it. */
export interface BedrockCall {
  readonly operation: string;
  readonly measured: MeasuredKind;
  readonly attributes: GenAiAttributes;
  readonly content: () => CallContent;
  readonly reader: ResultReader;
}

/** The commands that call a model, by the name of their class. */
export const bedrockCommands: Readonly<Record<string, (input: JsonObject) => BedrockCall>> = {
  ConverseCommand: converseCommand,
  ConverseStreamCommand: converseStreamCommand,
  InvokeModelCommand: invokeCommand,
  InvokeModelWithResponseStreamCommand: invokeStreamCommand,
};
