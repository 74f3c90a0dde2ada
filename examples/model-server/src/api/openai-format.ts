import { ApiError } from "../api-error.ts";
import type { Turn } from "../brain/prompt.ts";
import { countReplyTokens, respond } from "../brain/respond.ts";
import { isObject } from "../read.ts";
import { sendError, sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";
import { chatChunks, chatCompletion } from "./chat-completion.ts";
import { readChatRequest } from "./chat-request.ts";
import { createEmbeddings } from "./embeddings.ts";
import { response, responseEvents } from "./response.ts";
import { readResponsesRequest } from "./responses-request.ts";
import { readTextCompletionRequest, textCompletion, textCompletionChunks } from "./text-completion.ts";

/** Answers of the Responses API that a later request may build on. */
const maxHistory = 1000;

async function chat({ body, id, created, reply, fault, pace }: WireCall): Promise<void> {
  const { prompt, choiceCount, stream, includeUsage } = readChatRequest(body);
  const replies = Array.from({ length: choiceCount }, (_, choice) => respond(prompt, choice));
  const head = { id: `chatcmpl-${id}`, created };
  if (stream) {
    await sendEvents(reply, chatStream(chatChunks(prompt, replies, head, includeUsage)), fault, pace);
    return;
  }
  const said = Math.max(...replies.map(countReplyTokens));
  await sendJson(reply, chatCompletion(prompt, replies, head), fault, wholeMs(pace, said));
}

async function complete({ body, id, created, reply, fault, pace }: WireCall): Promise<void> {
  const { prompt, stream, includeUsage } = readTextCompletionRequest(body);
  const said = respond(prompt, 0);
  const head = { id: `cmpl-${id}`, created };
  if (stream) {
    await sendEvents(reply, chatStream(textCompletionChunks(prompt, said, head, includeUsage)), fault, pace);
    return;
  }
  await sendJson(reply, textCompletion(prompt, said, head), fault, wholeMs(pace, countReplyTokens(said)));
}

/** OpenAI's own format, and what answers to every path that no other format knows. */
export function createOpenAiFormat(): WireFormat {
  const history = new Map<string, readonly Turn[]>();

  function remember(id: string, turns: readonly Turn[]): void {
    history.set(id, turns);
    const [oldest] = history.keys();
    if (history.size > maxHistory && oldest !== undefined) history.delete(oldest);
  }

  async function respondTo({ body, id, created, reply, fault, pace }: WireCall): Promise<void> {
    const request = readResponsesRequest(body, history);
    const answer = respond(request.prompt, 0);
    const said: Turn = { role: "assistant", text: answer.text, toolCalls: answer.toolCalls };
    remember(`resp_${id}`, [...request.prompt.turns.filter(({ role }) => role !== "system"), said]);
    if (request.stream) {
      await sendEvents(reply, responseStream(responseEvents(request, answer, { id, created })), fault, pace);
      return;
    }
    const waitMs = wholeMs(pace, countReplyTokens(answer));
    await sendJson(reply, response(request, answer, { id, created }), fault, waitMs);
  }

  return {
    handles: () => true,
    modelOf: (_path, body) => (isObject(body) && typeof body["model"] === "string" ? body["model"] : ""),
    async post(call) {
      call.reply.setHeader("openai-version", "2020-10-01");
      switch (call.path) {
        case "/v1/chat/completions":
          return chat(call);
        case "/v1/completions":
          return complete(call);
        case "/v1/responses":
          return respondTo(call);
        case "/v1/embeddings":
          return sendJson(call.reply, createEmbeddings(call.body), call.fault, call.pace.firstChunkMs / 4);
        default: {
          const message = `Unknown request URL: POST ${call.path}.`;
          throw new ApiError(404, "invalid_request_error", message, { code: "unknown_url" });
        }
      }
    },
    sendError,
  };
}

function* chatStream(chunks: Iterable<unknown>): Generator<string, void, undefined> {
  for (const chunk of chunks) yield `data: ${JSON.stringify(chunk)}\n\n`;
  yield "data: [DONE]\n\n";
}

function* responseStream(events: Iterable<{ type: string }>): Generator<string, void, undefined> {
  for (const event of events) yield `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
