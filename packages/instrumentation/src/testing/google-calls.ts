import { createRequire } from "node:module";
import type * as genai from "@google/genai";

export const googleMajors = ["@google/genai-v2", "@google/genai"] as const;
export type GoogleMajor = (typeof googleMajors)[number];
type Module = typeof genai;

/** A major's exports. Typed as the newest: the calls made in tests are the same. */
export async function loadGoogle(major: GoogleMajor, how: "import" | "require" = "import"): Promise<Module> {
  return how === "import" ? ((await import(major)) as Module) : (createRequire(import.meta.url)(major) as Module);
}

export interface GoogleCall {
  readonly name: string;
  run(client: genai.GoogleGenAI): Promise<unknown>;
  /** Spans of calls to the model; one unless said. */
  readonly calls?: number;
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const model = "gemini-2.5-flash";
const hello = { model, contents: "Hello" };
const getWeather = {
  name: "get_weather",
  description: "Weather in a city",
  parametersJsonSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const askWeather = {
  model,
  contents: "What is the weather in Paris?",
  config: { tools: [{ functionDeclarations: [getWeather] }] },
};

/** What an application reads of an answer: headers and dates differ from call to call. */
function seen(response: genai.GenerateContentResponse): unknown {
  const { candidates, usageMetadata, modelVersion } = response;
  return { candidates, usageMetadata, modelVersion, calls: response.functionCalls };
}

async function collect(stream: AsyncIterable<genai.GenerateContentResponse>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const chunk of stream) all.push(seen(chunk));
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

function failing(fault: string): genai.GenerateContentParameters {
  return { ...hello, config: { httpOptions: { headers: { "x-fault": fault } } } };
}

/** Ordinary things an application does with the client. */
export const googleCalls: readonly GoogleCall[] = [
  { name: "content", tokens: true, run: async ({ models }) => seen(await models.generateContent(hello)) },
  {
    name: "content with every parameter",
    tokens: true,
    run: async ({ models }) =>
      seen(
        await models.generateContent({
          ...hello,
          config: {
            systemInstruction: "Be kind.",
            temperature: 0.5,
            topP: 0.9,
            topK: 10,
            maxOutputTokens: 50,
            stopSequences: ["END"],
            seed: 7,
            presencePenalty: 0.1,
            frequencyPenalty: 0.1,
          },
        }),
      ),
  },
  { name: "a function call", tokens: true, run: async ({ models }) => seen(await models.generateContent(askWeather)) },
  {
    name: "a function's result",
    run: async ({ models }) =>
      seen(
        await models.generateContent({
          ...askWeather,
          contents: [
            { role: "user", parts: [{ text: askWeather.contents }] },
            { role: "model", parts: [{ functionCall: { name: "get_weather", args: { city: "Paris" } } }] },
            {
              role: "user",
              parts: [{ functionResponse: { name: "get_weather", response: { output: "18 degrees" } } }],
            },
          ],
        }),
      ),
  },
  {
    name: "JSON",
    run: async ({ models }) =>
      seen(await models.generateContent({ ...hello, config: { responseMimeType: "application/json" } })),
  },
  { name: "stream", tokens: true, run: async ({ models }) => collect(await models.generateContentStream(hello)) },
  {
    name: "stream left early",
    run: async ({ models }) => {
      for await (const chunk of await models.generateContentStream(hello)) return seen(chunk);
      return undefined;
    },
  },
  {
    name: "chat",
    calls: 2,
    tokens: true,
    run: async ({ chats }) => {
      const chat = chats.create({ model });
      const first = await chat.sendMessage({ message: "say: hello" });
      return [seen(first), await collect(await chat.sendMessageStream({ message: "say: again" }))];
    },
  },
  {
    name: "embeddings",
    run: async ({ models }) =>
      (await models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"] })).embeddings?.map(
        ({ values }) => values?.length,
      ),
  },
  {
    name: "HTTP 429",
    errorType: "429",
    run: ({ models }) => thrown(() => models.generateContent(failing("status=429"))),
  },
  {
    name: "HTTP 500 of a stream",
    errorType: "500",
    run: ({ models }) => thrown(() => models.generateContentStream(failing("status=500"))),
  },
  {
    name: "no such model",
    errorType: "404",
    run: ({ models }) => thrown(() => models.generateContent({ ...hello, model: "none" })),
  },
  {
    name: "connection cut inside a stream",
    errorType: "any",
    run: ({ models }) =>
      thrown(async () => (await collect(await models.generateContentStream(failing("cut-after=1")))).length),
  },
  { name: "token count", calls: 0, run: async ({ models }) => (await models.countTokens(hello)).totalTokens },
];
