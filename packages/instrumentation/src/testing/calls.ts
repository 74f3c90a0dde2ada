import type OpenAI from "openai";

type Chat = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;
type Message = OpenAI.Chat.ChatCompletionMessageParam;

/** An ordinary thing an application does with the client, and what should be seen of it. */
export interface TestCall {
  readonly name: string;
  /** What the application gets, in a form that can be compared. */
  run(client: OpenAI): Promise<unknown>;
  /** Span names; one call to a model unless said. */
  readonly spans?: readonly string[];
  /** Whether the first span must have token counts. */
  readonly tokens?: boolean;
  readonly errorType?: string;
}

const hello: Message = { role: "user", content: "Hello" };
const chat: Chat = { model: "gpt-4o", messages: [hello] };
const weather: OpenAI.Chat.ChatCompletionTool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather in a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
    strict: true,
  },
};
const person = {
  type: "json_schema",
  json_schema: {
    name: "plan",
    strict: true,
    schema: {
      type: "object",
      properties: { urgency: { type: "string", enum: ["low", "high"] } },
      required: ["urgency"],
      additionalProperties: false,
    },
  },
} as const;

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a response object says that does not depend on time or port. */
function headersOf(response: { status: number; headers: { get(name: string): string | null } }): unknown {
  return [response.status, response.headers.get("content-type"), response.headers.get("x-request-id")];
}

/** A thrown error as something to compare. */
async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { returned: await run() };
  } catch (error) {
    const { name, message, status, code, type, constructor } = error as Error & Record<string, unknown>;
    return { class: constructor.name, name, message, status, code, type };
  }
}

/** `chat.completions.parse` lived under `beta` before version 5. */
function completions(client: OpenAI): OpenAI.Chat.Completions {
  const { beta, chat: own } = client as unknown as { beta: { chat?: OpenAI.Chat }; chat: OpenAI.Chat };
  return beta.chat?.completions ?? own.completions;
}

const stream = { ...chat, stream: true as const };
const streamWithUsage = { ...stream, stream_options: { include_usage: true } };

