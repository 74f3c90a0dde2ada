import { SpanKind, type Tracer } from "@opentelemetry/api";
import type OpenAI from "openai";
import { inSpan } from "./spans.ts";

export type Message = OpenAI.Chat.ChatCompletionMessageParam & { content?: string | null };
export type ToolDefinition = OpenAI.Chat.ChatCompletionFunctionTool;
export type ToolCall = OpenAI.Chat.ChatCompletionMessageFunctionToolCall;

/** What every step of a run shares. */
export interface Run {
  readonly tracer: Tracer;
  readonly client: OpenAI;
  /** The thread that the run belongs to. */
  readonly conversationId: string;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  /** Ask for JSON of this schema. */
  readonly schema?: { readonly name: string; readonly schema: Record<string, unknown> };
}

/** What the model said, with its tool calls if it made any. */
export interface Said {
  readonly message: Message;
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

/** One model call in a `chat` span by the GenAI conventions. Adds the tokens it used to `usage`. */
export function chat(run: Run, request: ChatRequest, usage: Usage): Promise<Said> {
  const { model, messages, tools = [], schema } = request;
  const server = new URL(run.client.baseURL);
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": model,
    "gen_ai.conversation.id": run.conversationId,
    "server.address": server.hostname,
    "server.port": Number(server.port),
    "openai.api.type": "chat_completions",
    // content is captured because this is a demo; by default the conventions leave it out
    "gen_ai.system_instructions": JSON.stringify(messages.filter(isSystem).flatMap(toParts)),
    "gen_ai.input.messages": JSON.stringify(messages.filter((message) => !isSystem(message)).map(toGenAi)),
    ...(tools.length === 0
      ? {}
      : { "gen_ai.tool.definitions": JSON.stringify(tools.map((tool) => ({ type: "function", ...tool.function }))) }),
    ...(schema === undefined ? {} : { "gen_ai.output.type": "json" }),
  };
  return inSpan(run.tracer, `chat ${model}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const completion = await run.client.chat.completions.create({
      model,
      messages: [...messages],
      ...(tools.length === 0 ? {} : { tools: [...tools] }),
      ...(schema === undefined ? {} : { response_format: { type: "json_schema", json_schema: schema } }),
    });
    const [choice] = completion.choices;
    if (choice === undefined) throw new Error("the model gave no choice");
    const used = completion.usage;
    const reasoningTokens = used?.completion_tokens_details?.reasoning_tokens ?? 0;
    usage.inputTokens += used?.prompt_tokens ?? 0;
    usage.outputTokens += used?.completion_tokens ?? 0;
    span.setAttributes({
      "gen_ai.response.id": completion.id,
      "gen_ai.response.model": completion.model,
      "gen_ai.response.finish_reasons": [choice.finish_reason],
      "gen_ai.usage.input_tokens": used?.prompt_tokens ?? 0,
      "gen_ai.usage.output_tokens": used?.completion_tokens ?? 0,
      ...(reasoningTokens > 0 ? { "gen_ai.usage.reasoning.output_tokens": reasoningTokens } : {}),
      "gen_ai.output.messages": JSON.stringify([toGenAi(choice.message)]),
    });
    return {
      message: choice.message,
      text: choice.message.content ?? "",
      toolCalls: (choice.message.tool_calls ?? []).filter((call) => call.type === "function"),
    };
  });
}

const isSystem = ({ role }: Message): boolean => role === "system";

/** A message of OpenAI's in the form that the conventions give to messages. */
function toGenAi(message: Message): { role: string; parts: unknown[] } {
  return { role: message.role, parts: toParts(message) };
}

function toParts(message: Message): unknown[] {
  if (message.role === "tool") {
    return [{ type: "tool_call_response", id: message.tool_call_id, response: JSON.parse(message.content) as unknown }];
  }
  const text =
    typeof message.content === "string" && message.content !== "" ? [{ type: "text", content: message.content }] : [];
  const calls = message.role === "assistant" ? (message.tool_calls ?? []) : [];
  return [
    ...text,
    ...calls
      .filter((call) => call.type === "function")
      .map(({ id, function: { name, arguments: json } }) => ({
        type: "tool_call",
        id,
        name,
        arguments: JSON.parse(json) as unknown,
      })),
  ];
}
