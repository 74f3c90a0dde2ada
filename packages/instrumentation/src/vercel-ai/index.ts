import { claimAiSdkRequests } from "../core/ai-sdk-requests.ts";
import { isObject } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { packageVersion } from "../version.ts";
import { AiTelemetry } from "./ai-telemetry.ts";

export type VercelAiInstrumentationOptions = InstrumentationOptions;

/** Where `registerTelemetry` of the AI SDK keeps what was registered. */
const registry = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] };

/**
 * Traces the AI SDK (`ai`), version 7, through its interface for telemetry: nothing is patched. A call that has integrations of its own (`telemetry:
 * { integrations }`) or opts out is left alone, and so are all where `@ai-sdk/otel` is registered.
 */
export class VercelAiInstrumentation extends LibraryInstrumentation<VercelAiInstrumentationOptions> {
  constructor(options: VercelAiInstrumentationOptions = {}) {
    super("@genscope/instrumentation/vercel-ai", packageVersion, ["ai"], options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    // earlier versions have no such interface
    if (!isObject(module) || typeof module["registerTelemetry"] !== "function") return () => {};
    const integrations = (registry.AI_SDK_TELEMETRY_INTEGRATIONS ??= []);
    // several copies of the package share one list
    if (integrations.some((one) => one instanceof AiTelemetry)) return () => {};
    const own = new AiTelemetry(telemetry, () => integrations.some(isOpenTelemetry));
    integrations.push(own);
    const release = claimAiSdkRequests();
    return () => {
      release();
      const at = integrations.indexOf(own);
      if (at !== -1) integrations.splice(at, 1);
    };
  }
}

function isOpenTelemetry(integration: unknown): boolean {
  const name = (integration as { constructor?: { name?: string } } | undefined)?.constructor?.name ?? "";
  return name.endsWith("OpenTelemetry");
}
