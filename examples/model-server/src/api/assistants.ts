import { ApiError, badRequest } from "../api-error.ts";
import type { Prompt, Tool, Turn } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { findModel, type Model } from "../models.ts";
import { isObject, type JsonObject, readArray, readObject, readString } from "../read.ts";
import { sendError, sendEvents, sendJson } from "../send.ts";
import type { WireCall, WireFormat, WireGet } from "../wire-format.ts";
import { readContent, readFunction } from "./chat-request.ts";

interface Assistant {
  readonly model: Model;
  readonly instructions: string;
  readonly tools: readonly Tool[];
}

const pathPattern = /^\/v1\/(?:assistants|threads(?:\/[^/]+)*)$/u;
const noFault = { times: 0 };

/** OpenAI's assistants, threads and runs: made, run, given the results of tools, fetched, streamed. A run is done the second time it is fetched. */
export function createAssistantsFormat(): WireFormat {
  const assistants = new Map<string, Assistant>();
  const threads = new Map<string, Turn[]>();
  const runs = new Map<string, { run: JsonObject; fetches: number }>();

  function threadOf(id: string | undefined): Turn[] {
    const thread = threads.get(id ?? "");
    if (thread === undefined) throw new ApiError(404, "invalid_request_error", `No thread found with id '${id}'.`);
    return thread;
  }

  /** What comes of a run, which goes on its thread. */
  function perform(runId: string, threadId: string, assistantId: string): JsonObject {
    const assistant = assistants.get(assistantId);
    if (assistant === undefined)
      throw new ApiError(404, "invalid_request_error", `No assistant found with id '${assistantId}'.`);
    const thread = threadOf(threadId);
    const prompt: Prompt = {
      model: assistant.model,
      turns: [{ role: "system", text: assistant.instructions, toolCalls: [] }, ...thread],
      tools: assistant.tools,
      toolChoice: "auto",
      parallelToolCalls: true,
      json: undefined,
      maxTokens: 4096,
      stop: [],
    };
    const said = respond(prompt, 0);
    thread.push({ role: "assistant", text: said.text, toolCalls: said.toolCalls });
    const [input, output] = [countPromptTokens(prompt.turns, prompt.tools), countReplyTokens(said)];
    const calls = said.toolCalls.map(({ id, name, arguments: text }) => ({
      id,
      type: "function",
      function: { name, arguments: text },
    }));
    const about = { id: runId, object: "thread.run", thread_id: threadId, assistant_id: assistantId };
    const shared = { ...about, model: assistant.model.id, instructions: assistant.instructions, last_error: null };
    if (calls.length > 0) {
      const action = { type: "submit_tool_outputs", submit_tool_outputs: { tool_calls: calls } };
      return { ...shared, status: "requires_action", required_action: action, usage: null };
    }
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    return { ...shared, status: "completed", required_action: null, usage };
  }

  async function begin(call: WireCall, runId: string, threadId: string, assistantId: string): Promise<void> {
    const done = perform(runId, threadId, assistantId);
    const queued = { ...done, status: "queued", required_action: null, usage: null };
    runs.set(runId, { run: done, fetches: 0 });
    const { body, reply, fault, pace } = call;
    if (!isObject(body) || body["stream"] !== true) return sendJson(reply, queued, fault, 0);
    const events: readonly JsonObject[] = [
      { event: "thread.run.created", data: queued },
      { event: "thread.run.in_progress", data: { ...queued, status: "in_progress" } },
      { event: `thread.run.${String(done["status"])}`, data: done },
    ];
    return sendEvents(reply, encoded(events), fault, pace);
  }

  return {
    handles: (path) => pathPattern.test(path),
    modelOf: (_path, body) => (isObject(body) && typeof body["model"] === "string" ? body["model"] : ""),
    async post(call) {
      const { path, id, reply, fault } = call;
      const request = isObject(call.body) ? call.body : {};
      const [, , first, threadId, kind, runId] = path.split("/");
      if (first === "assistants") {
        const model = findModel(readString(request["model"], "model"), "chat");
        const tools = readArray(request["tools"] ?? [], "tools").map((tool, index) =>
          readFunction(readObject(readObject(tool, `tools[${index}]`)["function"], "function"), `tools[${index}]`),
        );
        const instructions = typeof request["instructions"] === "string" ? request["instructions"] : "";
        assistants.set(`asst_${id}`, { model, instructions, tools });
        return sendJson(reply, { ...request, id: `asst_${id}`, object: "assistant" }, fault, 0);
      }
      if (threadId === undefined || threadId === "runs") {
        const given = threadId === "runs" ? readObject(request["thread"] ?? {}, "thread") : request;
        threads.set(`thread_${id}`, readArray(given["messages"] ?? [], "messages").map(readMessage));
        if (threadId === "runs")
          return begin(call, `run_${id}`, `thread_${id}`, readString(request["assistant_id"], "assistant_id"));
        return sendJson(reply, { id: `thread_${id}`, object: "thread" }, fault, 0);
      }
      if (kind === "messages") {
        threadOf(threadId).push(readMessage(request));
        return sendJson(reply, { id: `msg_${id}`, object: "thread.message", thread_id: threadId }, fault, 0);
      }
      if (runId === undefined)
        return begin(call, `run_${id}`, threadId, readString(request["assistant_id"], "assistant_id"));
      const known = runs.get(runId);
      if (known === undefined) throw badRequest("run_id", `No run found with id '${runId}'.`);
      for (const one of readArray(request["tool_outputs"], "tool_outputs")) {
        const { tool_call_id: callId, output } = readObject(one, "tool_outputs");
        threadOf(threadId).push({ role: "tool", text: String(output), toolCalls: [], toolCallId: String(callId) });
      }
      return begin(call, runId, threadId, String(known.run["assistant_id"]));
    },
    get({ path, reply }: WireGet) {
      const runId = /^\/v1\/threads\/[^/]+\/runs\/([^/]+)$/u.exec(path)?.[1];
      const known = runs.get(runId ?? "");
      if (known === undefined) return undefined;
      known.fetches++;
      const { run } = known;
      const now = known.fetches > 1 ? run : { ...run, status: "in_progress", required_action: null, usage: null };
      return sendJson(reply, now, noFault, 0);
    },
    sendError,
  };
}

function readMessage(value: unknown): Turn {
  const { role, content } = readObject(value, "message");
  const text = readContent(content, "content");
  return { role: role === "assistant" ? "assistant" : "user", text, toolCalls: [] };
}

function* encoded(events: Iterable<JsonObject>): Generator<string, void, undefined> {
  for (const { event, data } of events) yield `event: ${String(event)}\ndata: ${JSON.stringify(data)}\n\n`;
  yield "event: done\ndata: [DONE]\n\n";
}
