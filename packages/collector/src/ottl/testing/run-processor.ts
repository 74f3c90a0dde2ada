import type { z } from "zod";
import { type Signal, encode } from "@genscope/otlp";
import type { ComponentType } from "../../components.ts";
import { createTelemetry, type Telemetry } from "../../graph/telemetry.ts";
import type { StatelessFactory } from "../../processors/stateless.ts";
import { batchOf } from "./case-input.ts";

export interface ProcessorRun {
  /** What is wrong with the configuration; nothing of the rest then. */
  readonly problems: readonly string[];
  readonly bytes: Uint8Array;
  readonly warnings: readonly string[];
  readonly telemetry: Telemetry;
}

/** Has a processor of this configuration handle a request. */
export function runProcessor<Config>(
  component: ComponentType,
  factory: StatelessFactory<Config>,
  config: unknown,
  signal: Signal,
  request: Uint8Array,
): ProcessorRun {
  const warnings: string[] = [];
  const telemetry = createTelemetry();
  const parsed: z.ZodSafeParseResult<unknown> = component.config.safeParse(config);
  const problems = parsed.success
    ? (component.check?.(parsed.data) ?? [])
    : parsed.error.issues.map(({ path, message }) => `'${path.join(".")}' ${message}`);
  if (problems.length > 0) return { problems, bytes: request, warnings, telemetry };
  const warn = (message: string): void => void warnings.push(message);
  const processor = factory(parsed.data as Config, { id: component.type, telemetry, warn });
  const batch = batchOf(signal, request);
  const rewritten = processor.process(batch);
  const bytes = rewritten === undefined ? encode(batch.view, batch.edits).slice() : rewritten.slice();
  return { problems: [], bytes, warnings, telemetry };
}
