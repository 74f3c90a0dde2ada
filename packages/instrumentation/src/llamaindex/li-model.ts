import { messagesAnswer } from "../anthropic/messages.ts";
import type { CallStart } from "../core/call-start.ts";
import type { Answer } from "../core/model-call.ts";
import { arrayOf, integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import { contentAnswer } from "../google/gemini.ts";
import { chatAnswer, messageFinishReason } from "../openai/chat.ts";
import { responsesAnswer } from "../openai/responses.ts";
import { readUsage } from "../openai/usage.ts";
import { liMessage, liMessages } from "./li-messages.ts";

/** By the name of LlamaIndex's class, without what follows the maker's. */
const providers: Readonly<Record<string, string>> = {
  azureopenai: "azure.ai.openai",
  bedrock: "aws.bedrock",
  fireworks: "fireworks_ai",
  gemini: "gcp.gemini",
  geminivertex: "gcp.vertex_ai",
  google: "gcp.gemini",
  mistralai: "mistral_ai",
  together: "together_ai",
  xai: "x_ai",
};

/** Whose models an object calls, by its class: `OpenAIResponses`, `MistralAIEmbedding`. */
export function providerOf(model: object): string {
  const name = model.constructor.name.toLowerCase();
  const maker = name.replace(/(?:responses|embedding|embeddings|llm|session)$/u, "");
  return providers[maker] ?? (maker === "" ? "llamaindex" : maker);
}

/** What a model is asked. `model`: LlamaIndex's object for it; `parameters`: those of its `chat`. */
export function modelStart(model: object, parameters: unknown): CallStart {
  const about = objectOf((model as { metadata?: unknown }).metadata);
  const asked = objectOf(parameters);
  const tools = arrayOf(asked["tools"]).map((tool) => objectOf(objectOf(tool)["metadata"]));
  return {
    operation: "chat",
    provider: providerOf(model),
    measured: "inference",
    model: stringOf(about["model"]) ?? stringOf((model as JsonObject)["model"]),
    attributes: {
      "gen_ai.request.temperature": numberOf(about["temperature"]),
      "gen_ai.request.top_p": numberOf(about["topP"]),
      "gen_ai.request.max_tokens": integerOf(about["maxTokens"]),
    },
    content: () => ({
      "gen_ai.input.messages": liMessages(asked["messages"]),
      ...(tools.length === 0
        ? {}
        : {
            "gen_ai.tool.definitions": tools.map(({ name, description, parameters: schema }) => ({
              type: "function",
              name,
              description,
              parameters: schema,
            })),
          }),
    }),
  };
}

/** What it answered: the message is LlamaIndex's, the rest the provider's own answer, in whichever format that is. */
export function modelAnswer(response: unknown, provider: string): Answer {
  const { raw, message } = objectOf(response);
  const said = rawAnswer(raw, provider);
  const reason = said.attributes["gen_ai.response.finish_reasons"]?.[0];
  return { ...said, output: () => [liMessage(objectOf(message), messageFinishReason(reason ?? "stop"))] };
}

function rawAnswer(raw: unknown, provider: string): Answer {
  const answer = objectOf(raw);
  if (Array.isArray(answer["choices"])) return chatAnswer(answer, provider);
  if (answer["object"] === "response") return responsesAnswer(answer, provider);
  if (answer["type"] === "message") return messagesAnswer(answer);
  if (Array.isArray(answer["candidates"])) return contentAnswer(answer);
  return {
    attributes: {
      "gen_ai.response.id": stringOf(answer["id"]),
      "gen_ai.response.model": stringOf(answer["model"]),
    },
    usage: readUsage(answer["usage"]),
  };
}

/** Puts a streamed answer together. `keepText`: whether anybody will see what was said. */
export function readChunks(provider: string, keepText: boolean): { push(chunk: unknown): void; answer(): Answer } {
  let text = "";
  let calls: readonly unknown[] = [];
  let answer: Answer = { attributes: {} };
  return {
    push(chunk) {
      const { raw, delta, options } = objectOf(chunk);
      const said = rawAnswer(isObject(raw) && isObject(raw["response"]) ? raw["response"] : raw, provider);
      const known = Object.entries(said.attributes).filter(([, value]) => value !== undefined);
      const [reason] = said.attributes["gen_ai.response.finish_reasons"] ?? [];
      answer = {
        attributes: {
          ...answer.attributes,
          // a chunk without a reason is not the last one
          ...Object.fromEntries(known.filter(([key]) => !key.endsWith("finish_reasons") || reason !== "error")),
        },
        usage: said.usage ?? answer.usage,
      };
      if (!keepText) return;
      if (typeof delta === "string") text += delta;
      const { toolCall } = objectOf(options);
      if (Array.isArray(toolCall)) calls = toolCall;
    },
    answer() {
      const reason = answer.attributes["gen_ai.response.finish_reasons"]?.[0] ?? "stop";
      const message = { role: "assistant", content: text, options: { toolCall: calls } };
      return { ...answer, output: () => [liMessage(message, messageFinishReason(reason))] };
    },
  };
}
