import { createRequire } from "node:module";
import type * as cohere from "cohere-ai";

/** The packages that are tested, under the names of their npm aliases. */
export const cohereMajors = ["cohere-ai-v7", "cohere-ai"] as const;
export type CohereMajor = (typeof cohereMajors)[number];
type Module = typeof cohere;

/** A major's exports. Typed as the newest: the calls made in tests are the same. */
export async function loadCohere(major: CohereMajor, how: "import" | "require" = "import"): Promise<Module> {
  return how === "import" ? ((await import(major)) as Module) : (createRequire(import.meta.url)(major) as Module);
}

/** The clients there are: of the first version, which holds the second, and of the second alone. */
export interface CohereClients {
  readonly v1: cohere.CohereClient;
  readonly v2: cohere.CohereClientV2;
}

/** Clients of the model server. They try again what failed, where a call does not say otherwise. */
export function createCohere({ CohereClient, CohereClientV2 }: Module, environment: string): CohereClients {
  const options = { token: "unused", environment };
  return { v1: new CohereClient(options), v2: new CohereClientV2(options) };
}

export interface CohereCall {
  readonly name: string;
  run(clients: CohereClients): Promise<unknown>;
  /** The span's name; a chat with the model that is there unless said. */
  readonly span?: string;
  readonly tokens?: "both" | "input";
  readonly errorType?: string;
}

const model = "command-a-03-2025";
const user = { role: "user" as const, content: "say: hello there" };
const hello = { model, messages: [user] };
const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "Weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const askWeather = { model, messages: [{ ...user, content: "What is the weather in Oslo?" }], tools: [weather] };
const question = "which button?";
const documents = ["a blue lamp", "the red button", "a button"];
const once = { maxRetries: 0 };

/** Without what differs from call to call. */
function lasting(value: object): unknown {
  return JSON.parse(JSON.stringify(value, (key, one: unknown) => (/^(?:id|.*Id)$/u.test(key) ? "" : one)));
}

async function collect(stream: AsyncIterable<object>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of stream) all.push(lasting(one));
  return all;
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    const { name, message, statusCode } = error as Error & { statusCode?: number };
    return { class: (error as object).constructor.name, name, message, statusCode };
  }
}

/** The chat whose answer has a fault. */
function failing(fault: string): typeof hello {
  return { ...hello, model: `${model}#${fault}` };
}

