import { createRequire } from "node:module";
import type Anthropic from "@anthropic-ai/sdk";

export const anthropicMajors = ["@anthropic-ai/sdk-v0", "@anthropic-ai/sdk"] as const;
export type AnthropicMajor = (typeof anthropicMajors)[number];

/** A major's class. Typed as the newest: the calls made in tests are the same. */
export async function loadAnthropic(
  major: AnthropicMajor,
  how: "import" | "require" = "import",
): Promise<typeof Anthropic> {
  if (how === "import") return ((await import(major)) as { default: typeof Anthropic }).default;
  return (createRequire(import.meta.url)(major) as { Anthropic: typeof Anthropic }).Anthropic;
}

export interface AnthropicCall {
  readonly name: string;
  run(client: Anthropic): Promise<unknown>;
  /** Spans of calls to the model; one unless said. */
  readonly calls?: number;
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const base = {
  model: "claude-haiku-4-5",
  max_tokens: 200,
  messages: [{ role: "user" as const, content: "Hello" }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;
// the newest major has them no more, the API has
const sampled: object = { temperature: 0.5, top_p: 0.9, top_k: 5 };
const streamed = { ...base, stream: true } as const;
const weather: Anthropic.Tool = {
  name: "get_weather",
  description: "Weather in a city",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const askWeather = {
  ...base,
  messages: [{ role: "user" as const, content: "What is the weather in Paris?" }],
  tools: [weather],
};

function failing(fault: string): Anthropic.MessageCreateParamsNonStreaming {
  return { ...base, model: `claude-haiku-4-5#${fault}` };
}

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    const { name, message, status, type } = error as Error & { status?: number; type?: string };
    return { class: (error as object).constructor.name, name, message, status, type };
  }
}

/** Ordinary things an application does with the client. */
export const anthropicCalls: readonly AnthropicCall[] = [
  { name: "message", tokens: true, run: (client) => client.messages.create(base) },
  {
    name: "message with every parameter",
    tokens: true,
    run: (client) => client.messages.create({ ...base, ...sampled, system: "Be kind.", stop_sequences: ["END"] }),
  },
  { name: "message with tools", tokens: true, run: (client) => client.messages.create(askWeather) },
  {
    name: "message with a tool's result",
    run: (client) =>
      client.messages.create({
        ...askWeather,
        messages: [
          ...askWeather.messages,
          {
            role: "assistant",
            content: [{ type: "tool_use", id: "toolu_1", name: "get_weather", input: { city: "Paris" } }],
          },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "18 degrees" }] },
        ],
      }),
  },
  {
    name: "message with a cached system prompt and thinking",
    tokens: true,
    run: (client) =>
      client.messages.create({
        ...base,
        max_tokens: 4096,
        thinking: { type: "enabled", budget_tokens: 1024 },
        system: [{ type: "text", text: "You know the manual by heart.", cache_control: { type: "ephemeral" } }],
      }),
  },
  { name: "beta message", tokens: true, run: (client) => client.beta.messages.create(base) },
  { name: "stream", tokens: true, run: async (client) => collect(await client.messages.create(streamed)) },
  {
    name: "stream of a tool call",
    tokens: true,
    run: async (client) => collect(await client.messages.create({ ...askWeather, stream: true })),
  },
  {
    name: "stream left early",
    run: async (client) => {
      const seen: unknown[] = [];
      for await (const event of await client.messages.create(streamed)) {
        seen.push(event);
        if (seen.length === 4) break;
      }
      return seen;
    },
  },
  {
    name: "stream aborted",
    run: async (client) => {
      const stream = await client.messages.create({ ...streamed, model: "claude-haiku-4-5#chunk-delay-ms=5" });
      const seen: unknown[] = [];
      for await (const event of stream) {
        seen.push(event);
        if (seen.length === 3) stream.controller.abort();
      }
      return seen;
    },
  },
  { name: "stream helper", tokens: true, run: (client) => client.messages.stream(base).finalMessage() },
  {
    name: "stream helper with listeners",
    tokens: true,
    run: async (client) => {
      const texts: string[] = [];
      const stream = client.messages.stream(base).on("text", (text) => texts.push(text));
      await stream.done();
      return texts;
    },
  },
  { name: "beta stream helper", tokens: true, run: (client) => client.beta.messages.stream(base).finalText() },
  {
    name: "withResponse",
    tokens: true,
    run: async (client) => {
      const { data, response } = await client.messages.create(base).withResponse();
      return [data, response.status];
    },
  },
  {
    name: "asResponse",
    tokens: true,
    run: async (client) => (await client.messages.create(base).asResponse()).json(),
  },
  {
    name: "tool runner",
    calls: 2,
    tokens: true,
    run: (client) =>
      client.beta.messages.toolRunner({
        ...askWeather,
        tools: [{ ...weather, run: () => "18 degrees and sunny in Paris", parse: (input: unknown) => input }] as never,
      }) as PromiseLike<unknown> as Promise<unknown>,
  },
  { name: "HTTP 429", errorType: "429", run: (client) => thrown(() => client.messages.create(failing("status=429"))) },
  { name: "HTTP 500", errorType: "500", run: (client) => thrown(() => client.messages.create(failing("status=500"))) },
  {
    name: "HTTP 529 of a helper",
    errorType: "529",
    run: (client) => thrown(() => client.messages.stream(failing("status=529")).finalMessage()),
  },
  {
    name: "a model that does not exist",
    errorType: "404",
    run: (client) => thrown(() => client.messages.create({ ...base, model: "none" })),
  },
  {
    name: "error event in a stream",
    errorType: "APIError",
    run: (client) =>
      thrown(async () => collect(await client.messages.create({ ...failing("error-after=4"), stream: true }))),
  },
  {
    name: "connection cut inside a stream",
    errorType: "any",
    run: (client) =>
      thrown(
        async () => (await collect(await client.messages.create({ ...failing("cut-after=4"), stream: true }))).length,
      ),
  },
  {
    name: "aborted before it was answered",
    errorType: "APIUserAbortError",
    run: (client) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 20);
      return thrown(() => client.messages.create(failing("delay-ms=500"), { signal: controller.signal }));
    },
  },
  {
    name: "timeout",
    errorType: "APIConnectionTimeoutError",
    run: (client) => thrown(() => client.messages.create(failing("delay-ms=500"), { timeout: 30 })),
  },
  { name: "frozen parameters", tokens: true, run: (client) => client.messages.create(Object.freeze({ ...base })) },
  {
    name: "token count",
    calls: 0,
    run: (client) => client.messages.countTokens({ model: base.model, messages: base.messages }),
  },
];
