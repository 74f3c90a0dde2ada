import { createRequire } from "node:module";
import type * as mistral from "@mistralai/mistralai";

/** The packages that are tested, under the names of their npm aliases. */
export const mistralMajors = ["@mistralai/mistralai-v1", "@mistralai/mistralai"] as const;
export type MistralMajor = (typeof mistralMajors)[number];
type Module = typeof mistral;

/** A major's exports. Typed as the newest: the calls made in tests are the same. */
export async function loadMistral(major: MistralMajor, how: "import" | "require" = "import"): Promise<Module> {
  return how === "import" ? ((await import(major)) as Module) : (createRequire(import.meta.url)(major) as Module);
}

/** A client of the model server; it would try again what failed. */
export function createMistral({ Mistral }: Module, origin: string): mistral.Mistral {
  return new Mistral({ apiKey: "unused", serverURL: `${origin}/mistral` });
}

export interface MistralCall {
  readonly name: string;
  run(client: mistral.Mistral): Promise<unknown>;
  /** Names of spans; one chat unless said. */
  readonly spans?: readonly string[];
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const chatSpan = "chat mistral-small-latest";
const user = { role: "user" as const, content: "say: hello there" };
const hello = { model: "mistral-small-latest", messages: [user] };
const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const weather = { name: "get_weather", description: "Weather in a city", parameters: schema };
const tools = [{ type: "function" as const, function: weather }];
const askWeather = { ...hello, messages: [{ ...user, content: "What is the weather in Oslo?" }], tools };

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const one of stream) all.push(one);
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
  return { ...hello, model: `mistral-small-latest#${fault}` };
}

/** Without what differs from call to call. */
function lasting(value: object): unknown {
  return JSON.parse(JSON.stringify(value, (key, one: unknown) => (/^(?:id|created|.*At|.*Id)$/u.test(key) ? "" : one)));
}

