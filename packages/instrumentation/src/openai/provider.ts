import { type Address, addressOf } from "../core/address-of.ts";
import type { JsonObject } from "../core/read.ts";
import type { Server } from "../stainless/patch-client.ts";

/** Who answers at a base URL, as `gen_ai.provider.name`: hosts of makers that speak OpenAI's wire format. A dot in front matches the host's end. */
export const openAiCompatibleHosts: Readonly<Record<string, string>> = {
  ".openai.com": "openai",
  ".openai.azure.com": "azure.ai.openai",
  ".cognitiveservices.azure.com": "azure.ai.openai",
  ".services.ai.azure.com": "azure.ai.inference",
  "models.inference.ai.azure.com": "azure.ai.inference",
  "models.github.ai": "github",
  "api.anthropic.com": "anthropic",
  "api.groq.com": "groq",
  "api.deepseek.com": "deepseek",
  "api.x.ai": "x_ai",
  ".x.ai": "x_ai",
  "api.mistral.ai": "mistral_ai",
  "codestral.mistral.ai": "mistral_ai",
  ".together.xyz": "together_ai",
  ".together.ai": "together_ai",
  ".fireworks.ai": "fireworks_ai",
  "openrouter.ai": "openrouter",
  ".perplexity.ai": "perplexity",
  ".cerebras.ai": "cerebras",
  ".nvidia.com": "nvidia",
  ".moonshot.cn": "moonshot_ai",
  ".moonshot.ai": "moonshot_ai",
  ".aliyuncs.com": "dashscope",
  "open.bigmodel.cn": "zhipu",
  ".z.ai": "zhipu",
  "generativelanguage.googleapis.com": "gcp.gemini",
  ".googleapis.com": "gcp.vertex_ai",
  ".cohere.ai": "cohere",
  ".cohere.com": "cohere",
  ".amazonaws.com": "aws.bedrock",
  ".ml.cloud.ibm.com": "ibm.watsonx.ai",
  ".deepinfra.com": "deepinfra",
  ".sambanova.ai": "sambanova",
  ".hyperbolic.xyz": "hyperbolic",
  ".novita.ai": "novita",
  ".huggingface.co": "huggingface",
  ".minimax.io": "minimax",
  ".siliconflow.cn": "siliconflow",
  ".siliconflow.com": "siliconflow",
  ".baichuan-ai.com": "baichuan",
  ".volces.com": "volcengine",
  ".replicate.com": "replicate",
  ".ai21.com": "ai21",
  ".baseten.co": "baseten",
  "api.cloudflare.com": "cloudflare",
  ".databricks.com": "databricks",
  "api.featherless.ai": "featherless",
  "api.friendli.ai": "friendli",
  "api.jina.ai": "jina",
  ".nebius.ai": "nebius",
  ".nebius.com": "nebius",
  ".nscale.com": "nscale",
  "ai-gateway.vercel.sh": "vercel",
  "api.scaleway.ai": "scaleway",
  "api.upstage.ai": "upstage",
  "api.voyageai.com": "voyage_ai",
};

/** On the own machine a server is known by the port that it takes unless told otherwise. */
export const localPorts: Readonly<Record<number, string>> = {
  11434: "ollama",
  1234: "lm_studio",
  8000: "vllm",
  4000: "litellm",
};

/** Elsewhere, by a word in the host's name, as in `vllm.internal`. */
export const hostWords = ["ollama", "vllm", "litellm", "lmstudio"] as const;

/** Whom Hugging Face's router sends a request to, by the first part of the path; what is its own is `huggingface`. */
const routedProviders: Readonly<Record<string, string>> = {
  baseten: "baseten",
  cerebras: "cerebras",
  cohere: "cohere",
  deepinfra: "deepinfra",
  "featherless-ai": "featherless",
  "fireworks-ai": "fireworks_ai",
  groq: "groq",
  hyperbolic: "hyperbolic",
  nebius: "nebius",
  novita: "novita",
  nscale: "nscale",
  ovhcloud: "ovhcloud",
  publicai: "publicai",
  replicate: "replicate",
  sambanova: "sambanova",
  scaleway: "scaleway",
  together: "together_ai",
  "zai-org": "zhipu",
};

/**
 * Provider, host and port of a base URL. `hosts` (host, or host and port, to provider) goes before the list. A host nobody knows is `unknown`: the provider
 * whose format it speaks.
 */
export function readServer(
  baseUrl: unknown,
  hosts: Readonly<Record<string, string>> = {},
  unknown: string = "openai",
): Server {
  const url = String(baseUrl);
  const server = addressOf(url);
  if (server === undefined) return { provider: unknown };
  return { provider: providerOf(new URL(url), server, hosts) ?? unknown, ...server };
}

function providerOf(url: URL, server: Address, hosts: Readonly<Record<string, string>>): string | undefined {
  const { address: host, port } = server;
  const own = hosts[url.host] ?? hosts[`${host}:${port}`] ?? hosts[host];
  if (own !== undefined) return own;
  if (host === "router.huggingface.co") return routedProviders[url.pathname.split("/")[1] ?? ""] ?? "huggingface";
  if (Object.hasOwn(openAiCompatibleHosts, host)) return openAiCompatibleHosts[host]!;
  for (const [suffix, provider] of Object.entries(openAiCompatibleHosts)) {
    if (suffix.startsWith(".") && host.endsWith(suffix)) return provider;
  }
  if (host === "localhost" || host === "127.0.0.1" || host === "::1") return localPorts[port ?? 0];
  const word = hostWords.find((name) => host.split(/[.-]/u).includes(name));
  return word === "lmstudio" ? "lm_studio" : word;
}

/** Whether attributes of OpenAI's own (`openai.*`) belong on the spans of a provider. */
export function speaksOpenAi(provider: string): boolean {
  return provider === "openai" || provider === "azure.ai.openai";
}

/** Who answers a client of the `openai` package. */
export function readOpenAiServer(client: JsonObject, hosts?: Readonly<Record<string, string>>): Server {
  const server = readServer(client["baseURL"], hosts);
  // an Azure client may sit behind a gateway of any name
  return "apiVersion" in client && server.provider === "openai" ? { ...server, provider: "azure.ai.openai" } : server;
}

/** Who answers a client that is one provider's own: this provider, wherever it is reached, unless `hosts` names another. */
export function readOwnServer(
  client: JsonObject,
  provider: string,
  hosts: Readonly<Record<string, string>> = {},
): Server {
  const { address, port } = readServer(client["baseURL"]);
  const named = hosts[`${address}:${port}`] ?? (address === undefined ? undefined : hosts[address]);
  return {
    provider: named ?? provider,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
  };
}