/** Ordinary things an application does with the clients. */
export const cohereCalls: readonly CohereCall[] = [
  { name: "chat", tokens: "both", run: async ({ v2 }) => lasting(await v2.chat(hello)) },
  {
    name: "chat with every parameter",
    tokens: "both",
    run: async ({ v1 }) =>
      lasting(
        await v1.v2.chat({
          ...hello,
          messages: [{ role: "system", content: "Be kind." }, user],
          temperature: 0.5,
          p: 0.9,
          k: 5,
          maxTokens: 50,
          stopSequences: ["END"],
          seed: 7,
          frequencyPenalty: 0.1,
          presencePenalty: 0.2,
          responseFormat: { type: "json_object" },
        }),
      ),
  },
  { name: "a tool call", tokens: "both", run: async ({ v2 }) => lasting(await v2.chat(askWeather)) },
  {
    name: "a tool's result",
    tokens: "both",
    run: async ({ v2 }) =>
      lasting(
        await v2.chat({
          ...askWeather,
          messages: [
            ...askWeather.messages,
            {
              role: "assistant",
              toolCalls: [
                { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Oslo"}' } },
              ],
            },
            { role: "tool", toolCallId: "call_1", content: "18 degrees" },
          ],
        }),
      ),
  },
  { name: "stream", tokens: "both", run: async ({ v2 }) => collect(await v2.chatStream(hello)) },
  { name: "stream of a tool call", tokens: "both", run: async ({ v2 }) => collect(await v2.chatStream(askWeather)) },
  {
    name: "stream left early",
    run: async ({ v2 }) => {
      for await (const event of await v2.chatStream(hello)) return event.type;
      return undefined;
    },
  },
  {
    name: "with its raw response",
    tokens: "both",
    run: async ({ v2 }) => {
      const { data, rawResponse } = await v2.chat(hello).withRawResponse();
      return [lasting(data), rawResponse.status];
    },
  },
  {
    name: "chat, version 1",
    tokens: "both",
    run: async ({ v1 }) =>
      lasting(
        await v1.chat({
          model,
          message: "say: hello there",
          preamble: "Be kind.",
          chatHistory: [
            { role: "USER", message: "Hello" },
            { role: "CHATBOT", message: "Hello!" },
          ],
          conversationId: "c-1",
          temperature: 0.5,
        }),
      ),
  },
  {
    name: "a tool call, version 1",
    tokens: "both",
    run: async ({ v1 }) =>
      lasting(
        await v1.chat({
          model,
          message: "What is the weather in Oslo?",
          tools: [
            {
              name: "get_weather",
              description: "Weather in a city",
              parameterDefinitions: { city: { type: "string", description: "a city", required: true } },
            },
          ],
        }),
      ),
  },
  {
    name: "stream, version 1",
    tokens: "both",
    run: async ({ v1 }) => collect(await v1.chatStream({ model, message: "say: hello there" })),
  },
  {
    name: "generation, version 1",
    span: `text_completion ${model}`,
    tokens: "both",
    run: async ({ v1 }) => lasting(await v1.generate({ model, prompt: "say: hello there", maxTokens: 20 })),
  },
  {
    name: "generation as a stream, version 1",
    span: `text_completion ${model}`,
    tokens: "both",
    run: async ({ v1 }) => collect(await v1.generateStream({ model, prompt: "say: hello there" })),
  },
  {
    name: "embeddings",
    span: "embeddings embed-v4.0",
    tokens: "input",
    run: async ({ v2 }) =>
      (
        await v2.embed({
          model: "embed-v4.0",
          texts: ["a", "b"],
          inputType: "search_document",
          embeddingTypes: ["float"],
          outputDimension: 256,
        })
      ).embeddings.float?.map(({ length }) => length),
  },
  {
    name: "embeddings, version 1",
    span: "embeddings embed-v4.0",
    tokens: "input",
    run: async ({ v1 }) =>
      Object.keys(await v1.embed({ model: "embed-v4.0", texts: ["a"], inputType: "search_query" })).length,
  },
  {
    name: "reranking",
    span: "rerank rerank-v3.5",
    run: async ({ v2 }) => lasting(await v2.rerank({ model: "rerank-v3.5", query: question, documents, topN: 2 })),
  },
  {
    name: "reranking, version 1",
    span: "rerank rerank-v3.5",
    run: async ({ v1 }) =>
      lasting(await v1.rerank({ model: "rerank-v3.5", query: question, documents, topN: 2, returnDocuments: true })),
  },
  {
    name: "classification",
    span: "classification",
    run: async ({ v1 }) =>
      lasting(
        await v1.classify({
          inputs: ["a red button"],
          examples: [
            { text: "the red button", label: "button" },
            { text: "a blue lamp", label: "lamp" },
          ],
        }),
      ),
  },
  {
    name: "HTTP 404",
    span: "chat none",
    errorType: "404",
    run: ({ v2 }) => thrown(() => v2.chat({ ...hello, model: "none" })),
  },
  {
    name: "HTTP 429, not tried again",
    span: `chat ${model}#status=429`,
    errorType: "429",
    run: ({ v2 }) => thrown(() => v2.chat(failing("status=429"), once)),
  },
  {
    name: "HTTP 500 of a stream",
    span: `chat ${model}#status=500`,
    errorType: "500",
    run: ({ v2 }) => thrown(() => v2.chatStream(failing("status=500"), once)),
  },
  {
    name: "connection cut inside a stream",
    span: `chat ${model}#cut-after=2`,
    errorType: "any",
    run: ({ v2 }) => thrown(async () => (await collect(await v2.chatStream(failing("cut-after=2")))).length),
  },
  {
    name: "timeout",
    span: `chat ${model}#delay-ms=2000`,
    errorType: "any",
    run: ({ v2 }) => thrown(() => v2.chat(failing("delay-ms=2000"), { ...once, timeoutInSeconds: 0.02 })),
  },
  {
    name: "aborted by the caller",
    errorType: "any",
    // the library's timer runs on
    run: ({ v2 }) => thrown(() => v2.chat(hello, { ...once, timeoutInSeconds: 0.2, abortSignal: AbortSignal.abort() })),
  },
];
