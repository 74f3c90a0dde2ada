import { createRequire } from "node:module";
import type * as huggingface from "@huggingface/inference";

/** The packages that are tested, under the names of their npm aliases. */
export const huggingFaceMajors = ["@huggingface/inference", "@huggingface/inference-v3"] as const;
export type HuggingFaceMajor = (typeof huggingFaceMajors)[number];
type Module = typeof huggingface;

/** A major's exports. Typed as the newest: the calls made in tests are the same. */
export async function loadHuggingFace(major: HuggingFaceMajor, how: "import" | "require" = "import"): Promise<Module> {
  return how === "import" ? ((await import(major)) as Module) : (createRequire(import.meta.url)(major) as Module);
}

export interface HuggingFaceCall {
  readonly name: string;
  /** `origin` is the server's, to be used as the endpoint of one's own that it is. */
  run(client: huggingface.InferenceClient, origin: string): Promise<unknown>;
  /** Names of spans; one `chat gpt-4o` unless said. */
  readonly spans?: readonly string[];
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const chat = { model: "gpt-4o", messages: [{ role: "user", content: "say: hello there" }] };
const embedder = "/hf-inference/models/org/embedder/pipeline/feature-extraction";

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return [(error as object).constructor.name, (error as Error).message];
  }
}

function endpoint(origin: string): { endpointUrl: string } {
  return { endpointUrl: `${origin}/v1` };
}

/** Ordinary things an application does with the client. */
export const huggingFaceCalls: readonly HuggingFaceCall[] = [
  { name: "chat", tokens: true, run: (client, at) => client.chatCompletion({ ...chat, ...endpoint(at) }) },
  {
    name: "chat with every parameter",
    tokens: true,
    run: (client, at) =>
      client.chatCompletion({
        ...chat,
        ...endpoint(at),
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 50,
        seed: 7,
        stop: ["END"],
        frequency_penalty: 0.1,
        presence_penalty: 0.1,
        response_format: { type: "json_object" },
      }),
  },
  {
    name: "a tool call",
    tokens: true,
    run: (client, at) =>
      client.chatCompletion({
        ...endpoint(at),
        model: "gpt-4o",
        messages: [{ role: "user", content: "What is the weather in Oslo?" }],
        tools: [
          {
            type: "function",
            function: {
              name: "get_weather",
              description: "Weather in a city",
              parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
            },
          },
        ],
      }),
  },
  {
    name: "chat stream",
    tokens: true,
    run: (client, at) =>
      collect(client.chatCompletionStream({ ...chat, ...endpoint(at), stream_options: { include_usage: true } })),
  },
  {
    name: "chat stream left early",
    run: async (client, at) => {
      for await (const one of client.chatCompletionStream({ ...chat, ...endpoint(at) })) return one.choices;
      return undefined;
    },
  },
  {
    name: "chat stream that nobody reads",
    spans: [],
    run: async (client, at) => typeof client.chatCompletionStream({ ...chat, ...endpoint(at) }),
  },
  {
    name: "text generation",
    spans: ["text_completion gpt-4o"],
    run: (client, at) =>
      client.textGeneration({
        model: "gpt-4o",
        inputs: "say: hello there",
        parameters: { max_new_tokens: 20 },
        endpointUrl: `${at}/hf-inference/models/gpt-4o`,
      }),
  },
  {
    name: "text generation stream",
    spans: ["text_completion gpt-4o"],
    run: (client, at) =>
      collect(
        client.textGenerationStream({
          model: "gpt-4o",
          inputs: "say: hello there",
          parameters: { max_new_tokens: 20 },
          endpointUrl: `${at}/hf-inference/models/gpt-4o`,
        }),
      ),
  },
  {
    name: "feature extraction",
    spans: ["embeddings org/embedder"],
    run: async (client, at) =>
      ((await client.featureExtraction({ inputs: "hello", endpointUrl: `${at}${embedder}` })) as unknown[]).length,
  },
  {
    name: "a task that is no model's of language",
    spans: [],
    run: (client, at) =>
      thrown(() =>
        client.textClassification({ inputs: "good", endpointUrl: `${at}/hf-inference/models/org/classifier` }),
      ),
  },
  {
    name: "HTTP 429",
    spans: ["chat gpt-4o#status=429"],
    errorType: "rate_limit_exceeded",
    run: (client, at) => thrown(() => client.chatCompletion({ ...chat, ...endpoint(at), model: "gpt-4o#status=429" })),
  },
  {
    name: "HTTP 500 of a stream",
    spans: ["chat gpt-4o#status=500"],
    errorType: "server_error",
    run: (client, at) =>
      thrown(() => collect(client.chatCompletionStream({ ...chat, ...endpoint(at), model: "gpt-4o#status=500" }))),
  },
  {
    name: "error inside a stream",
    spans: ["chat gpt-4o#error-after=2"],
    errorType: "any",
    run: (client, at) =>
      thrown(() => collect(client.chatCompletionStream({ ...chat, ...endpoint(at), model: "gpt-4o#error-after=2" }))),
  },
  {
    name: "connection cut inside a stream",
    spans: ["chat gpt-4o#cut-after=2"],
    errorType: "any",
    run: (client, at) =>
      thrown(() => collect(client.chatCompletionStream({ ...chat, ...endpoint(at), model: "gpt-4o#cut-after=2" }))),
  },
  {
    name: "aborted by the caller's signal",
    errorType: "AbortError",
    run: (client, at) =>
      thrown(() => client.chatCompletion({ ...chat, ...endpoint(at) }, { signal: AbortSignal.abort() })),
  },
];
