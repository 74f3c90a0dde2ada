import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { ApiError, errorForStatus } from "./api-error.ts";
import { anthropicFormat } from "./api/anthropic-format.ts";
import { createAssistantsFormat } from "./api/assistants.ts";
import { createBedrockFormat } from "./api/bedrock-format.ts";
import { cohereFormat } from "./api/cohere-format.ts";
import { geminiFormat } from "./api/gemini-format.ts";
import { huggingFaceFormat } from "./api/huggingface-format.ts";
import { getModel, listModels } from "./api/model-list.ts";
import { ollamaFormat } from "./api/ollama-format.ts";
import { createMistralFormat } from "./api/mistral-format.ts";
import { createOpenAiFormat } from "./api/openai-format.ts";
import { createRealtime } from "./api/realtime.ts";
import { createReplicateFormat } from "./api/replicate-format.ts";
import { voyageFormat } from "./api/voyage-format.ts";
import { hash } from "./brain/text.ts";
import { type Fault, faultOf } from "./fault.ts";
import { type Pace, sendJson } from "./send.ts";
import type { WireFormat } from "./wire-format.ts";

export interface ModelServerOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Default: loopback. */
  readonly host?: string;
  /** How fast answers come: "instant" (the default) or about as fast as a real model. */
  readonly pace?: "instant" | "natural";
}

export interface ModelServer {
  /** To give to a client as its base URL: ends in `/v1`. */
  readonly url: string;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

const maxBodyBytes = 16 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBodyBytes) throw new ApiError(413, "invalid_request_error", "The request is larger than 16 MiB.");
    parts.push(part);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    throw new ApiError(400, "invalid_request_error", "We could not parse the JSON body of your request.");
  }
}

/** Starts a server that speaks the wire formats of model providers and answers the same request the same way every time. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const openAi = createOpenAiFormat();
  // the first that handles a path has it
  const formats: readonly WireFormat[] = [
    anthropicFormat,
    geminiFormat,
    ollamaFormat,
    cohereFormat,
    huggingFaceFormat,
    createReplicateFormat(),
    createBedrockFormat(),
    createMistralFormat(),
    voyageFormat,
    createAssistantsFormat(),
    openAi,
  ];
  let answered = 0;

  /** Differs from the last request's by a few tens of percent, as a real model's does, and is the same in every run. */
  function paceOf(id: string): Pace {
    if (options.pace !== "natural") return { firstChunkMs: 0, chunkMs: 0 };
    const seed = hash(id);
    return { firstChunkMs: 90 + (seed % 160), chunkMs: 3 + (seed % 5) };
  }

  async function handle(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://model-server");
    reply.setHeader("x-request-id", `req_${hash(`${url.pathname}${answered}`).toString(16).padStart(8, "0")}`);
    const format = formats.find((one) => request.method === "POST" && one.handles(url.pathname)) ?? openAi;
    let fault: Fault | undefined;
    try {
      if (request.method === "POST") {
        // Groq and Hugging Face have OpenAI's paths below others of their own
        const path = url.pathname.replace(/^\/(?:openai|hf-inference\/models\/.+)(?=\/v1\/)/u, "");
        const body = await readBody(request);
        fault = faultOf(request, url, format.modelOf(path, body));
        if (fault.status !== undefined) throw errorForStatus(fault.status);
        const serial = answered++;
        const id = `${hash(`${path} ${serial}`).toString(16).padStart(8, "0")}${serial.toString(16).padStart(8, "0")}`;
        const created = Math.floor(Date.now() / 1000);
        const { headers } = request;
        await format.post({
          path,
          query: url.searchParams,
          headers,
          body,
          id,
          created,
          fault,
          pace: paceOf(id),
          reply,
        });
        return;
      }
      fault = faultOf(request, url, "");
      if (fault.status !== undefined) throw errorForStatus(fault.status);
      if (request.method === "GET") {
        const call = {
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          pace: paceOf(url.pathname),
          reply,
        };
        for (const one of formats) {
          const answering = one.get?.(call);
          if (answering !== undefined) return await answering;
        }
      }
      const id = /^\/v1\/models\/(.+)$/u.exec(url.pathname)?.[1];
      if (request.method !== "GET" || (url.pathname !== "/v1/models" && id === undefined)) {
        const message = `Unknown request URL: ${request.method} ${url.pathname}.`;
        throw new ApiError(404, "invalid_request_error", message, { code: "unknown_url" });
      }
      await sendJson(reply, id === undefined ? listModels() : getModel(decodeURIComponent(id)), fault, 0);
    } catch (error) {
      if (reply.headersSent) reply.destroy();
      else format.sendError(reply, error instanceof ApiError ? error : errorForStatus(500), fault);
      if (!(error instanceof ApiError)) process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  // a client of a machine that is busy would find a connection closed that it was about to use
  const server = createServer({ keepAliveTimeout: 0 }, (request, reply) => void handle(request, reply));
  const realtime = createRealtime();
  server.on("upgrade", (request, socket, head) => realtime.upgrade(request, socket, head));
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}/v1`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
        realtime.close();
      }),
  };
}
