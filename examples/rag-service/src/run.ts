import { setTimeout as sleep } from "node:timers/promises";
import { trace, type Tracer } from "@opentelemetry/api";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { tracedFetch } from "./http-spans.ts";
import { inSpan } from "./spans.ts";
import { startRagService } from "./service.ts";
import { otlpExporter, startTracing } from "./tracing.ts";
import { type Visitor, visitors } from "./visitors.ts";

export interface RunOptions {
  /** Base URL of a model server in OpenAI's wire format. */
  readonly baseURL: string;
  /** OTLP/HTTP endpoint. Default: OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318. */
  readonly endpoint?: string;
  /** Where spans go in place of an OTLP endpoint. */
  readonly createExporter?: () => SpanExporter;
  /** Time that a visitor takes to think before the next question, in milliseconds. */
  readonly thinkMs?: number;
  /** Called once per trace, as it ends. */
  readonly onTrace?: (trace: { traceId: string; title: string; ok: boolean; durationMs: number }) => void;
  /** Ends the run after the questions under way. */
  readonly signal?: AbortSignal;
}

/** Starts the service, lets the visitors ask their questions, and sends every span before it resolves. */
export async function run(options: RunOptions): Promise<void> {
  const createExporter = options.createExporter ?? (() => otlpExporter(options.endpoint));
  const service = startTracing("marlow-support", createExporter());
  const shop = startTracing("marlow-shop", createExporter());
  try {
    const startMs = performance.now();
    const rag = await startRagService(service.tracer, options.baseURL);
    options.onTrace?.({
      traceId: rag.indexTraceId,
      title: "index the manual",
      ok: true,
      durationMs: performance.now() - startMs,
    });
    try {
      await Promise.all(visitors.map((visitor) => visit(shop.tracer, rag.url, visitor, options)));
    } finally {
      await rag.close();
    }
  } finally {
    await Promise.all([service.stop(), shop.stop()]);
  }
}

/** The shop's side: each question is a span in the shop, and a request that carries the trace to the service. */
async function visit(tracer: Tracer, url: string, visitor: Visitor, options: RunOptions): Promise<void> {
  const request = tracedFetch(tracer);
  for (const [index, { text, fault }] of visitor.questions.entries()) {
    if (index > 0) await sleep((options.thinkMs ?? 0) * (1 + index / 4));
    if (options.signal?.aborted) return;
    const startMs = performance.now();
    const attributes = { "user.id": visitor.userId, "session.id": visitor.conversationId };
    const outcome = await inSpan(tracer, "ask support", { attributes }, async () => {
      const response = await request(`${url}/ask`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-user": visitor.userId,
          "x-conversation": visitor.conversationId,
          ...(fault === undefined ? {} : { "x-fault": fault }),
        },
        body: JSON.stringify({ question: text }),
      });
      await response.text();
      return { ok: response.ok, traceId: trace.getActiveSpan()?.spanContext().traceId ?? "" };
    });
    options.onTrace?.({
      ...outcome,
      title: `${visitor.userId} asks “${text}”`,
      durationMs: performance.now() - startMs,
    });
  }
}
