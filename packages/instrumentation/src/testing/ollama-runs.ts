import { createRequire } from "node:module";
import type * as ollama from "ollama";

export const ollamaMajors = ["ollama-v0.5", "ollama"] as const;
export type OllamaMajor = (typeof ollamaMajors)[number];
type Module = typeof ollama;

export async function loadOllama(major: OllamaMajor, how: "import" | "require" = "import"): Promise<Module> {
  return how === "import" ? ((await import(major)) as Module) : (createRequire(import.meta.url)(major) as Module);
}

const chat = { model: "llama3.2", messages: [{ role: "user", content: "say: hello there" }] };
const weather: ollama.Tool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const ask = {
  model: "llama3.2",
  messages: [{ role: "user", content: "What is the weather in Paris?" }],
  tools: [weather],
};

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return [(error as object).constructor.name, (error as Error).message];
  }
}

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of stream) all.push({ ...(one as object), created_at: 0 });
  return all;
}

export interface OllamaRun {
  readonly run: (client: ollama.Ollama) => Promise<unknown>;
  /** Name of the span. */
  readonly span: string;
  /** `any`: whatever came first. */
  readonly errorType?: string;
}

/** Ordinary things an application does with the client. */
export const ollamaRuns: Readonly<Record<string, OllamaRun>> = {
  chat: { span: "chat llama3.2", run: async (client) => (await client.chat({ ...chat })).message },
  "chat with options": {
    span: "chat llama3.2",
    run: async (client) =>
      (await client.chat({ ...chat, options: { temperature: 0.5, top_p: 0.9, top_k: 5, seed: 7, stop: ["END"] } }))
        .message,
  },
  "a tool call": { span: "chat llama3.2", run: async (client) => (await client.chat({ ...ask })).message },
  stream: { span: "chat llama3.2", run: async (client) => collect(await client.chat({ ...chat, stream: true })) },
  "stream of a tool call": {
    span: "chat llama3.2",
    run: async (client) => collect(await client.chat({ ...ask, stream: true })),
  },
  "stream left early": {
    span: "chat llama3.2",
    run: async (client) => {
      for await (const one of await client.chat({ ...chat, stream: true })) return one.message;
      return undefined;
    },
  },
  generate: {
    span: "text_completion llama3.2",
    run: async (client) => (await client.generate({ model: "llama3.2", prompt: "say: hello there" })).response,
  },
  "streamed generate": {
    span: "text_completion llama3.2",
    run: async (client) =>
      collect(await client.generate({ model: "llama3.2", prompt: "say: hello there", stream: true })),
  },
  embed: {
    span: "embeddings nomic-embed-text",
    run: async (client) => (await client.embed({ model: "nomic-embed-text", input: ["a", "b"] })).embeddings.length,
  },
  embeddings: {
    span: "embeddings nomic-embed-text",
    run: async (client) => (await client.embeddings({ model: "nomic-embed-text", prompt: "a b" })).embedding.length,
  },
  "an image as bytes": {
    span: "chat llama3.2",
    run: async (client) =>
      (
        await client.chat({
          ...chat,
          messages: [{ role: "user", content: "Hello", images: [new Uint8Array([1, 2])] }],
        })
      ).message,
  },
  "thinking, streamed": {
    span: "chat deepseek-r1",
    run: async (client) => collect(await client.chat({ ...chat, model: "deepseek-r1", think: true, stream: true })),
  },
  "stream aborted before it is read": {
    span: "chat llama3.2#chunk-delay-ms=20",
    run: async (client) => {
      const stream = await client.chat({ ...chat, model: "llama3.2#chunk-delay-ms=20", stream: true });
      client.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return Object.keys(stream);
    },
  },
  "stream aborted while it is read": {
    span: "chat llama3.2#chunk-delay-ms=20",
    errorType: "any",
    run: (client) =>
      thrown(async () => {
        const stream = await client.chat({ ...chat, model: "llama3.2#chunk-delay-ms=20", stream: true });
        for await (const _ of stream) stream.abort();
      }),
  },
  "connection cut inside a stream": {
    span: "chat llama3.2#cut-after=1",
    errorType: "any",
    run: (client) =>
      thrown(async () => collect(await client.chat({ ...chat, model: "llama3.2#cut-after=1", stream: true }))),
  },
  "HTTP 500 of a stream": {
    span: "chat llama3.2#status=500",
    errorType: "500",
    run: (client) => thrown(() => client.chat({ ...chat, model: "llama3.2#status=500", stream: true })),
  },
  "no such model": {
    span: "chat none",
    errorType: "404",
    run: (client) => thrown(() => client.chat({ ...chat, model: "none" })),
  },
  "error inside a stream": {
    span: "chat llama3.2#error-after=1",
    errorType: "Error",
    run: (client) =>
      thrown(async () => collect(await client.chat({ ...chat, model: "llama3.2#error-after=1", stream: true }))),
  },
};
