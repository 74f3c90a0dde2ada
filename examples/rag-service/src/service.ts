import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { trace, type Tracer } from "@opentelemetry/api";
import OpenAI from "openai";
import { createAsk, type Question } from "./ask.ts";
import { documents } from "./documents.ts";
import { inServerSpan, tracedFetch } from "./http-spans.ts";
import { createModels } from "./model.ts";
import { fail, inSpan } from "./spans.ts";
import { createVectorStore } from "./vector-store.ts";

export interface RagService {
  readonly url: string;
  /** Of the trace in which the manual was indexed. */
  readonly indexTraceId: string;
  close(): Promise<void>;
}

/** Indexes the manual, then answers `POST /ask` on a free loopback port. */
export async function startRagService(tracer: Tracer, baseURL: string): Promise<RagService> {
  const client = new OpenAI({
    baseURL,
    apiKey: process.env["OPENAI_API_KEY"] ?? "unused",
    maxRetries: 1,
    fetch: tracedFetch(tracer),
  });
  const models = createModels(tracer, client);
  let indexTraceId = "";
  const vectors = await inSpan(
    tracer,
    "index manual",
    { attributes: { "app.documents": documents.length } },
    (span) => {
      indexTraceId = span.spanContext().traceId;
      return models.embed(documents.map(({ title, text }) => `${title}. ${text}`));
    },
  );
  const ask = createAsk(tracer, models, createVectorStore(tracer, "marlow-manual", documents, vectors));

  async function answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const span = trace.getActiveSpan();
    try {
      const question = await readQuestion(request);
      span?.setAttributes({ "user.id": header(request, "x-user"), "session.id": question.conversationId });
      send(reply, 200, await ask(question));
    } catch (error) {
      const known = error instanceof BadQuestion;
      if (span !== undefined && !known) fail(span, error);
      send(reply, known ? 400 : 502, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  const server = createServer((request, reply) => {
    if (request.method === "POST" && request.url === "/ask") {
      void inServerSpan(tracer, request, reply, "/ask", () => answer(request, reply));
    } else send(reply, 404, { error: "POST /ask is all there is" });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    indexTraceId,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class BadQuestion extends Error {}

async function readQuestion(request: IncomingMessage): Promise<Question> {
  request.setEncoding("utf8");
  let body = "";
  for await (const part of request) body += part;
  const sent: unknown = JSON.parse(body);
  if (typeof sent !== "object" || sent === null || !("question" in sent) || typeof sent.question !== "string") {
    throw new BadQuestion("question must be a text");
  }
  const fault = header(request, "x-fault");
  return {
    text: sent.question,
    conversationId: header(request, "x-conversation"),
    modelHeaders: fault === "" ? {} : { "x-fault": fault },
  };
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function send(reply: ServerResponse, status: number, value: unknown): void {
  reply.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
