import type { GenAiAttributes } from "@genscope/semconv/genai";
import { type Context, context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import type { Server } from "../stainless/patch-client.ts";
import { responseItems, toolDefinitions } from "./messages.ts";
import { readServer } from "./provider.ts";
import { responsesAnswer } from "./responses.ts";

type Hosts = Readonly<Record<string, string>> | undefined;

/** Items of a conversation that are kept, where content is captured, to be said with the next response. */
const maxItems = 500;

/**
 * Watches the clients of the Realtime API that a module of the library exports: each response, from its first event to its last, is a call. `undefined` if
 * the module has none. Gives back what undoes it.
 */
export function patchRealtime(module: unknown, telemetry: Telemetry, hosts: Hosts): (() => void) | undefined {
  const { OpenAIRealtimeWS: ws, OpenAIRealtimeWebSocket: native } = objectOf(module);
  const clients = [ws, native].filter((one) => typeof one === "function");
  if (clients.length === 0) return undefined;
  const sessions = new WeakMap<object, RealtimeSession>();
  const sessionOf = (client: object): RealtimeSession => {
    const known = sessions.get(client) ?? new RealtimeSession(client, telemetry, hosts);
    sessions.set(client, known);
    return known;
  };
  const undo = clients.flatMap(({ prototype }) => [
    wrapMethod(
      prototype,
      "_emit",
      (original) =>
        function (...parameters) {
          if (parameters[0] === "event" && isObject(this)) {
            guard("watching a realtime session", () => sessionOf(this as object).received(parameters[1]));
          }
          return Reflect.apply(original, this, parameters);
        },
    ),
    ...["send", "sendResponseCreate"].map((name) =>
      wrapMethod(
        prototype,
        name,
        (original) =>
          function (...parameters) {
            if (isObject(this))
              guard("watching a realtime session", () => sessionOf(this as object).sent(parameters[0]));
            return Reflect.apply(original, this, parameters);
          },
      ),
    ),
  ]);
  return () => {
    for (const step of undo) step?.();
  };
}

/** A connection, with what is known of its conversation. */
class RealtimeSession {
  readonly #telemetry: Telemetry;
  readonly #server: Server;
  readonly #open = new Map<unknown, ModelCall>();
  #model: string | undefined;
  #session: JsonObject = {};
  readonly #items = new Map<unknown, unknown>();
  /** In which a response was last asked for: it is answered in the context of the connection. */
  #asked: Context | undefined;

  constructor(client: object, telemetry: Telemetry, hosts: Hosts) {
    const { url, socket } = client as { readonly url?: unknown; readonly socket?: unknown };
    const { searchParams } = url instanceof URL ? url : new URL("wss://unknown");
    this.#telemetry = telemetry;
    this.#server = readServer(url, hosts);
    this.#model = searchParams.get("model") ?? undefined;
    const { addEventListener: listen } = objectOf(socket);
    if (typeof listen === "function") listen.call(socket, "close", () => this.#closed());
  }

  sent(event: unknown): void {
    if (objectOf(event)["type"] === "response.create") this.#asked = context.active();
  }

  received(event: unknown): void {
    if (!isObject(event)) return;
    const type = stringOf(event["type"]) ?? "";
    const response = objectOf(event["response"]);
    switch (type) {
      case "session.created":
      case "session.updated":
        this.#session = objectOf(event["session"]);
        this.#model = stringOf(this.#session["model"]) ?? this.#model;
        break;
      case "conversation.item.added":
      case "conversation.item.created":
      case "conversation.item.done":
        this.#keep(event["item"]);
        break;
      case "conversation.item.deleted":
        this.#items.delete(event["item_id"]);
        break;
      case "response.created":
        this.#begin(response);
        break;
      case "response.done":
        this.#end(response);
        break;
      default:
        if (type.endsWith(".delta")) this.#open.get(event["response_id"])?.chunk();
    }
  }

  #keep(item: unknown): void {
    const { events, spans } = this.#telemetry.content.mode;
    if (!events && !spans) return;
    this.#items.set(objectOf(item)["id"], item);
    const [oldest] = this.#items.keys();
    if (this.#items.size > maxItems) this.#items.delete(oldest);
  }

  #begin(response: JsonObject): void {
    const at = this.#asked ?? context.active();
    this.#asked = undefined;
    if (isRecordedElsewhere(at)) return;
    const { provider, address, port } = this.#server;
    const call = context.with(
      at,
      () =>
        new ModelCall(this.#telemetry, {
          operation: "chat",
          measured: "inference",
          provider,
          model: this.#model,
          serverAddress: address,
          serverPort: port,
          attributes: requestOf(response),
          content: () => ({
            ...instructionsOf(this.#session),
            "gen_ai.input.messages": responseItems([...this.#items.values()]),
            "gen_ai.tool.definitions": toolDefinitions(this.#session["tools"]),
          }),
        }),
    );
    this.#open.set(response["id"], call);
  }

  #end(response: JsonObject): void {
    const call = this.#open.get(response["id"]);
    this.#open.delete(response["id"]);
    for (const item of arrayOf(response["output"])) this.#keep(item);
    if (call === undefined) return;
    const details = objectOf(response["status_details"]);
    const whole = { ...response, model: this.#model, incomplete_details: details };
    const answer = responsesAnswer(whole, this.#server.provider);
    if (response["status"] !== "failed") {
      call.end(answer);
      return;
    }
    const { code, type, message } = objectOf(details["error"]);
    call.fail({ code: code ?? type, message: message ?? "the response failed" }, answer);
  }

  #closed(): void {
    for (const call of this.#open.values())
      call.fail({ code: "connection_closed", message: "the connection was closed" });
    this.#open.clear();
  }
}

function requestOf(response: JsonObject): GenAiAttributes {
  const modalities = arrayOf(response["output_modalities"] ?? response["modalities"]);
  const conversation = stringOf(response["conversation_id"]);
  return {
    "gen_ai.request.stream": true,
    "gen_ai.request.max_tokens": integerOf(response["max_output_tokens"]),
    "gen_ai.output.type": modalities.includes("audio") ? "speech" : "text",
    ...(conversation === undefined ? {} : { "gen_ai.conversation.id": conversation }),
  };
}

function instructionsOf({ instructions }: JsonObject): JsonObject {
  const text = stringOf(instructions);
  return text === undefined ? {} : { "gen_ai.system_instructions": [{ type: "text", content: text }] };
}
