import type { Completion } from "openai/resources/completions";
import { badRequest } from "../api-error.ts";
import type { Prompt, Reply } from "../brain/prompt.ts";
import { tokens } from "../brain/text.ts";
import { findModel } from "../models.ts";
import { isObject, readInteger, readObject, readString } from "../read.ts";
import { type AnswerHead, chatUsage } from "./chat-completion.ts";

export interface TextCompletionRequest {
  readonly prompt: Prompt;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Reads the body of `POST /v1/completions`: one prompt, a text. */
export function readTextCompletionRequest(body: unknown): TextCompletionRequest {
  const request = readObject(body, "body");
  const model = findModel(readString(request["model"], "model"), "chat");
  const text = readString(request["prompt"], "prompt");
  if (text === "") throw badRequest("prompt", "Invalid 'prompt': cannot be an empty string.");
  const { stop } = request;
  const options = isObject(request["stream_options"]) ? request["stream_options"] : {};
  return {
    prompt: {
      model,
      turns: [{ role: "user", text, toolCalls: [] }],
      tools: [],
      toolChoice: "none",
      parallelToolCalls: false,
      json: undefined,
      maxTokens: readInteger(request["max_tokens"], "max_tokens", 1) ?? 16,
      stop: typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop.map(String) : [],
    },
    stream: request["stream"] === true,
    includeUsage: options["include_usage"] === true,
  };
}

type Finish = Completion["choices"][number]["finish_reason"];

function completion(prompt: Prompt, head: AnswerHead, text: string, finish: Finish | null): Completion {
  // a chunk's is null until the last one, which the type does not say
  const choice = { index: 0, text, logprobs: null, finish_reason: finish as Finish };
  return { ...head, object: "text_completion", model: prompt.model.snapshot, choices: [choice] };
}

/** The answer in one piece. */
export function textCompletion(prompt: Prompt, reply: Reply, head: AnswerHead): Completion {
  const finish = reply.finishReason === "length" ? "length" : "stop";
  return { ...completion(prompt, head, reply.text, finish), usage: chatUsage(prompt, [reply]) };
}

/** The answer as a stream, with the usage at its end if it was asked for. */
export function* textCompletionChunks(
  prompt: Prompt,
  reply: Reply,
  head: AnswerHead,
  includeUsage: boolean,
): Generator<Completion, void, undefined> {
  for (const piece of tokens(reply.text)) yield completion(prompt, head, piece, null);
  yield completion(prompt, head, "", reply.finishReason === "length" ? "length" : "stop");
  if (includeUsage) yield { ...textCompletion(prompt, reply, head), choices: [] };
}