/** Ordinary things an application does with the client. */
export const mistralCalls: readonly MistralCall[] = [
  { name: "chat", tokens: true, run: async ({ chat }) => lasting(await chat.complete(hello)) },
  {
    name: "chat with every parameter",
    tokens: true,
    run: async ({ chat }) =>
      lasting(
        await chat.complete({
          ...hello,
          messages: [{ role: "system", content: "Be kind." }, user],
          temperature: 0.5,
          topP: 0.9,
          maxTokens: 50,
          stop: ["END"],
          randomSeed: 7,
          frequencyPenalty: 0.1,
          presencePenalty: 0.2,
          responseFormat: { type: "json_object" },
        }),
      ),
  },
  { name: "a tool call", tokens: true, run: async ({ chat }) => lasting(await chat.complete(askWeather)) },
  {
    name: "a tool's result",
    tokens: true,
    run: async ({ chat }) =>
      lasting(
        await chat.complete({
          ...askWeather,
          messages: [
            ...askWeather.messages,
            {
              role: "assistant",
              toolCalls: [{ id: "abcdefghi", function: { name: "get_weather", arguments: { city: "Oslo" } } }],
            },
            { role: "tool", toolCallId: "abcdefghi", name: "get_weather", content: "18 degrees" },
          ],
        }),
      ),
  },
  {
    name: "chat of parts",
    tokens: true,
    run: async ({ chat }) =>
      lasting(
        await chat.complete({
          ...hello,
          messages: [
            {
              role: "user",
              content: [
                { type: "text", text: "say: hello there" },
                { type: "image_url", imageUrl: "data:image/png;base64,aGVsbG8=" },
              ],
            },
          ],
        }),
      ),
  },
  {
    name: "stream",
    tokens: true,
    run: async ({ chat }) => (await collect(await chat.stream(hello))).map((event) => lasting(event as object)),
  },
  {
    name: "stream of a tool call",
    tokens: true,
    run: async ({ chat }) => (await collect(await chat.stream(askWeather))).length,
  },
  {
    name: "stream left early",
    run: async ({ chat }) => {
      for await (const { data } of await chat.stream(hello)) return data.choices;
      return undefined;
    },
  },
  {
    name: "completion of code",
    spans: ["text_completion codestral-latest"],
    tokens: true,
    run: async ({ fim }) =>
      lasting(await fim.complete({ model: "codestral-latest", prompt: "def f(", suffix: "return n", maxTokens: 20 })),
  },
  {
    name: "completion of code as a stream",
    spans: ["text_completion codestral-latest"],
    tokens: true,
    run: async ({ fim }) => (await collect(await fim.stream({ model: "codestral-latest", prompt: "def f(" }))).length,
  },
  {
    name: "agent",
    spans: ["chat"],
    tokens: true,
    run: async ({ agents }) => lasting(await agents.complete({ agentId: "ag_1", messages: [user] })),
  },
  {
    name: "agent as a stream",
    spans: ["chat"],
    tokens: true,
    run: async ({ agents }) => (await collect(await agents.stream({ agentId: "ag_1", messages: [user] }))).length,
  },
  {
    name: "an agent that is made",
    spans: ["create_agent helper"],
    run: async ({ beta }) =>
      lasting(
        await beta.agents.create({
          model: hello.model,
          name: "helper",
          description: "Helps",
          instructions: "Be kind.",
        }),
      ),
  },
  {
    name: "a conversation, gone on with",
    spans: [chatSpan, "chat"],
    tokens: true,
    run: async ({ beta }) => {
      const first = await beta.conversations.start({
        model: hello.model,
        inputs: "say: hello",
        instructions: "Be kind.",
        completionArgs: { temperature: 0.5, maxTokens: 50 },
      });
      const { conversationId } = first;
      const again = await beta.conversations.append({
        conversationId,
        conversationAppendRequest: { inputs: [{ role: "user", content: "say: again" }] },
      });
      return [lasting(first), lasting(again), conversationId === again.conversationId];
    },
  },
  {
    name: "a conversation as a stream",
    spans: [chatSpan],
    tokens: true,
    run: async ({ beta }) =>
      (await collect(await beta.conversations.startStream({ model: hello.model, inputs: "say: hello there" }))).length,
  },
  {
    name: "a conversation's call of a function",
    spans: [chatSpan],
    tokens: true,
    run: async ({ beta }) =>
      (
        await beta.conversations.start({ model: hello.model, inputs: "What is the weather in Oslo?", tools })
      ).outputs.map(({ type }) => type),
  },
  {
    name: "embeddings",
    spans: ["embeddings mistral-embed"],
    run: async ({ embeddings }) =>
      (await embeddings.create({ model: "mistral-embed", inputs: ["a", "b"] })).data.map(
        (one) => one.embedding?.length,
      ),
  },
  {
    name: "moderation",
    spans: ["moderation mistral-moderation-latest"],
    run: async ({ classifiers }) =>
      (await classifiers.moderate({ model: "mistral-moderation-latest", inputs: ["hello"] })).results.length,
  },
  {
    name: "OCR",
    spans: ["generate_content mistral-ocr-latest"],
    run: async ({ ocr }) =>
      (
        await ocr.process({
          model: "mistral-ocr-latest",
          document: { type: "document_url", documentUrl: "https://example.com/page.pdf" },
        })
      ).pages.length,
  },
  {
    name: "HTTP 400",
    spans: ["chat none"],
    errorType: "400",
    run: ({ chat }) => thrown(() => chat.complete({ ...hello, model: "none" })),
  },
  {
    name: "HTTP 429, tried again",
    spans: ["chat mistral-small-latest#status=429"],
    errorType: "429",
    run: ({ chat }) =>
      thrown(() =>
        chat.complete(failing("status=429"), {
          retries: {
            strategy: "backoff",
            backoff: { initialInterval: 1, maxInterval: 2, exponent: 1, maxElapsedTime: 5 },
            retryConnectionErrors: false,
          },
        }),
      ),
  },
  {
    name: "HTTP 500 of a stream",
    spans: ["chat mistral-small-latest#status=500"],
    errorType: "500",
    run: ({ chat }) => thrown(() => chat.stream(failing("status=500"))),
  },
  {
    name: "connection cut inside a stream",
    spans: ["chat mistral-small-latest#cut-after=2"],
    errorType: "any",
    run: ({ chat }) => thrown(async () => (await collect(await chat.stream(failing("cut-after=2")))).length),
  },
  {
    name: "timeout",
    spans: ["chat mistral-small-latest#delay-ms=500"],
    errorType: "RequestTimeoutError",
    run: ({ chat }) => thrown(() => chat.complete(failing("delay-ms=500"), { timeoutMs: 20 })),
  },
  {
    name: "aborted by the caller",
    errorType: "RequestAbortedError",
    run: ({ chat }) => thrown(() => chat.complete(hello, { fetchOptions: { signal: AbortSignal.abort() } })),
  },
  {
    name: "a request that the library refuses",
    spans: [],
    run: ({ chat }) => thrown(() => chat.complete({ model: 1, messages: [] } as never)),
  },
];
