import { context } from "@opentelemetry/api";
import { guard, reportFailure } from "../core/guard.ts";
import { isObject, type JsonObject, objectOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import type { ModuleLocal, ModuleLocals } from "../hook/on-module.ts";
import { AdoptedSpan } from "./adopted-span.ts";
import { hasToolsKey, LegacyRun } from "./legacy-run.ts";

type Local = (...given: readonly unknown[]) => unknown;

/** Functions of `ai` 5 and 6 that decide whether and what it traces. They are not exported. */
export const legacyLocals = ["getTracer", "selectTelemetryAttributes", "recordErrorOnSpan"] as const;

/** Has versions 5 and 6 trace every call that nobody opted out, or gave another tracer, to us. Gives back what undoes it; `undefined` if this is another version. */
export function adoptLegacy(locals: ModuleLocals, telemetry: Telemetry): (() => void) | undefined {
  const [getTracer, select, recordError] = legacyLocals.map((name) => locals[name]);
  if (getTracer === undefined || select === undefined || recordError === undefined) return undefined;
  const undo = [
    replace(getTracer, (original) => (...given) => {
      const isOwn = isOurs(given[0]) && !isRecordedElsewhere(context.active());
      return (isOwn ? guard("tracing the AI SDK", () => new LegacyRun(telemetry)) : undefined) ?? original(...given);
    }),
    replace(select, (original) => (...given) => {
      const { telemetry: settings, attributes } = objectOf(given[0]);
      return isOurs(settings)
        ? selected(original, objectOf(settings), objectOf(attributes), telemetry)
        : original(...given);
    }),
    replace(recordError, (original) => (...given) => {
      const [span, error] = given;
      return span instanceof AdoptedSpan ? span.failed(error) : original(...given);
    }),
  ];
  return () => {
    for (const step of undo) step();
  };
}

/** `settings`: `experimental_telemetry` of a call. */
function isOurs(settings: unknown): boolean {
  if (settings === undefined || settings === null) return true;
  return isObject(settings) && settings["isEnabled"] !== false && settings["tracer"] === undefined;
}

/** The attributes that would be traced, with content only if it is captured, whatever goes wrong in reading them. */
function selected(original: Local, settings: JsonObject, attributes: JsonObject, { content }: Telemetry): unknown {
  const captures = content.mode.events || content.mode.spans;
  const telemetry = {
    ...settings,
    isEnabled: true,
    recordInputs: captures && settings["recordInputs"] !== false,
    recordOutputs: captures && settings["recordOutputs"] !== false,
  };
  const more = guard("looking for tools", () => toolsIn(attributes)) ?? {};
  const add = (found: unknown): JsonObject => ({ ...objectOf(found), ...more });
  const failed = (error: unknown): JsonObject => {
    reportFailure("reading telemetry of the AI SDK", error);
    return add({});
  };
  try {
    const found = original({ telemetry, attributes });
    return found instanceof Promise ? found.then(add, failed) : add(found);
  } catch (error) {
    return failed(error);
  }
}

function toolsIn(attributes: JsonObject): JsonObject {
  const { input } = objectOf(attributes["ai.prompt.tools"]) as { input?: unknown };
  const tools: unknown = typeof input === "function" ? (input as Local)() : undefined;
  return Array.isArray(tools) && tools.length > 0 ? { [hasToolsKey]: true } : {};
}

function replace(local: ModuleLocal, wrap: (original: Local) => Local): () => void {
  const original = local.get() as Local;
  const wrapped = wrap(original);
  local.set(wrapped);
  return () => {
    if (local.get() === wrapped) local.set(original);
  };
}
