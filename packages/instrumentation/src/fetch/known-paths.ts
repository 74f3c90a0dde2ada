import { isObject, type JsonObject, stringOf } from "../core/read.ts";
import { anthropicFormat } from "../formats/anthropic.ts";
import { bedrockFormat } from "../formats/bedrock.ts";
import { cohereV1Formats } from "../formats/cohere-v1.ts";
import { cohereFormats } from "../formats/cohere.ts";
import { geminiEmbeddings, geminiFormat } from "../formats/gemini.ts";
import { featureExtractionFormat, isGeneration, textGenerationFormat } from "../formats/huggingface.ts";
import { mistralAgent, mistralAgentChat, mistralConversation, mistralOcr } from "../formats/mistral.ts";
import type { ModelFormat } from "../formats/model-format.ts";
import { predictionFormat } from "../formats/replicate.ts";
import { rerankFormat } from "../formats/rerank.ts";
import { ollamaFormats } from "../ollama/ollama-calls.ts";
import { openAiEndpoints } from "../openai/endpoints.ts";

/** What a path and a body that fits it say about a request. */
export interface KnownRequest {
  readonly format: ModelFormat;
  /** Where it is not `model` in the body. */
  readonly model?: string | undefined;
  /** Who answers at a host that nobody knows, where the body says so. */
  readonly provider?: string | undefined;
}

/** Requests that end in one path. */
export interface KnownPath {
  readonly path: RegExp;
  /** Whose format it is, as people call it. */
  readonly api: string;
  /** Who has it beside those that speak OpenAI's; the first is who answers at a host that nobody knows. */
  readonly providers: readonly [string, ...string[]];
  /** What a body must have to be such a request. */
  readonly needs: readonly string[];
  /** `undefined` where a closer look at the body tells that it is none. */
  readonly read: (match: RegExpExecArray, body: JsonObject) => KnownRequest | undefined;
}

function openAi(resource: string, method = "create"): ModelFormat {
  const endpoint = openAiEndpoints.find(({ path, method: name }) => name === method && path.join(".") === resource);
  if (endpoint === undefined) throw new Error(`openai has no ${resource}.${method}`);
  return endpoint;
}

function always(format: ModelFormat): KnownPath["read"] {
  return () => ({ format });
}

