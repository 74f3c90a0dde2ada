import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { Prompt, Reply, Tool, Turn } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import { parseFault } from "../fault.ts";
import type { Model } from "../models.ts";
import { isObject, type JsonObject } from "../read.ts";

const model: Model = { id: "gpt-realtime", snapshot: "gpt-realtime", kind: "chat" };

/** OpenAI's Realtime API at `/v1/realtime`, without sound: sessions, items, responses, calls of functions, cancellation. */
export interface Realtime {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createRealtime(): Realtime {
  const sockets = new WebSocketServer({ noServer: true });
  let serial = 0;
  return {
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? "/", "http://model-server");
      if (!url.pathname.endsWith("/realtime")) {
        socket.destroy();
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) =>
        new Session(opened, url.searchParams.get("model") ?? model.id, () => String(++serial)).open(),
      );
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** What one client has said and heard. */
class Session {
  readonly #socket: WebSocket;
  readonly #name: string;
  readonly #nextId: () => string;
  readonly #turns: Turn[] = [];
  #instructions = "";
  #tools: readonly Tool[] = [];

  constructor(socket: WebSocket, name: string, nextId: () => string) {
    this.#socket = socket;
    this.#name = name;
    this.#nextId = nextId;
  }

  open(): void {
    this.#socket.on("message", (data) => this.#receive(data));
    this.#send({ type: "session.created", session: this.#session() });
  }

  #send(event: JsonObject): void {
    this.#socket.send(JSON.stringify({ event_id: `event_${this.#nextId()}`, ...event }));
  }

  #session(): JsonObject {
    const [name] = this.#name.split("#");
    return {
      type: "realtime",
      object: "realtime.session",
      id: "sess_1",
      model: name,
      instructions: this.#instructions,
    };
  }

  #receive(data: RawData): void {
    const event: unknown = JSON.parse((data as Buffer).toString("utf8"));
    if (!isObject(event)) return;
    switch (event["type"]) {
      case "session.update":
        this.#update(isObject(event["session"]) ? event["session"] : {});
        break;
      case "conversation.item.create":
        this.#add(isObject(event["item"]) ? event["item"] : {});
        break;
      case "response.create":
        this.#respond();
        break;
      default:
        this.#send({
          type: "error",
          error: { type: "invalid_request_error", code: "unknown_event", message: "Unknown event." },
        });
    }
  }

  #update(session: JsonObject): void {
    if (typeof session["instructions"] === "string") this.#instructions = session["instructions"];
    const tools = Array.isArray(session["tools"]) ? session["tools"].filter(isObject) : [];
    this.#tools = tools.map(({ name, description, parameters }) => ({
      name: String(name),
      description: String(description),
      parameters: isObject(parameters) ? parameters : {},
    }));
    this.#send({ type: "session.updated", session: this.#session() });
  }

  #add(given: JsonObject): void {
    const item = { id: `item_${this.#nextId()}`, object: "realtime.item", status: "completed", ...given };
    this.#turns.push(turnOf(item));
    for (const type of ["conversation.item.added", "conversation.item.done"]) {
      this.#send({ type, previous_item_id: null, item });
    }
  }

  #respond(): void {
    const fault = parseFault(this.#name.split("#").slice(1).join("#"));
    const system: readonly Turn[] =
      this.#instructions === "" ? [] : [{ role: "system", text: this.#instructions, toolCalls: [] }];
    const prompt: Prompt = {
      model,
      turns: [...system, ...this.#turns],
      tools: this.#tools,
      toolChoice: "auto",
      parallelToolCalls: true,
      json: undefined,
      maxTokens: 4096,
      stop: [],
    };
    const said = respond(prompt, 0);
    const id = `resp_${this.#nextId()}`;
    const about = {
      object: "realtime.response",
      id,
      conversation_id: "conv_1",
      output_modalities: ["text"],
      max_output_tokens: "inf",
      metadata: null,
    };
    const begun = { ...about, status: "in_progress", status_details: null, output: [], usage: null };
    this.#send({ type: "response.created", response: begun });
    const output = outputOf(said, () => this.#nextId());
    let sent = 0;
    for (const [index, item] of output.entries()) {
      const at = { response_id: id, item_id: item["id"], output_index: index, content_index: 0 };
      const isCall = item["type"] === "function_call";
      const text = isCall ? String(item["arguments"]) : said.text;
      for (const delta of tokens(text)) {
        if (sent === fault.cutAfter) {
          this.#socket.terminate();
          return;
        }
        if (sent === fault.errorAfter) {
          const error = { type: "server_error", code: "server_error" };
          const details = { type: "failed", error };
          this.#send({
            type: "response.done",
            response: { ...about, status: "failed", status_details: details, output: [] },
          });
          return;
        }
        this.#send({
          type: isCall ? "response.function_call_arguments.delta" : "response.output_text.delta",
          ...at,
          delta,
        });
        sent++;
      }
      this.#send({ type: "response.output_item.done", response_id: id, output_index: index, item });
    }
    this.#turns.push({ role: "assistant", text: said.text, toolCalls: said.toolCalls });
    const usage = usageOf(prompt, said);
    const done = { ...about, status: "completed", status_details: { type: "completed" }, output, usage };
    this.#send({ type: "response.done", response: done });
  }
}

function turnOf(item: JsonObject): Turn {
  if (item["type"] === "function_call_output") {
    return { role: "tool", text: String(item["output"]), toolCalls: [], toolCallId: String(item["call_id"]) };
  }
  const parts = Array.isArray(item["content"]) ? item["content"].filter(isObject) : [];
  const text = parts.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("");
  return { role: item["role"] === "system" ? "system" : "user", text, toolCalls: [] };
}

function outputOf(said: Reply, nextId: () => string): JsonObject[] {
  const common = { object: "realtime.item", status: "completed" };
  if (said.toolCalls.length === 0) {
    const content = [{ type: "output_text", text: said.text }];
    return [{ ...common, id: `item_${nextId()}`, type: "message", role: "assistant", content }];
  }
  return said.toolCalls.map(({ id, name, arguments: text }) => ({
    ...common,
    id: `item_${nextId()}`,
    type: "function_call",
    name,
    call_id: id,
    arguments: text,
  }));
}

function usageOf(prompt: Prompt, said: Reply): JsonObject {
  const [input, output] = [countPromptTokens(prompt.turns, prompt.tools), countReplyTokens(said)];
  return {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_token_details: { text_tokens: input, audio_tokens: 0, image_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: output, audio_tokens: 0 },
  };
}
