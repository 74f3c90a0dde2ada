import { type GenAiAttributes, inVersion, tokenTypeAttribute } from "@genscope/semconv/genai";
import type { Attributes } from "@opentelemetry/api";
import { type CallStart, commonAttributes } from "./call-start.ts";
import { put } from "./put.ts";
import type { Telemetry } from "./telemetry.ts";
import { byModality, type TokenUsage } from "./usage.ts";

/** Which duration metric an operation belongs to. */
export type MeasuredKind = "inference" | "embeddings" | "other";

export interface Measured {
  readonly kind: MeasuredKind;
  readonly seconds: number;
  readonly usage: TokenUsage | undefined;
  readonly errorType: string | undefined;
}

/** Records duration and tokens of a finished call as its version of the conventions has them. */
export function measureCall(telemetry: Telemetry, measured: Measured, start: CallStart, answer: GenAiAttributes): void {
  const { convention } = telemetry;
  const all = commonAttributes(start);
  put(all, "gen_ai.response.model", answer["gen_ai.response.model"]);
  put(all, "openai.response.service_tier", answer["openai.response.service_tier"]);
  put(all, "openai.response.system_fingerprint", answer["openai.response.system_fingerprint"]);
  const common = inVersion(all, convention) as Attributes;
  const withError = measured.errorType === undefined ? common : { ...common, "error.type": measured.errorType };
  telemetry.measure(convention.durationMetrics[measured.kind], measured.seconds, withError);
  if (measured.kind === "other") return;
  if (convention.tokenMetrics === "type") {
    measureByType(telemetry, measured.usage, common);
    return;
  }
  if (measured.kind === "embeddings") {
    if (measured.usage?.input !== undefined) {
      telemetry.measure("gen_ai.client.embeddings.operation.input_tokens", measured.usage.input, common);
    }
    return;
  }
  measureInferenceTokens(telemetry, measured.usage ?? {}, common, withError);
}

function measureByType(telemetry: Telemetry, usage: TokenUsage | undefined, attributes: Attributes): void {
  for (const type of ["input", "output"] as const) {
    const count = usage?.[type];
    if (count === undefined) continue;
    telemetry.measure("gen_ai.client.token.usage", count, { ...attributes, [tokenTypeAttribute]: type });
  }
}

function measureInferenceTokens(
  telemetry: Telemetry,
  usage: TokenUsage,
  common: Attributes,
  withError: Attributes,
): void {
  const count = (
    name: "input_tokens" | "output_tokens" | "cache_read.input_tokens" | "cache_write.input_tokens",
    parts: readonly (readonly [string, number])[],
  ): void => {
    for (const [modality, value] of parts) {
      const attributes = { ...common, "gen_ai.token.modality": modality };
      telemetry.measure(`gen_ai.client.inference.usage.${name}`, value, attributes);
    }
  };
  // every operation counts, one that failed or told no usage as 0 of an unknown kind
  count("input_tokens", byModality(usage.input ?? 0, usage.inputText, usage.inputImage, usage.inputAudio));
  count("output_tokens", byModality(usage.output ?? 0, usage.outputText, usage.outputImage, usage.outputAudio));
  if (usage.cacheRead !== undefined) count("cache_read.input_tokens", [["unknown", usage.cacheRead]]);
  if (usage.cacheWrite !== undefined) count("cache_write.input_tokens", [["unknown", usage.cacheWrite]]);
  if (usage.reasoning !== undefined) {
    telemetry.measure("gen_ai.client.inference.usage.reasoning.output_tokens", usage.reasoning, {
      ...common,
      "gen_ai.token.modality": "text",
    });
  }
  if (usage.input !== undefined) {
    telemetry.measure("gen_ai.client.inference.operation.input_tokens", usage.input, withError);
  }
  if (usage.output !== undefined) {
    telemetry.measure("gen_ai.client.inference.operation.output_tokens", usage.output, withError);
  }
}
