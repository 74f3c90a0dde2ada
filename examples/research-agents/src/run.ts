import { setTimeout as sleep } from "node:timers/promises";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";
import { research } from "./research.ts";
import { inSpan } from "./spans.ts";
import { type Task, tasks } from "./tasks.ts";
import { otlpExporter, startTracing } from "./tracing.ts";
import { createWeb } from "./web.ts";

export interface RunOptions {
  /** Base URL of a model server in OpenAI's wire format. */
  readonly baseURL: string;
  /** OTLP/HTTP endpoint. Default: OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318. */
  readonly endpoint?: string;
  /** Where spans go in place of an OTLP endpoint. */
  readonly createExporter?: () => SpanExporter;
  /** How long the tools take, in milliseconds. */
  readonly latencyMs?: number;
  /** Called once per trace, as it ends. */
  readonly onTrace?: (trace: { traceId: string; title: string; ok: boolean; durationMs: number }) => void;
  /** Starts no further task once aborted. */
  readonly signal?: AbortSignal;
}

/** Has every task researched, one starting a moment after the other, and sends every span before it resolves. */
export async function run(options: RunOptions): Promise<void> {
  const createExporter = options.createExporter ?? (() => otlpExporter(options.endpoint));
  const tracing = startTracing(createExporter());
  const client = new OpenAI({ baseURL: options.baseURL, apiKey: process.env["OPENAI_API_KEY"] ?? "unused" });
  const latencyMs = options.latencyMs ?? 0;

  async function work({ text, userId, conversationId }: Task): Promise<void> {
    const startMs = performance.now();
    const attributes = {
      "gen_ai.operation.name": "invoke_workflow",
      "gen_ai.agent.name": "research",
      "gen_ai.conversation.id": conversationId,
      "user.id": userId,
    };
    let traceId = "";
    const ok = await inSpan(tracing.tracer, "invoke_workflow research", { attributes }, async (span) => {
      ({ traceId } = span.spanContext());
      await research({ tracer: tracing.tracer, client, conversationId }, createWeb(latencyMs), text);
      return true;
    }).catch(() => false);
    options.onTrace?.({ traceId, ok, title: `${userId} asks “${text}”`, durationMs: performance.now() - startMs });
  }

  try {
    await Promise.all(
      tasks.map(async (task, index) => {
        await sleep(index * latencyMs * 4);
        if (options.signal?.aborted !== true) await work(task);
      }),
    );
  } finally {
    await tracing.stop();
  }
}
