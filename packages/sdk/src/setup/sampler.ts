import { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler } from "@opentelemetry/sdk-trace";
import { HeadSampler, type HeadSamplingOptions } from "../sampling/head-sampler.ts";
import type { Sampler } from "../tracer/recording-tracer.ts";
import { type Env, readNumber, readWords } from "./read-env.ts";

const names = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** The sampler that the code asks for, else that of `OTEL_TRACES_SAMPLER` and its argument; `undefined` for what tracers do without: as the parent decided. */
export function createSampler(options: HeadSamplingOptions | undefined, env: Env): Sampler | undefined {
  if (options !== undefined) return new HeadSampler(options);
  const name = readWords(env, "OTEL_TRACES_SAMPLER", names)?.[0] ?? "parentbased_always_on";
  if (name === "parentbased_always_on") return undefined;
  const parentBased = name.startsWith("parentbased_");
  if (name.endsWith("traceidratio")) {
    return new HeadSampler({ ratio: Math.min(1, readNumber(env, "OTEL_TRACES_SAMPLER_ARG") ?? 1), parentBased });
  }
  const root = name.endsWith("always_off") ? new AlwaysOffSampler() : new AlwaysOnSampler();
  return parentBased ? new ParentBasedSampler({ root }) : root;
}
