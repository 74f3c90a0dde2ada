import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";
import { type Env, readNumber, readWords } from "./read-env.ts";

const names = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** The sampler of `OTEL_TRACES_SAMPLER` and its argument; whatever the parent decided, and everything without one, if neither is set. */
export function createSampler(env: Env): Sampler {
  const name = readWords(env, "OTEL_TRACES_SAMPLER", names)?.[0] ?? "parentbased_always_on";
  const ratio = Math.min(1, readNumber(env, "OTEL_TRACES_SAMPLER_ARG") ?? 1);
  const root = name.endsWith("always_off")
    ? new AlwaysOffSampler()
    : name.endsWith("always_on")
      ? new AlwaysOnSampler()
      : new TraceIdRatioBasedSampler(ratio);
  return name.startsWith("parentbased_") ? new ParentBasedSampler({ root }) : root;
}
