import type * as Bedrock from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export type BedrockModule = typeof Bedrock;

/** The packages that are tested, under the names of their npm aliases. There is one major version: the newest, and an older minor. */
export const bedrockPackages = ["@aws-sdk/client-bedrock-runtime", "@aws-sdk/client-bedrock-runtime-previous"] as const;
export type BedrockPackage = (typeof bedrockPackages)[number];

export async function loadBedrock(name: BedrockPackage, how: "import" | "require" = "import"): Promise<BedrockModule> {
  if (how === "import") return (await import(name)) as BedrockModule;
  const { createRequire } = await import("node:module");
  return createRequire(import.meta.url)(name) as BedrockModule;
}

export function bedrockClient({ BedrockRuntime }: BedrockModule, url: string): Bedrock.BedrockRuntime {
  return new BedrockRuntime({
    endpoint: new URL(url).origin,
    region: "eu-central-1",
    credentials: { accessKeyId: "unused", secretAccessKey: "unused" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
}

/** An ordinary thing an application does, and what should be seen of it. */
export interface BedrockTestCall {
  readonly name: string;
  run(client: Bedrock.BedrockRuntime, module: BedrockModule): Promise<unknown>;
  readonly span: string;
  /** Input and output tokens of the span, where it has them. */
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const nova = "eu.amazon.nova-lite-v1:0";
const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const messages: Bedrock.Message[] = [{ role: "user", content: [{ text: "Hello" }] }];
const toolConfig: Bedrock.ToolConfiguration = {
  tools: [
    {
      toolSpec: {
        name: "get_weather",
        description: "Weather in a city",
        inputSchema: { json: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
      },
    },
  ],
};
const askWeather: Bedrock.Message[] = [{ role: "user", content: [{ text: "What is the weather in Oslo?" }] }];

async function collect(items: AsyncIterable<unknown> | undefined, most = Number.POSITIVE_INFINITY): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items ?? []) {
    all.push(item);
    if (all.length >= most) break;
  }
  return all;
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { returned: await run() };
  } catch (error) {
    const { name, message, constructor, $fault } = error as Error & { $fault?: string };
    return { class: constructor.name, name, message, $fault };
  }
}

/** Everything but what differs from request to request. */
function plain({ $metadata: _metadata, ...rest }: { readonly $metadata: unknown }): unknown {
  return rest;
}

const bodies: readonly (readonly [model: string, body: object])[] = [
  [
    claude,
    {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 50,
      temperature: 0.5,
      top_k: 5,
      system: "Be kind.",
      messages: [{ role: "user", content: [{ type: "text", text: "Hello", cache_control: { type: "ephemeral" } }] }],
    },
  ],
  [nova, { messages, inferenceConfig: { maxTokens: 50, topP: 0.9 } }],
  ["amazon.titan-text-express-v1", { inputText: "Hello", textGenerationConfig: { maxTokenCount: 50 } }],
  ["us.meta.llama3-3-70b-instruct-v1:0", { prompt: "Hello", max_gen_len: 50 }],
  ["mistral.mistral-7b-instruct-v0:2", { prompt: "Hello", max_tokens: 50 }],
  ["cohere.command-r-v1:0", { message: "Hello", p: 0.9 }],
];

const invocations = bodies.flatMap(([modelId, input]): BedrockTestCall[] => {
  const body = JSON.stringify(input);
  const span = `${"prompt" in input || "inputText" in input ? "text_completion" : "chat"} ${modelId}`;
  return [
    {
      name: `invoke ${modelId}`,
      span,
      // these two tell tokens in headers only, which the SDK drops
      tokens: !/mistral|cohere/u.test(modelId),
      async run(client) {
        const answer = await client.invokeModel({ modelId, body });
        return [answer.body.transformToString(), answer.contentType];
      },
    },
    {
      name: `invoke ${modelId}, streamed`,
      span,
      tokens: true,
      run: async (client) => collect((await client.invokeModelWithResponseStream({ modelId, body })).body),
    },
  ];
});

export const bedrockCalls: readonly BedrockTestCall[] = [
  {
    name: "converse",
    span: `chat ${nova}`,
    tokens: true,
    run: async (client) =>
      plain(
        await client.converse({
          modelId: nova,
          messages: [{ role: "user", content: [{ text: "Hello" }, { cachePoint: { type: "default" } }] }],
          system: [{ text: "Be kind." }],
          inferenceConfig: { maxTokens: 50, temperature: 0.5, topP: 0.9, stopSequences: ["END"] },
          additionalModelRequestFields: { top_k: 5 },
          guardrailConfig: { guardrailIdentifier: "gr-1", guardrailVersion: "1" },
        }),
      ),
  },
  {
    name: "converse by a command",
    span: `chat ${nova}`,
    tokens: true,
    run: async (client, { ConverseCommand }) =>
      plain(await client.send(new ConverseCommand({ modelId: nova, messages }))),
  },
  {
    name: "converse with a callback",
    span: `chat ${nova}`,
    tokens: true,
    run: (client, { ConverseCommand }) =>
      new Promise((resolve, reject) => {
        client.send(new ConverseCommand({ modelId: nova, messages }), (error, value) => {
          if (value === undefined) reject(error as Error);
          else resolve(plain(value));
        });
      }),
  },
  {
    name: "converse with a tool and an image",
    span: `chat ${claude}`,
    tokens: true,
    run: async (client) =>
      plain(
        await client.converse({
          modelId: claude,
          toolConfig,
          messages: [
            {
              role: "user",
              content: [
                { text: "What is the weather in Oslo?" },
                { image: { format: "png", source: { bytes: Buffer.from("iVBORw0KGgo=", "base64") } } },
              ],
            },
          ],
        }),
      ),
  },
  {
    name: "converse stream",
    span: `chat ${nova}`,
    tokens: true,
    run: async (client) => collect((await client.converseStream({ modelId: nova, messages })).stream),
  },
  {
    name: "converse stream with a tool",
    span: `chat ${nova}`,
    tokens: true,
    run: async (client) =>
      collect((await client.converseStream({ modelId: nova, messages: askWeather, toolConfig })).stream),
  },
  {
    name: "converse stream left early",
    span: `chat ${nova}`,
    run: async (client) => collect((await client.converseStream({ modelId: nova, messages })).stream, 2),
  },
  {
    name: "connection cut inside a stream",
    span: `chat ${nova}#cut-after=3`,
    errorType: "ECONNRESET",
    run: (client) =>
      thrown(async () => collect((await client.converseStream({ modelId: `${nova}#cut-after=3`, messages })).stream)),
  },
  {
    name: "exception inside a stream",
    span: `chat ${nova}#error-after=3`,
    errorType: "InternalServerException",
    run: (client) =>
      thrown(async () => collect((await client.converseStream({ modelId: `${nova}#error-after=3`, messages })).stream)),
  },
  {
    name: "throttled",
    span: `chat ${nova}#status=429`,
    errorType: "ThrottlingException",
    run: (client) => thrown(() => client.converse({ modelId: `${nova}#status=429`, messages })),
  },
  {
    name: "aborted",
    span: `chat ${nova}`,
    errorType: "AbortError",
    run: (client) => thrown(() => client.converse({ modelId: nova, messages }, { abortSignal: AbortSignal.abort() })),
  },
  ...invocations,
  ...(["invokeModel", "invokeModelWithResponseStream"] as const).map((method): BedrockTestCall => ({
    name: `${method} with Anthropic's tools`,
    span: `chat ${claude}`,
    tokens: true,
    async run(client) {
      const body = JSON.stringify({
        anthropic_version: "bedrock-2023-05-31",
        max_tokens: 50,
        messages: [{ role: "user", content: "What is the weather in Oslo?" }],
        tools: [
          {
            name: "get_weather",
            description: "Weather in a city",
            input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          },
        ],
      });
      if (method === "invokeModel")
        return (await client.invokeModel({ modelId: claude, body })).body.transformToString();
      return collect((await client.invokeModelWithResponseStream({ modelId: claude, body })).body);
    },
  })),
  {
    name: "Titan embeddings",
    span: "embeddings amazon.titan-embed-text-v2:0",
    async run(client) {
      const body = JSON.stringify({ inputText: "Hello", dimensions: 256 });
      const answer = await client.invokeModel({ modelId: "amazon.titan-embed-text-v2:0", body });
      return answer.body.transformToString();
    },
  },
  {
    name: "Cohere embeddings",
    span: "embeddings cohere.embed-english-v3",
    async run(client) {
      const body = Buffer.from(JSON.stringify({ texts: ["Hello"], input_type: "search_query" }));
      const answer = await client.invokeModel({ modelId: "cohere.embed-english-v3", body });
      return answer.body.transformToString();
    },
  },
];
