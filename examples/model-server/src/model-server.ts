import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { ApiError, errorForStatus } from "./api-error.ts";
import { chatChunks, chatCompletion, type AnswerHead } from "./api/chat-completion.ts";
import { readChatRequest } from "./api/chat-request.ts";
import { createEmbeddings } from "./api/embeddings.ts";
import { getModel, listModels } from "./api/model-list.ts";
import { response, responseEvents } from "./api/response.ts";
import { readResponsesRequest } from "./api/responses-request.ts";
import type { Turn } from "./brain/prompt.ts";
import { countReplyTokens, respond } from "./brain/respond.ts";
import { hash } from "./brain/text.ts";
import { type Fault, faultOf } from "./fault.ts";
import { isObject } from "./read.ts";
import { type Pace, sendError, sendEvents, sendJson } from "./send.ts";

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
/** Answers of the Responses API that a later request may build on. */
const maxHistory = 1000;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBodyBytes) throw new ApiError(413, "invalid_request_error", "The request is larger than 16 MiB.");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    throw new ApiError(400, "invalid_request_error", "We could not parse the JSON body of your request.");
  }
}

/** Starts a server that speaks OpenAI's wire format and answers the same request the same way every time. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const history = new Map<string, readonly Turn[]>();
  let answered = 0;

  function remember(id: string, turns: readonly Turn[]): void {
    history.set(id, turns);
    const [oldest] = history.keys();
    if (history.size > maxHistory && oldest !== undefined) history.delete(oldest);
  }

  /** Differs from the last request's by a few tens of percent, as a real model's does, and is the same in every run. */
  function paceOf(head: AnswerHead): Pace {
    if (options.pace !== "natural") return { firstChunkMs: 0, chunkMs: 0 };
    const seed = hash(head.id);
    return { firstChunkMs: 90 + (seed % 160), chunkMs: 3 + (seed % 5) };
  }

  async function post(path: string, body: unknown, fault: Fault, reply: ServerResponse): Promise<void> {
    if (fault.status !== undefined) throw errorForStatus(fault.status);
    const serial = answered++;
    const id = `${hash(`${path} ${serial}`).toString(16).padStart(8, "0")}${serial.toString(16).padStart(8, "0")}`;
    const head: AnswerHead = { id, created: Math.floor(Date.now() / 1000) };
    const pace = paceOf(head);
    switch (path) {
      case "/v1/chat/completions": {
        const { prompt, choiceCount, stream, includeUsage } = readChatRequest(body);
        const replies = Array.from({ length: choiceCount }, (_, choice) => respond(prompt, choice));
        const named = { ...head, id: `chatcmpl-${id}` };
        if (stream) {
          await sendEvents(reply, chatStream(chatChunks(prompt, replies, named, includeUsage)), fault, pace);
          return;
        }
        const said = Math.max(...replies.map(countReplyTokens));
        await sendJson(reply, chatCompletion(prompt, replies, named), fault, wholeMs(pace, said));
        return;
      }
      case "/v1/responses": {
        const request = readResponsesRequest(body, history);
        const answer = respond(request.prompt, 0);
        const said: Turn = { role: "assistant", text: answer.text, toolCalls: answer.toolCalls };
        remember(`resp_${id}`, [...request.prompt.turns.filter(({ role }) => role !== "system"), said]);
        if (request.stream) {
          await sendEvents(reply, responseStream(responseEvents(request, answer, head)), fault, pace);
          return;
        }
        await sendJson(reply, response(request, answer, head), fault, wholeMs(pace, countReplyTokens(answer)));
        return;
      }
      case "/v1/embeddings":
        await sendJson(reply, createEmbeddings(body), fault, pace.firstChunkMs / 4);
        return;
      default:
        throw new ApiError(404, "invalid_request_error", `Unknown request URL: POST ${path}.`, { code: "unknown_url" });
    }
  }

  async function handle(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://model-server");
    reply.setHeader("x-request-id", `req_${hash(`${url.pathname}${answered}`).toString(16).padStart(8, "0")}`);
    reply.setHeader("openai-version", "2020-10-01");
    let fault: Fault | undefined;
    try {
      if (request.method === "POST") {
        const body = await readBody(request);
        const model = isObject(body) && typeof body["model"] === "string" ? body["model"] : "";
        fault = faultOf(request, url, model);
        await post(url.pathname, body, fault, reply);
        return;
      }
      fault = faultOf(request, url, "");
      if (fault.status !== undefined) throw errorForStatus(fault.status);
      const id = /^\/v1\/models\/(.+)$/u.exec(url.pathname)?.[1];
      if (request.method !== "GET" || (url.pathname !== "/v1/models" && id === undefined)) {
        const message = `Unknown request URL: ${request.method} ${url.pathname}.`;
        throw new ApiError(404, "invalid_request_error", message, { code: "unknown_url" });
      }
      await sendJson(reply, id === undefined ? listModels() : getModel(decodeURIComponent(id)), fault, 0);
    } catch (error) {
      if (reply.headersSent) reply.destroy();
      else sendError(reply, error instanceof ApiError ? error : errorForStatus(500), fault);
      if (!(error instanceof ApiError)) process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  const server = createServer((request, reply) => void handle(request, reply));
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
      }),
  };
}

/** Time to an answer in one piece: it grows with the tokens, up to a second more. */
function wholeMs(pace: Pace, tokenCount: number): number {
  return pace.firstChunkMs + Math.min(1000, tokenCount * pace.chunkMs);
}

function* chatStream(chunks: Iterable<unknown>): Generator<string, void, undefined> {
  for (const chunk of chunks) yield `data: ${JSON.stringify(chunk)}\n\n`;
  yield "data: [DONE]\n\n";
}

function* responseStream(events: Iterable<{ type: string }>): Generator<string, void, undefined> {
  for (const event of events) yield `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
