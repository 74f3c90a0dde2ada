import type { CompletionUsage } from "openai/resources/completions";
import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions";
import { countPromptTokens, countReplyTokens } from "../brain/respond.ts";
import type { Prompt, Reply } from "../brain/prompt.ts";
import { tokens } from "../brain/text.ts";

/** What the objects of one answer share. */
export interface AnswerHead {
  readonly id: string;
  /** Seconds since the Unix epoch. */
  readonly created: number;
}

type ChunkDelta = ChatCompletionChunk.Choice.Delta;

const fingerprint = "fp_genscope";

export function chatUsage(prompt: Prompt, replies: readonly Reply[]): CompletionUsage {
  const promptTokens = countPromptTokens(prompt.turns, prompt.tools);
  const completionTokens = replies.reduce((sum, reply) => sum + countReplyTokens(reply), 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: replies.reduce((sum, reply) => sum + reply.reasoningTokens, 0),
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The answer in one piece. */
export function chatCompletion(prompt: Prompt, replies: readonly Reply[], head: AnswerHead): ChatCompletion {
  return {
    id: head.id,
    object: "chat.completion",
    created: head.created,
    model: prompt.model.snapshot,
    choices: replies.map((reply, index) => ({
      index,
      message: {
        role: "assistant",
        content: reply.toolCalls.length > 0 ? null : reply.text,
        refusal: null,
        ...(reply.toolCalls.length === 0
          ? { annotations: [] }
          : {
              tool_calls: reply.toolCalls.map(({ id, name, arguments: text }) => ({
                id,
                type: "function" as const,
                function: { name, arguments: text },
              })),
            }),
      },
      logprobs: null,
      finish_reason: reply.finishReason,
    })),
    usage: chatUsage(prompt, replies),
    service_tier: "default",
    system_fingerprint: fingerprint,
  };
}

function deltasOf(reply: Reply): ChunkDelta[] {
  if (reply.toolCalls.length === 0) {
    return [{ role: "assistant", content: "", refusal: null }, ...tokens(reply.text).map((content) => ({ content }))];
  }
  const calls = reply.toolCalls.flatMap(({ id, name, arguments: text }, index): ChunkDelta[] => [
    { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] },
    ...tokens(text).map((part) => ({ tool_calls: [{ index, function: { arguments: part } }] })),
  ]);
  return [{ role: "assistant", content: null, refusal: null }, ...calls];
}

/** The answer as a stream: choices take turns, each ends with its finish reason, then the usage if it was asked for. */
export function* chatChunks(
  prompt: Prompt,
  replies: readonly Reply[],
  head: AnswerHead,
  includeUsage: boolean,
): Generator<ChatCompletionChunk, void, undefined> {
  const chunk = (choices: ChatCompletionChunk["choices"], usage: CompletionUsage | null): ChatCompletionChunk => ({
    id: head.id,
    object: "chat.completion.chunk",
    created: head.created,
    model: prompt.model.snapshot,
    service_tier: "default",
    system_fingerprint: fingerprint,
    choices,
    ...(includeUsage ? { usage } : {}),
  });
  const streams = replies.map((reply, index) => ({ index, deltas: deltasOf(reply), finish: reply.finishReason }));
  const longest = Math.max(...streams.map(({ deltas }) => deltas.length));
  for (let turn = 0; turn <= longest; turn++) {
    for (const { index, deltas, finish } of streams) {
      const delta = deltas[turn];
      if (delta !== undefined) yield chunk([{ index, delta, logprobs: null, finish_reason: null }], null);
      else if (turn === deltas.length) yield chunk([{ index, delta: {}, logprobs: null, finish_reason: finish }], null);
    }
  }
  if (includeUsage) yield chunk([], chatUsage(prompt, replies));
}