/** The part of a path that a group has caught. */
function part(match: RegExpExecArray, group: number): string {
  const encoded = match[group] ?? "";
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Azure has the model in the path. */
function deployment({ input }: RegExpExecArray): string | undefined {
  const match = /\/deployments\/([^/]+)\//u.exec(input);
  return match === null ? undefined : part(match, 1);
}

/** Voyage's paths are those of others; its models have names that no other's have. */
function voyageBy(body: JsonObject): string | undefined {
  return /^(?:voyage-|rerank-(?:lite-)?\d)/u.test(stringOf(body["model"]) ?? "") ? "voyage_ai" : undefined;
}

const completions = openAi("Completions");

/** The first that fits is taken, so what is closer to one provider goes before what many have. */
export const knownPaths: readonly KnownPath[] = [
  {
    path: /\/v1\/messages$/u,
    api: "Anthropic",
    providers: ["anthropic"],
    needs: ["messages", "max_tokens"],
    read: always(anthropicFormat),
  },
  {
    path: /\/publishers\/anthropic\/models\/([^/:]+):(?:streamRawPredict|rawPredict)$/u,
    api: "Anthropic",
    providers: ["gcp.vertex_ai"],
    needs: ["messages", "max_tokens"],
    read: (match) => ({ format: anthropicFormat, model: part(match, 1) }),
  },
  {
    path: /\/(?:models|endpoints)\/([^/:]+):(generateContent|streamGenerateContent)$/u,
    api: "Gemini",
    providers: ["gcp.gemini", "gcp.vertex_ai"],
    needs: ["contents"],
    read: (match) => ({ format: geminiFormat(match[2] === "streamGenerateContent"), model: part(match, 1) }),
  },
  {
    path: /\/models\/([^/:]+):(?:embedContent|batchEmbedContents)$/u,
    api: "Gemini",
    providers: ["gcp.gemini", "gcp.vertex_ai"],
    needs: [],
    read: (match, body) =>
      "content" in body || "requests" in body ? { format: geminiEmbeddings, model: part(match, 1) } : undefined,
  },
  {
    path: /\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/u,
    api: "Bedrock",
    providers: ["aws.bedrock"],
    needs: [],
    read(match, body) {
      const model = part(match, 1);
      const format = bedrockFormat(match[2] ?? "", model, body);
      return format === undefined ? undefined : { format, model };
    },
  },
  {
    path: /\/v2\/(chat|embed)$/u,
    api: "Cohere",
    providers: ["cohere"],
    needs: ["model"],
    read(match, body) {
      const kind = match[1] as keyof typeof cohereFormats;
      const needed = { chat: "messages", embed: "input_type" }[kind];
      return needed in body ? { format: cohereFormats[kind] } : undefined;
    },
  },
  {
    path: /\/v1\/(chat|generate|embed|summarize|classify)$/u,
    api: "Cohere",
    providers: ["cohere"],
    needs: [],
    read(match, body) {
      const kind = match[1] as keyof typeof cohereV1Formats;
      const needed = { chat: "message", generate: "prompt", embed: "texts", summarize: "text", classify: "inputs" }[
        kind
      ];
      return needed in body ? { format: cohereV1Formats[kind] } : undefined;
    },
  },
  {
    path: /\/rerank$/u,
    api: "Cohere",
    providers: ["cohere", "jina", "voyage_ai"],
    needs: ["query", "documents"],
    read: (_match, body) => ({ format: rerankFormat(body), provider: voyageBy(body) }),
  },
  {
    path: /\/(?:multimodal|contextualized)embeddings$/u,
    api: "Voyage",
    providers: ["voyage_ai"],
    needs: ["model", "inputs"],
    read: always(openAi("Embeddings")),
  },
  {
    path: /\/api\/(chat|generate|embed|embeddings)$/u,
    api: "Ollama",
    providers: ["ollama"],
    needs: ["model"],
    read(match, body) {
      const kind = match[1] as keyof typeof ollamaFormats;
      const needed = { chat: "messages", generate: "prompt", embed: "input", embeddings: "prompt" }[kind];
      if (!(needed in body)) return undefined;
      // a body that does not say is answered by a stream
      const format: ModelFormat = ollamaFormats[kind];
      if (format.chunks === undefined || body["stream"] !== undefined) return { format };
      return { format: { ...format, request: (sent, who) => format.request({ ...sent, stream: true }, who) } };
    },
  },
  {
    path: /\/pipeline\/feature-extraction(?:\/.+)?$/u,
    api: "Hugging Face",
    providers: ["huggingface"],
    needs: ["inputs"],
    read: ({ input }) => ({
      format: featureExtractionFormat,
      model: /\/models\/(.+)\/pipeline\//u.exec(input)?.[1],
    }),
  },
  {
    path: /\/(?:generate|generate_stream)$/u,
    api: "Hugging Face",
    providers: ["huggingface"],
    needs: ["inputs"],
    read({ input }, body) {
      if (typeof body["inputs"] !== "string") return undefined;
      const streamed = input.endsWith("_stream") ? { stream: true } : {};
      const { request } = textGenerationFormat;
      return { format: { ...textGenerationFormat, request: (sent, who) => request({ ...sent, ...streamed }, who) } };
    },
  },
  {
    path: /\/models\/((?:[^/:]+\/)?[^/:]+)$/u,
    api: "Hugging Face",
    providers: ["huggingface"],
    needs: ["inputs"],
    read: (match, body) => (isGeneration(body) ? { format: textGenerationFormat, model: part(match, 1) } : undefined),
  },
  {
    path: /\/v1\/(?:predictions|(?:models|deployments)\/([^/]+\/[^/]+)\/predictions)$/u,
    api: "Replicate",
    providers: ["replicate"],
    needs: ["input"],
    read: (match, body) =>
      isObject(body["input"])
        ? { format: predictionFormat, model: match[1] === undefined ? stringOf(body["version"]) : part(match, 1) }
        : undefined,
  },
  {
    path: /\/v1\/fim\/completions$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: ["model", "prompt"],
    read: always(completions),
  },
  {
    path: /\/v1\/agents\/completions$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: ["agent_id", "messages"],
    read: always(mistralAgentChat),
  },
  {
    path: /\/v1\/conversations(?:\/([^/]+)(?:\/restart)?)?$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: [],
    read: (match, body) =>
      "inputs" in body || "from_entry_id" in body
        ? { format: mistralConversation(match[1] === undefined ? undefined : part(match, 1)) }
        : undefined,
  },
  {
    path: /\/v1\/agents$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: ["model", "name"],
    read: always(mistralAgent),
  },
  {
    path: /\/v1\/ocr$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: ["model", "document"],
    read: always(mistralOcr),
  },
  {
    path: /\/v1\/batch\/jobs$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: ["endpoint"],
    read: always(openAi("Batches")),
  },
  {
    path: /\/v1\/(?:chat\/)?classifications$/u,
    api: "Mistral",
    providers: ["mistral_ai"],
    needs: ["model", "input"],
    read: always({ ...openAi("Moderations"), operation: "classification" }),
  },
  {
    path: /\/chat\/completions$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["messages"],
    read: (match) => ({ format: openAi("Chat.Completions"), model: deployment(match) }),
  },
  {
    path: /\/(?:v\d+|deployments\/[^/]+)\/completions$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["prompt"],
    read: (match, body) => {
      const model = deployment(match);
      return model === undefined && stringOf(body["model"]) === undefined ? undefined : { format: completions, model };
    },
  },
  {
    path: /\/responses$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["input"],
    read: (_match, body) =>
      // a prompt that the provider keeps has its own model
      "model" in body || isObject(body["prompt"]) ? { format: openAi("Responses") } : undefined,
  },
  {
    path: /\/embeddings$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["input"],
    read: (match, body) => ({ format: openAi("Embeddings"), model: deployment(match), provider: voyageBy(body) }),
  },
  {
    path: /\/images\/generations$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["prompt"],
    read: (match) => ({ format: openAi("Images", "generate"), model: deployment(match) }),
  },
  {
    path: /\/audio\/speech$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["model", "input"],
    read: always(openAi("Audio.Speech")),
  },
  {
    path: /\/audio\/(?:transcriptions|translations)$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["model"],
    read: always(openAi("Audio.Transcriptions")),
  },
  {
    path: /\/moderations$/u,
    api: "OpenAI",
    providers: ["openai"],
    needs: ["input"],
    read: always(openAi("Moderations")),
  },
];
