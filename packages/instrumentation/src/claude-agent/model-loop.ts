import { type Context, context as contextApi } from "@opentelemetry/api";
import { messagesContent } from "../anthropic/content.ts";
import { messagesAnswer } from "../anthropic/messages.ts";
import { ModelCall } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type ClaudeServer, textOf, toolUsesOf } from "./claude-data.ts";

/** An answer of the model's, which comes in a message for each of its blocks. */
interface OpenCall {
  readonly id: string | undefined;
  readonly call: ModelCall;
  readonly message: Record<string, unknown>;
  readonly content: unknown[];
  usage: JsonObject;
  /** Whether all its tokens are told: a message tells those of its input, and no more of its output than there was when it began. */
  isCounted: boolean;
  endedMs: number;
}

/** The calls to a model that an agent makes one after the other: its own, or those of an agent that it has called. */
export class ModelLoop {
  readonly #telemetry: Telemetry;
  readonly #context: Context;
  readonly #server: ClaudeServer;
  readonly #keepsText: boolean;
  /** What was said so far, in Anthropic's messages. */
  readonly #history: JsonObject[] = [];
  readonly #uncounted: OpenCall[] = [];
  #model: string | undefined;
  #open: OpenCall | undefined;
  /** When the next call began, as far as anybody knows. */
  #idleMs = performance.now();
  #countedTokens = 0;

  constructor(telemetry: Telemetry, context: Context, server: ClaudeServer, model: string | undefined) {
    this.#telemetry = telemetry;
    this.#context = context;
    this.#server = server;
    this.#model = model;
    const { mode } = telemetry.content;
    this.#keepsText = mode.spans || mode.events;
  }

  /** The agent is ready to ask. `model`: the one it will. */
  ready(model?: string): void {
    this.#idleMs = performance.now();
    this.#model = model ?? this.#model;
  }

  /** Somebody else said something: the user, a tool. */
  hear(role: string, content: unknown): void {
    this.close();
    this.#idleMs = performance.now();
    if (this.#keepsText) this.#history.push({ role, content });
  }

  /** A block of the model's answer, in a message of its own. */
  say(message: JsonObject, error: unknown): void {
    if (message["model"] === "<synthetic>" || typeof error === "string") {
      this.#fail(error, textOf(message["content"]));
      return;
    }
    const open = this.#openFor(message);
    open.content.push(...arrayOf(message["content"]));
    if (!open.isCounted) open.usage = { ...open.usage, ...objectOf(message["usage"]) };
    open.message["stop_reason"] ??= message["stop_reason"];
    open.endedMs = performance.now();
  }

  /** An event of the model's stream, where the application asked for these. */
  stream(event: JsonObject): void {
    if (event["type"] === "message_start") this.#openFor(objectOf(event["message"]));
    const open = this.#open;
    if (open === undefined) return;
    open.endedMs = performance.now();
    if (event["type"] === "content_block_delta") open.call.chunk();
    if (event["type"] !== "message_delta") return;
    const told = Object.entries(objectOf(event["usage"])).filter(([, count]) => count !== null);
    open.usage = { ...open.usage, ...Object.fromEntries(told) };
    open.message["stop_reason"] = objectOf(event["delta"])["stop_reason"];
    open.isCounted = true;
  }

  /** The model's answer is complete. */
  close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    if (this.#keepsText) this.#history.push({ role: "assistant", content: open.content });
    if (open.isCounted) this.#end(open);
    else this.#uncounted.push(open);
  }

  /**
   * No more will come. `outputTokens`: of all its calls, `undefined` where nobody told. What no call has told of these is on the last one, so that sums are right. Gives back how many the calls
   * have in all.
   */
  end(outputTokens: number | undefined): number {
    this.close();
    const last = this.#uncounted.at(-1);
    for (const open of this.#uncounted.splice(0)) {
      const rest = outputTokens === undefined ? undefined : outputTokens - this.#countedTokens;
      const isRest = open === last && rest !== undefined && rest >= 0;
      open.usage = { ...open.usage, output_tokens: isRest ? rest : undefined };
      this.#end(open);
    }
    return this.#countedTokens;
  }

  fail(error: unknown): void {
    const open = this.#open;
    this.#open = undefined;
    open?.call.fail(error, messagesAnswer({ ...open.message, content: open.content, usage: inputOf(open.usage) }));
    this.end(undefined);
  }

  #openFor(message: JsonObject): OpenCall {
    const id = stringOf(message["id"]);
    if (this.#open !== undefined && this.#open.id === id) return this.#open;
    this.close();
    const { content: _content, usage, ...about } = message;
    this.#open = {
      id,
      call: this.#start(stringOf(message["model"])),
      message: { ...about },
      content: [],
      usage: objectOf(usage),
      isCounted: false,
      endedMs: performance.now(),
    };
    return this.#open;
  }

  #start(answered: string | undefined): ModelCall {
    const { provider, address, port } = this.#server;
    const startedMs = this.#idleMs;
    const history = [...this.#history];
    this.#idleMs = performance.now();
    return contextApi.with(
      this.#context,
      () =>
        new ModelCall(this.#telemetry, {
          operation: "chat",
          provider,
          measured: "inference",
          model: this.#model ?? answered,
          serverAddress: address,
          serverPort: port,
          // the CLI streams every answer
          attributes: { "gen_ai.request.stream": true },
          startedMs,
          content: () => messagesContent({ messages: history }),
        }),
    );
  }

  /** The CLI says in the model's place that it could not be asked. */
  #fail(error: unknown, message: string): void {
    this.close();
    this.#start(undefined).fail({ name: stringOf(error) ?? "_OTHER", message });
  }

  #end({ call, message, content, usage, endedMs }: OpenCall): void {
    this.#countedTokens += integerOf(usage["output_tokens"]) ?? 0;
    const reason = message["stop_reason"] ?? (toolUsesOf(content).length > 0 ? "tool_use" : "end_turn");
    call.end(messagesAnswer({ ...message, stop_reason: reason, content: content.filter(isObject), usage }), endedMs);
  }
}

function inputOf(usage: JsonObject): JsonObject {
  return { ...usage, output_tokens: undefined };
}
