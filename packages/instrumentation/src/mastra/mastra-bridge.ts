import { context as contextApi } from "@opentelemetry/api";
import { objectOf } from "../core/read.ts";
import type { MastraTracer } from "./mastra-tracer.ts";

/** A bridge, as Mastra calls what takes its traces to another system and runs its work there. */
export interface MastraBridge {
  readonly name: string;
  /** Mastra keeps its own ids. */
  createSpan(): undefined;
  executeInContext<Result>(spanId: string, run: () => Promise<Result>): Promise<Result>;
  executeInContextSync<Result>(spanId: string, run: () => Result): Result;
  releaseSpan(spanId: string): void;
  onTracingEvent(event: unknown): void;
  exportTracingEvent(event: unknown): Promise<void>;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

export function createBridge(tracer: MastraTracer): MastraBridge {
  const onTracingEvent = (event: unknown): void => {
    const { type, exportedSpan } = objectOf(event);
    if (type === "span_started") {
      tracer.chunk(exportedSpan);
      tracer.start(exportedSpan);
    }
    if (type === "span_ended") tracer.end(exportedSpan);
  };
  return {
    name: "genscope",
    createSpan: () => undefined,
    executeInContext: (spanId, run) => contextApi.with(tracer.contextOf(spanId), run),
    executeInContextSync: (spanId, run) => contextApi.with(tracer.contextOf(spanId), run),
    releaseSpan: (spanId) => tracer.release(spanId),
    onTracingEvent,
    exportTracingEvent: async (event) => onTracingEvent(event),
    flush: async () => {},
    shutdown: async () => {},
  };
}
