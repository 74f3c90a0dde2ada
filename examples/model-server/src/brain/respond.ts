import { answer, questionOf } from "./answer.ts";
import { chooseToolCalls } from "./choose-tools.ts";
import { fillSchema } from "./fill-schema.ts";
import type { Prompt, Reply, Tool, Turn } from "./prompt.ts";
import { hash, tokens } from "./text.ts";

// what OpenAI's chat format adds around a message, and before an answer
const tokensPerMessage = 3;
const tokensToPrimeAnswer = 3;

/** Tokens of a prompt as this server counts them: its texts, its tools, and the format around each message. */
export function countPromptTokens(turns: readonly Turn[], tools: readonly Tool[]): number {
  let count = tokensToPrimeAnswer;
  for (const { text, toolCalls } of turns) {
    count += tokensPerMessage + tokens(text).length;
    for (const call of toolCalls) count += tokens(call.name).length + tokens(call.arguments).length;
  }
  for (const tool of tools)
    count += tokens(`${tool.name} ${tool.description} ${JSON.stringify(tool.parameters)}`).length;
  return count;
}

export function countReplyTokens(reply: Reply): number {
  let count = tokens(reply.text).length + reply.reasoningTokens;
  for (const call of reply.toolCalls) count += tokens(call.name).length + tokens(call.arguments).length;
  return count;
}

/** Applies the caller's stop sequences, then its limit. */
function limited(text: string, prompt: Prompt): Pick<Reply, "text" | "finishReason"> {
  const ends = prompt.stop.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  const stopped = ends.length === 0 ? text : text.slice(0, Math.min(...ends));
  const pieces = tokens(stopped);
  return pieces.length <= prompt.maxTokens
    ? { text: stopped, finishReason: "stop" }
    : { text: pieces.slice(0, prompt.maxTokens).join(""), finishReason: "length" };
}

/** The model: same prompt, same reply. `choice` is the index among several answers to one request. */
export function respond(prompt: Prompt, choice: number): Reply {
  const question = questionOf(prompt.turns);
  const reasoningTokens = prompt.model.reasoning ? 64 * (1 + (hash(question) % 8)) : 0;
  const toolCalls = chooseToolCalls(prompt);
  if (toolCalls.length > 0) return { text: "", toolCalls, finishReason: "tool_calls", reasoningTokens };
  const text =
    prompt.json === undefined
      ? answer(prompt.turns, choice)
      : JSON.stringify(fillSchema(prompt.json.schema, { question, background: question, urls: [] }, true) ?? {});
  return { ...limited(text, prompt), toolCalls: [], reasoningTokens };
}
