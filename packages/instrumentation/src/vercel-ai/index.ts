import { claimAiSdkRequests } from "../core/ai-sdk-requests.ts";
import { isObject } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import type { ModuleLocals } from "../hook/on-module.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { AiTelemetry } from "./ai-telemetry.ts";
import { adoptLegacy, legacyLocals } from "./legacy-functions.ts";

export type VercelAiInstrumentationOptions = InstrumentationOptions;

/** Where `registerTelemetry` of the AI SDK keeps what was registered. */
const registry = globalThis as { AI_SDK_TELEMETRY_INTEGRATIONS?: unknown[] };

/**
 * Traces the AI SDK (`ai`). Version 7 through its interface for telemetry: nothing is patched; a call that has integrations of its own (`telemetry:
 * { integrations }`) or opts out is left alone, and so are all where `@ai-sdk/otel` is registered. Versions 5 and 6 through what they trace themselves, switched on for every call
 * that does not opt out (`experimental_telemetry: { isEnabled: false }`) or name a tracer: only where they are loaded after this.
 */
export class VercelAiInstrumentation extends LibraryInstrumentation<VercelAiInstrumentationOptions> {
  constructor(options: VercelAiInstrumentationOptions = {}) {
    super("@genscope/instrumentation/vercel-ai", packageVersion, specifiersOf("vercel-ai"), options, legacyLocals);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(
    module: unknown,
    telemetry: Telemetry,
    _options: VercelAiInstrumentationOptions,
    _specifier?: string,
    locals: ModuleLocals = {},
  ): () => void {
    if (!isObject(module)) return () => {};
    if (typeof module["registerTelemetry"] !== "function") {
      const undo = adoptLegacy(locals, telemetry);
      if (undo === undefined) return () => {};
      const release = claimAiSdkRequests();
      return () => {
        release();
        undo();
      };
    }
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