export const testCalls: readonly TestCall[] = [
  { name: "chat", tokens: true, run: (client) => client.chat.completions.create(chat) },
  {
    name: "chat with tools",
    tokens: true,
    run: (client) =>
      client.chat.completions.create({
        ...chat,
        messages: [{ role: "user", content: "What is the weather in Oslo?" }],
        tools: [weather],
      }),
  },
  {
    name: "chat with an image",
    tokens: true,
    run: (client) =>
      client.chat.completions.create({
        ...chat,
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "Hello" },
              { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
            ],
          },
        ],
      }),
  },
  {
    name: "two choices",
    tokens: true,
    run: (client) => client.chat.completions.create({ ...chat, n: 2 }),
  },
  {
    name: "stream with usage",
    tokens: true,
    run: async (client) => collect(await client.chat.completions.create(streamWithUsage)),
  },
  { name: "stream without usage", run: async (client) => collect(await client.chat.completions.create(stream)) },
  {
    name: "stream left early",
    async run(client) {
      const items: unknown[] = [];
      const open = await client.chat.completions.create(stream);
      for await (const item of open) {
        items.push(item);
        if (items.length === 2) break;
      }
      return [items, open.controller.signal.aborted];
    },
  },
  {
    name: "stream aborted by its controller",
    async run(client) {
      const items: unknown[] = [];
      const open = await client.chat.completions.create(stream);
      for await (const item of open) {
        items.push(item);
        if (items.length === 2) open.controller.abort();
      }
      return [items.length >= 2, open.controller.signal.aborted];
    },
  },
  {
    name: "stream withResponse",
    tokens: true,
    async run(client) {
      const { data, response, ...more } = await client.chat.completions.create(streamWithUsage).withResponse();
      return [await collect(data), headersOf(response), Object.keys(more)];
    },
  },
  {
    name: "stream tee",
    tokens: true,
    async run(client) {
      const [left, right] = (await client.chat.completions.create(streamWithUsage)).tee();
      return Promise.all([collect(left), collect(right)]);
    },
  },
  {
    name: "stream toReadableStream",
    tokens: true,
    async run(client) {
      const open = await client.chat.completions.create(streamWithUsage);
      return new Response(open.toReadableStream()).text();
    },
  },
  {
    name: "stream read twice",
    tokens: true,
    async run(client) {
      const open = await client.chat.completions.create(streamWithUsage);
      return [await collect(open), await thrown(() => collect(open))];
    },
  },
  {
    name: "stream helper",
    tokens: true,
    async run(client) {
      const runner = completions(client).stream(streamWithUsage);
      const contents: string[] = [];
      runner.on("content", (delta) => contents.push(delta));
      return [await runner.finalChatCompletion(), contents, await runner.totalUsage()];
    },
  },
  {
    name: "withResponse",
    tokens: true,
    async run(client) {
      const { data, response, request_id } = await client.chat.completions.create(chat).withResponse();
      return [data, headersOf(response), request_id, response.bodyUsed];
    },
  },
  {
    name: "asResponse",
    tokens: true,
    async run(client) {
      const response = await client.chat.completions.create(chat).asResponse();
      return [headersOf(response), response.bodyUsed, await response.json(), response.bodyUsed];
    },
  },
  {
    name: "asResponse of a stream",
    async run(client) {
      const response = await client.chat.completions.create(stream).asResponse();
      return [headersOf(response), await response.text()];
    },
  },
  {
    name: "one promise, read three ways",
    tokens: true,
    async run(client) {
      const promise = client.chat.completions.create(chat);
      const [first, second] = await Promise.all([promise, promise.then((value) => value)]);
      return [first, first === second, headersOf(await promise.asResponse())];
    },
  },
  {
    name: "finally",
    tokens: true,
    async run(client) {
      let ran = 0;
      const value = await client.chat.completions.create(chat).finally(() => void ran++);
      return [value, ran];
    },
  },
  {
    name: "HTTP 429",
    errorType: "rate_limit_exceeded",
    spans: ["chat gpt-4o#status=429"],
    run: (client) => thrown(() => client.chat.completions.create({ ...chat, model: "gpt-4o#status=429" })),
  },
  {
    name: "HTTP 500, caught",
    errorType: "500",
    spans: ["chat gpt-4o#status=500"],
    run: (client) =>
      client.chat.completions
        .create({ ...chat, model: "gpt-4o#status=500" })
        .catch((error: Error & { status?: number }) => [error.message, error.status]),
  },
  {
    name: "HTTP 429 of a stream withResponse",
    errorType: "rate_limit_exceeded",
    spans: ["chat gpt-4o#status=429"],
    run: (client) =>
      thrown(() => client.chat.completions.create({ ...stream, model: "gpt-4o#status=429" }).withResponse()),
  },
  {
    name: "connection cut inside a stream",
    spans: ["chat gpt-4o#cut-after=2"],
    run: (client) =>
      thrown(async () => collect(await client.chat.completions.create({ ...stream, model: "gpt-4o#cut-after=2" }))),
  },
  {
    name: "error event inside a stream",
    spans: ["chat gpt-4o#error-after=2"],
    run: (client) =>
      thrown(async () => collect(await client.chat.completions.create({ ...stream, model: "gpt-4o#error-after=2" }))),
  },
  {
    name: "aborted by the caller's signal",
    errorType: "APIUserAbortError",
    run: (client) => thrown(() => client.chat.completions.create(chat, { signal: AbortSignal.abort() })),
  },
  {
    name: "timeout",
    errorType: "APIConnectionTimeoutError",
    spans: ["chat gpt-4o#delay-ms=2000"],
    run: (client) =>
      thrown(() => client.chat.completions.create({ ...chat, model: "gpt-4o#delay-ms=2000" }, { timeout: 60 })),
  },
  {
    name: "chat parse",
    tokens: true,
    run: (client) => completions(client).parse({ ...chat, response_format: person }),
  },
  {
    name: "chat parse that cannot be parsed",
    tokens: true,
    run: (client) => thrown(() => completions(client).parse({ ...chat, response_format: person, max_tokens: 1 })),
  },
  {
    name: "runTools",
    tokens: true,
    spans: ["chat gpt-4o", "chat gpt-4o"],
    async run(client) {
      const runner = completions(client).runTools({
        model: "gpt-4o",
        messages: [{ role: "user", content: "What is the weather in Oslo?" }],
        tools: [
          {
            type: "function",
            function: {
              name: "get_weather",
              description: "Weather in a city",
              parameters: weather.function.parameters as object,
              parse: JSON.parse as (text: string) => object,
              function: () => '{"text":"The weather in Oslo is mild."}',
            },
          },
        ],
      });
      return [await runner.finalContent(), runner.messages];
    },
  },
  {
    name: "responses",
    tokens: true,
    run: (client) => client.responses.create({ model: "gpt-4o", input: "Hello" }),
  },
  {
    name: "responses stream",
    tokens: true,
    run: async (client) => collect(await client.responses.create({ model: "gpt-4o", input: "Hello", stream: true })),
  },
  {
    name: "responses stream helper",
    tokens: true,
    run: (client) => client.responses.stream({ model: "gpt-4o", input: "Hello" }).finalResponse(),
  },
  {
    name: "responses parse",
    tokens: true,
    run: (client) =>
      client.responses.parse({
        model: "gpt-4o",
        input: "Hello",
        text: { format: { type: "json_schema", name: "plan", strict: true, schema: person.json_schema.schema } },
      }),
  },
  {
    name: "embeddings",
    tokens: true,
    spans: ["embeddings text-embedding-3-small"],
    run: async (client) => client.embeddings.create({ model: "text-embedding-3-small", input: "Hello" }),
  },
  {
    name: "embeddings as floats",
    tokens: true,
    spans: ["embeddings text-embedding-3-small"],
    run: async (client) =>
      client.embeddings.create({
        model: "text-embedding-3-small",
        input: ["Hello", "there"],
        dimensions: 8,
        encoding_format: "float",
      }),
  },
  {
    name: "frozen parameters",
    tokens: true,
    run: (client) => client.chat.completions.create(Object.freeze({ ...chat, messages: [Object.freeze(hello)] })),
  },
  {
    name: "a client behind a proxy",
    tokens: true,
    run: (client) =>
      new Proxy(client, { get: (target, key) => Reflect.get(target, key, target) as unknown }).chat.completions.create(
        chat,
      ),
  },
  { name: "a list of models", spans: [], run: async (client) => collect(await client.models.list()) },
];
