import { createRequire } from "node:module";
import type Anthropic from "@anthropic-ai/sdk";

/** What the calls of tests need of a client: Bedrock's and Vertex's have no more. */
export type AnthropicClient = Pick<Anthropic, "messages" | "beta">;

/** A package by which Anthropic's models are reached elsewhere. */
export interface AnthropicFlavour {
  /** What is installed: the package or an alias of an older one. */
  readonly package: string;
  readonly library: string;
  readonly version: string;
  readonly provider: string;
  readonly model: string;
  /** The client, of what the package exports, for a server at an origin. */
  create(module: Readonly<Record<string, unknown>>, origin: string): AnthropicClient;
}

type Client = new (options: Readonly<Record<string, unknown>>) => AnthropicClient;

const common = { maxRetries: 0 };
const claude = "claude-haiku-4-5";

/** Credentials that ask no server for a token. */
const authClient = { projectId: "project", getRequestHeaders: () => Promise.resolve(new Headers()) };

const bedrock = {
  library: "@anthropic-ai/bedrock-sdk",
  provider: "aws.bedrock",
  model: "anthropic.claude-haiku-4-5-20251001-v1:0",
  create: ({ AnthropicBedrock }: Readonly<Record<string, unknown>>, baseURL: string): AnthropicClient =>
    new (AnthropicBedrock as Client)({ ...common, baseURL, awsRegion: "us-east-1", skipAuth: true }),
};
const mantle = {
  ...bedrock,
  model: claude,
  create: ({ AnthropicBedrockMantle }: Readonly<Record<string, unknown>>, origin: string): AnthropicClient =>
    new (AnthropicBedrockMantle as Client)({
      ...common,
      baseURL: `${origin}/anthropic`,
      awsRegion: "us-east-1",
      skipAuth: true,
    }),
};
const vertex = {
  library: "@anthropic-ai/vertex-sdk",
  provider: "gcp.vertex_ai",
  model: claude,
  create: ({ AnthropicVertex }: Readonly<Record<string, unknown>>, origin: string): AnthropicClient =>
    new (AnthropicVertex as Client)({
      ...common,
      baseURL: `${origin}/v1`,
      region: "europe-west1",
      projectId: "project",
      authClient,
    }),
};
const foundry = {
  library: "@anthropic-ai/foundry-sdk",
  provider: "azure.ai.inference",
  model: claude,
  create: (module: Readonly<Record<string, unknown>>, origin: string): AnthropicClient =>
    new (module["default"] as Client)({ ...common, baseURL: `${origin}/anthropic`, apiKey: "unused" }),
};

export const anthropicFlavours: readonly AnthropicFlavour[] = [
  { ...bedrock, package: "@anthropic-ai/bedrock-sdk", version: "1" },
  { ...bedrock, package: "@anthropic-ai/bedrock-sdk-v0", version: "0" },
  { ...mantle, package: "@anthropic-ai/bedrock-sdk", version: "1, Mantle" },
  { ...vertex, package: "@anthropic-ai/vertex-sdk", version: "1" },
  { ...vertex, package: "@anthropic-ai/vertex-sdk-v0", version: "0" },
  { ...foundry, package: "@anthropic-ai/foundry-sdk", version: "1" },
  { ...foundry, package: "@anthropic-ai/foundry-sdk-v0", version: "0" },
];

export async function loadFlavour(
  name: string,
  how: "import" | "require" = "import",
): Promise<Readonly<Record<string, unknown>>> {
  if (how === "import") return (await import(name)) as Record<string, unknown>;
  return createRequire(import.meta.url)(name) as Record<string, unknown>;
}

export interface FlavourCall {
  readonly name: string;
  run(client: AnthropicClient, model: string): Promise<unknown>;
  /** Spans of calls to the model; one unless said. */
  readonly calls?: number;
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const hello = { max_tokens: 200, messages: [{ role: "user" as const, content: "say: hello there" }] };

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    const { name, message, status } = error as Error & { status?: number };
    return { class: (error as object).constructor.name, name, message, status };
  }
}

/** What all flavours have. */
export const flavourCalls: readonly FlavourCall[] = [
  { name: "message", tokens: true, run: ({ messages }, model) => messages.create({ ...hello, model }) },
  { name: "beta message", tokens: true, run: ({ beta }, model) => beta.messages.create({ ...hello, model }) },
  {
    name: "a tool call",
    tokens: true,
    run: ({ messages }, model) =>
      messages.create({
        ...hello,
        model,
        messages: [{ role: "user", content: "What is the weather in Oslo?" }],
        tools: [
          {
            name: "get_weather",
            description: "Weather in a city",
            input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          },
        ],
      }),
  },
  {
    name: "stream",
    tokens: true,
    run: async ({ messages }, model) => collect(await messages.create({ ...hello, model, stream: true })),
  },
  {
    name: "stream helper",
    tokens: true,
    run: ({ messages }, model) => messages.stream({ ...hello, model }).finalMessage(),
  },
  {
    name: "HTTP 429",
    errorType: "429",
    run: ({ messages }, model) => thrown(() => messages.create({ ...hello, model: `${model}#status=429` })),
  },
];
