import type { Prompt, Reply } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { JsonObject } from "../read.ts";

/** An answer, counted: what every maker's format is written from. Of a prompt with a cache point, half was in the cache. */
export interface BedrockAnswer {
  readonly id: string;
  readonly modelId: string;
  readonly reply: Reply;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

export function bedrockAnswer(prompt: Prompt, reply: Reply, id: string, body: unknown): BedrockAnswer {
  const input = countPromptTokens(prompt.turns, prompt.tools);
  const cached = JSON.stringify(body).match(/"cachePoint"|"cache_control"/u) === null ? 0 : Math.floor(input / 2);
  const bare = prompt.model.id.split("#")[0] ?? "";
  return { id, modelId: bare, reply, input: input - cached, cached, output: countReplyTokens(reply) };
}

export function converseStop({ finishReason }: Reply): string {
  return { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" }[finishReason];
}

function converseUsage({ input, cached, output }: BedrockAnswer): JsonObject {
  const usage = { inputTokens: input, outputTokens: output, totalTokens: input + cached + output };
  return { ...usage, cacheReadInputTokens: cached, cacheWriteInputTokens: 0 };
}

/** The answer of Converse in one piece. */
export function converse(answer: BedrockAnswer): JsonObject {
  const { reply } = answer;
  const content = [
    ...(reply.text === "" ? [] : [{ text: reply.text }]),
    ...reply.toolCalls.map((call) => ({
      toolUse: { toolUseId: call.id, name: call.name, input: JSON.parse(call.arguments) as unknown },
    })),
  ];
  return {
    output: { message: { role: "assistant", content } },
    stopReason: converseStop(reply),
    usage: converseUsage(answer),
    metrics: { latencyMs: 1 },
  };
}

/** The events of ConverseStream: type and payload. */
export function* converseEvents(answer: BedrockAnswer): Generator<readonly [string, JsonObject], void, undefined> {
  const { reply } = answer;
  let contentBlockIndex = 0;
  yield ["messageStart", { role: "assistant" }];
  if (reply.text !== "") {
    for (const text of tokens(reply.text)) yield ["contentBlockDelta", { contentBlockIndex, delta: { text } }];
    yield ["contentBlockStop", { contentBlockIndex }];
    contentBlockIndex++;
  }
  for (const call of reply.toolCalls) {
    yield ["contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: call.id, name: call.name } } }];
    yield ["contentBlockDelta", { contentBlockIndex, delta: { toolUse: { input: call.arguments } } }];
    yield ["contentBlockStop", { contentBlockIndex }];
    contentBlockIndex++;
  }
  yield ["messageStop", { stopReason: converseStop(reply) }];
  yield ["metadata", { usage: converseUsage(answer), metrics: { latencyMs: 1 } }];
}
