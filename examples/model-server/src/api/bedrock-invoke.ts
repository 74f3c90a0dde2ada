import { badRequest } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import { tokens } from "../brain/text.ts";
import { type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { type BedrockAnswer, converse, converseEvents, converseStop } from "./bedrock-answer.ts";

/** Which maker's format a model speaks, from its id, with or without a region or as an ARN. */
export function makerOf(modelId: string): string {
  const maker = /\b(anthropic|amazon|meta|mistral|cohere)\./u.exec(modelId)?.[1];
  if (maker === undefined) throw badRequest("modelId", "The provided model identifier is invalid.");
  return maker === "amazon" ? (modelId.includes("titan") ? "titan" : "nova") : maker;
}

/** Titan's or Cohere's embeddings. */
export function invokeEmbeddings(modelId: string, value: unknown): JsonObject {
  const body = readObject(value, "body");
  if (makerOf(modelId) === "titan") {
    const text = readString(body["inputText"], "inputText");
    const dimensions = readInteger(body["dimensions"], "dimensions", 1, 1024) ?? 1024;
    return { embedding: [...embed(text, dimensions)], inputTextTokenCount: tokens(text).length };
  }
  const texts = readArray(body["texts"], "texts").map((text) => readString(text, "texts"));
  const embeddings = texts.map((text) => [...embed(text, 1024)]);
  return { id: "embedding", texts, embeddings, response_type: "embeddings_floats" };
}

function anthropicContent({ reply }: BedrockAnswer): JsonObject[] {
  return [
    ...(reply.text === "" ? [] : [{ type: "text", text: reply.text }]),
    ...reply.toolCalls.map(({ id, name, arguments: input }) => ({
      type: "tool_use",
      id,
      name,
      input: JSON.parse(input) as unknown,
    })),
  ];
}

function anthropicHead({ id, modelId, input, cached }: BedrockAnswer): JsonObject {
  const usage = { input_tokens: input, cache_read_input_tokens: cached, cache_creation_input_tokens: 0 };
  return {
    id: `msg_bdrk_${id}`,
    type: "message",
    role: "assistant",
    model: modelId.replace(/^.*anthropic\./u, ""),
    usage,
  };
}

/** An answer in the maker's format. */
export function invokeAnswer(answer: BedrockAnswer): JsonObject {
  const { reply, input, output, id } = answer;
  const finish = reply.finishReason === "length" ? "length" : "stop";
  switch (makerOf(answer.modelId)) {
    case "anthropic": {
      const head = anthropicHead(answer);
      const usage = { ...(head["usage"] as JsonObject), output_tokens: output };
      return { ...head, content: anthropicContent(answer), stop_reason: converseStop(reply), usage };
    }
    case "titan": {
      const results = [
        { tokenCount: output, outputText: reply.text, completionReason: finish === "stop" ? "FINISH" : "LENGTH" },
      ];
      return { inputTextTokenCount: input, results };
    }
    case "meta":
      return { generation: reply.text, prompt_token_count: input, generation_token_count: output, stop_reason: finish };
    case "mistral":
      return { outputs: [{ text: reply.text, stop_reason: finish }] };
    case "cohere":
      return {
        response_id: id,
        generation_id: id,
        text: reply.text,
        finish_reason: finish === "stop" ? "COMPLETE" : "MAX_TOKENS",
      };
    default:
      return converse(answer);
  }
}

function* anthropicBlocks({ reply }: BedrockAnswer): Generator<JsonObject, void, undefined> {
  let index = 0;
  if (reply.text !== "") {
    yield { type: "content_block_start", index, content_block: { type: "text", text: "" } };
    for (const text of tokens(reply.text))
      yield { type: "content_block_delta", index, delta: { type: "text_delta", text } };
    yield { type: "content_block_stop", index };
    index++;
  }
  for (const { id, name, arguments: input } of reply.toolCalls) {
    yield { type: "content_block_start", index, content_block: { type: "tool_use", id, name, input: {} } };
    yield { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: input } };
    yield { type: "content_block_stop", index };
    index++;
  }
}

/** The events of a maker's stream; Bedrock's own count goes with the last. */
export function* invokeEvents(answer: BedrockAnswer): Generator<JsonObject, void, undefined> {
  const { reply, input, output, cached } = answer;
  const metrics = {
    "amazon-bedrock-invocationMetrics": {
      inputTokenCount: input,
      outputTokenCount: output,
      cacheReadInputTokenCount: cached,
    },
  };
  const maker = makerOf(answer.modelId);
  const whole = invokeAnswer(answer);
  if (maker === "nova") {
    for (const [type, event] of converseEvents(answer)) yield { [type]: event };
    return;
  }
  if (maker === "anthropic") {
    yield { type: "message_start", message: { ...anthropicHead(answer), content: [] } };
    yield* anthropicBlocks(answer);
    const usage = { output_tokens: output };
    yield { type: "message_delta", delta: { stop_reason: converseStop(reply), stop_sequence: null }, usage };
    yield { type: "message_stop", ...metrics };
    return;
  }
  for (const text of tokens(reply.text)) {
    if (maker === "titan") yield { outputText: text, index: 0 };
    else if (maker === "meta") yield { generation: text, stop_reason: null };
    else if (maker === "mistral") yield { outputs: [{ text, stop_reason: null }] };
    else yield { is_finished: false, event_type: "text-generation", text };
  }
  if (maker === "titan") yield { outputText: "", completionReason: "FINISH", inputTextTokenCount: input, ...metrics };
  else if (maker === "meta") yield { ...whole, generation: "", ...metrics };
  else if (maker === "mistral") yield { outputs: [{ text: "", stop_reason: "stop" }], ...metrics };
  else yield { ...whole, text: reply.text, is_finished: true, event_type: "stream-end", ...metrics };
}
