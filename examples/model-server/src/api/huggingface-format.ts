import type { ServerResponse } from "node:http";
import { ApiError } from "../api-error.ts";
import { embed } from "../brain/embed.ts";
import type { Prompt, Reply } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";
import { sendEvents, sendJson, wholeMs } from "../send.ts";
import type { WireCall, WireFormat } from "../wire-format.ts";

const pathPattern =
  /^(?:\/hf-inference\/models\/([^/]+\/[^/]+|[^/]+?)(\/pipeline\/feature-extraction)?|\/(generate|generate_stream))$/u;

/** What Hugging Face serves beside OpenAI's format: Text Generation Inference (`{ inputs, parameters }`) and pipelines of embeddings, with their errors. */
export const huggingFaceFormat: WireFormat = {
  handles: (path) => pathPattern.test(path),
  modelOf: (path) => decodeURIComponent(pathPattern.exec(path)?.[1] ?? ""),
  async post({ path, body, reply, fault, pace }: WireCall) {
    const [, , pipeline, route] = pathPattern.exec(path) ?? [];
    const request = readObject(body, "body");
    if (pipeline !== undefined) {
      const { inputs } = request;
      const vectors = typeof inputs === "string" ? vectorOf(inputs) : readArray(inputs, "inputs").map(vectorOf);
      return sendJson(reply, vectors, fault, 0);
    }
    const prompt = readPrompt(request);
    const said = respond(prompt, 0);
    if (request["stream"] === true || route === "generate_stream") {
      return sendEvents(reply, encoded(prompt, said), fault, pace, {
        contentType: "text/event-stream",
        error: () =>
          `data: ${JSON.stringify({ error: "Request failed during generation", error_type: "generation" })}\n\n`,
      });
    }
    const answer = { generated_text: said.text, details: detailsOf(prompt, said, true) };
    return sendJson(reply, route === "generate" ? answer : [answer], fault, wholeMs(pace, countReplyTokens(said)));
  },
  sendError,
};

function sendError(reply: ServerResponse, error: ApiError): void {
  const body = JSON.stringify({ error: error.message, error_type: error.type });
  reply.writeHead(error.status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function vectorOf(text: unknown): number[] {
  return [...embed(readString(text, "inputs"), 384)];
}

function readPrompt(request: JsonObject): Prompt {
  const parameters = isObject(request["parameters"]) ? request["parameters"] : {};
  const text = readString(request["inputs"], "inputs");
  if (text === "") throw new ApiError(422, "validation", "Input validation error: `inputs` cannot be empty");
  return {
    model: { id: "text-generation", snapshot: "text-generation", kind: "chat" },
    turns: [{ role: "user", text, toolCalls: [] }],
    tools: [],
    toolChoice: "none",
    parallelToolCalls: false,
    json: undefined,
    maxTokens: readInteger(parameters["max_new_tokens"], "max_new_tokens", 1) ?? 100,
    stop: readArray(parameters["stop"] ?? [], "stop").map(String),
  };
}

/** With the tokens of the prompt, which are told only where all is told at once. */
function detailsOf(prompt: Prompt, said: Reply, whole: boolean): JsonObject {
  const prefill = Array.from({ length: countPromptTokens(prompt.turns, []) }, (_, id) => ({
    id,
    text: "",
    logprob: 0,
  }));
  return {
    finish_reason: said.finishReason === "length" ? "length" : "eos_token",
    generated_tokens: countReplyTokens(said),
    ...(whole ? { prefill } : { input_length: prefill.length }),
    seed: null,
  };
}

function* encoded(prompt: Prompt, said: Reply): Generator<string, void, undefined> {
  const pieces = tokens(said.text);
  for (const [index, text] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    const event = {
      index: index + 1,
      token: { id: index, text, logprob: -0.5, special: false },
      generated_text: isLast ? said.text : null,
      details: isLast ? detailsOf(prompt, said, false) : null,
    };
    yield `data: ${JSON.stringify(event)}\n\n`;
  }
}
