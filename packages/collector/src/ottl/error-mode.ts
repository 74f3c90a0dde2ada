import type { Telemetry } from "../graph/telemetry.ts";

/** What becomes of an error: it is told and the next statement goes on, the same without a word, or the batch is refused. */
export const errorModes = ["ignore", "silent", "propagate"] as const;
export type ErrorMode = (typeof errorModes)[number];

/** Hears of a statement or condition that could not be carried out. */
export type OnError = (text: string, error: Error) => void;

/** Counts every error, and warns of each text's first: what is wrong with one item is mostly wrong with all. */
export function createErrorReport(
  id: string,
  { telemetry, warn }: { readonly telemetry: Telemetry; readonly warn: (message: string) => void },
): OnError {
  const errors = telemetry.counter("otelcol_processor_ottl_errors", { processor: id });
  const told = new Set<string>();
  return (text, { message }) => {
    errors.add(1);
    if (told.has(text)) return;
    told.add(text);
    warn(`failed to execute ${JSON.stringify(text)}: ${message} (told once; otelcol_processor_ottl_errors counts)`);
  };
}

/** What an error comes to under a mode: thrown, told or passed over. */
export function handleError(mode: ErrorMode, text: string, error: unknown, onError: OnError): void {
  if (mode === "propagate") throw error;
  if (mode === "ignore") onError(text, error instanceof Error ? error : new Error(String(error)));
}
