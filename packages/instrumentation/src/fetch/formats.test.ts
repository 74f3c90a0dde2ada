import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { Ollama } from "ollama";
import { endOpenCalls } from "../core/open-calls.ts";
import { OllamaInstrumentation } from "../ollama/index.ts";
import { checkRecorded } from "../testing/conformance.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { FetchInstrumentation } from "./index.ts";

useAsyncContext();

/** A request as somebody without a library writes it. */
interface Sent {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  readonly span: string;
  readonly provider: string;
  /** Tokens are told both ways, unless said. */
  readonly tokens?: "input" | "none";
  /** The same, streamed: says the same, and counts the same unless said. */
  readonly stream?: { readonly path?: string; readonly body?: object; readonly tokens?: "output" };
}

const text = "say: hello there, my dear old friends of the sea";
const user = { role: "user", content: text };
const gemini = { contents: [{ role: "user", parts: [{ text }] }] };
const converse = { messages: [{ role: "user", content: [{ text }] }] };
const claude = { max_tokens: 50, messages: [user] };
const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const ask = { role: "user", content: "What is the weather in Oslo?" };
const weather = { name: "get_weather", description: "Weather in a city", parameters: schema };

const requests: readonly Sent[] = [
  {
    name: "Anthropic",
    path: "/v1/messages",
    body: { model: "claude-haiku-4-5", ...claude },
    span: "chat claude-haiku-4-5",
    provider: "anthropic",
    stream: { body: { stream: true } },
  },
  {
    name: "a tool of Anthropic",
    path: "/v1/messages",
    body: {
      model: "claude-haiku-4-5",
      max_tokens: 50,
      messages: [ask],
      tools: [{ name: weather.name, description: weather.description, input_schema: schema }],
    },
    span: "chat claude-haiku-4-5",
    provider: "anthropic",
    stream: { body: { stream: true } },
  },
  {
    name: "Gemini",
    path: "/v1beta/models/gemini-2.5-flash:generateContent",
    body: { ...gemini, generationConfig: { temperature: 0.5, topK: 3 } },
    span: "generate_content gemini-2.5-flash",
    provider: "gcp.gemini",
    stream: { path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse" },
  },
  {
    name: "embeddings of Gemini",
    path: "/v1beta/models/gemini-embedding-001:embedContent",
    body: { content: { parts: [{ text }] }, outputDimensionality: 8 },
    span: "embeddings gemini-embedding-001",
    provider: "gcp.gemini",
    tokens: "none",
  },
  {
    name: "a batch of embeddings of Gemini",
    path: "/v1beta/models/gemini-embedding-001:batchEmbedContents",
    body: { requests: [{ content: { parts: [{ text }] } }] },
    span: "embeddings gemini-embedding-001",
    provider: "gcp.gemini",
    tokens: "none",
  },
  {
    name: "Converse of Bedrock",
    path: "/model/amazon.nova-lite-v1%3A0/converse",
    body: { ...converse, inferenceConfig: { maxTokens: 50 } },
    span: "chat amazon.nova-lite-v1:0",
    provider: "aws.bedrock",
    stream: { path: "/model/amazon.nova-lite-v1%3A0/converse-stream" },
  },
  {
    name: "Anthropic's models invoked in Bedrock",
    path: "/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke",
    body: { anthropic_version: "bedrock-2023-05-31", ...claude },
    span: "chat anthropic.claude-haiku-4-5-20251001-v1:0",
    provider: "aws.bedrock",
    stream: { path: "/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke-with-response-stream" },
  },
  {
    name: "Titan's embeddings in Bedrock",
    path: "/model/amazon.titan-embed-text-v2%3A0/invoke",
    body: { inputText: text },
    span: "embeddings amazon.titan-embed-text-v2:0",
    provider: "aws.bedrock",
    tokens: "input",
  },
  {
    name: "Cohere",
    path: "/v2/chat",
    body: { model: "command-a-03-2025", messages: [user], p: 0.9, k: 5, seed: 7 },
    span: "chat command-a-03-2025",
    provider: "cohere",
    stream: { body: { stream: true } },
  },
  {
    name: "a tool of Cohere",
    path: "/v2/chat",
    body: { model: "command-a-03-2025", messages: [ask], tools: [{ type: "function", function: weather }] },
    span: "chat command-a-03-2025",
    provider: "cohere",
    stream: { body: { stream: true } },
  },
  {
    name: "Cohere's embeddings",
    path: "/v2/embed",
    body: { model: "embed-v4.0", texts: [text], input_type: "search_query", embedding_types: ["float"] },
    span: "embeddings embed-v4.0",
    provider: "cohere",
    tokens: "input",
  },
  {
    name: "Cohere's ranking",
    path: "/v2/rerank",
    body: { model: "rerank-v3.5", query: "hello", documents: ["hello", "there"] },
    span: "rerank rerank-v3.5",
    provider: "cohere",
    tokens: "none",
  },
  {
    name: "Cohere's first version",
    path: "/v1/chat",
    body: { model: "command-a-03-2025", message: text },
    span: "chat command-a-03-2025",
    provider: "cohere",
    stream: { body: { stream: true } },
  },
  {
    name: "Voyage's embeddings",
    path: "/voyage/v1/embeddings",
    body: { model: "voyage-3.5", input: [text] },
    span: "embeddings voyage-3.5",
    provider: "voyage_ai",
    tokens: "input",
  },
  {
    name: "Voyage's ranking",
    path: "/voyage/v1/rerank",
    body: { model: "rerank-2.5", query: "hello", documents: ["hello", "there"], top_k: 1 },
    span: "rerank rerank-2.5",
    provider: "voyage_ai",
    tokens: "input",
  },
  {
    name: "Mistral's completions of code",
    path: "/mistral/v1/fim/completions",
    body: { model: "codestral-latest", prompt: text, random_seed: 7 },
    span: "text_completion codestral-latest",
    provider: "mistral_ai",
    stream: { body: { stream: true } },
  },
  {
    name: "an agent of Mistral",
    path: "/mistral/v1/agents/completions",
    body: { agent_id: "ag_1", messages: [user] },
    span: "chat",
    provider: "mistral_ai",
    stream: { body: { stream: true } },
  },
  {
    name: "a conversation of Mistral",
    path: "/mistral/v1/conversations",
    body: { model: "mistral-small-latest", inputs: text },
    span: "chat mistral-small-latest",
    provider: "mistral_ai",
    stream: { body: { stream: true } },
  },
  {
    name: "Ollama's chat",
    path: "/api/chat",
    body: { model: "llama3.2", messages: [user], stream: false, options: { temperature: 0 } },
    span: "chat llama3.2",
    provider: "ollama",
    stream: { body: { stream: true } },
  },
  {
    name: "Ollama's generation",
    path: "/api/generate",
    body: { model: "llama3.2", prompt: text, stream: false },
    span: "text_completion llama3.2",
    provider: "ollama",
    stream: { body: { stream: undefined } },
  },
  {
    name: "Ollama's embeddings",
    path: "/api/embed",
    body: { model: "nomic-embed-text", input: [text] },
    span: "embeddings nomic-embed-text",
    provider: "ollama",
    tokens: "input",
  },
  {
    name: "text generation of Hugging Face",
    path: "/hf-inference/models/org%2Fllm",
    body: { inputs: text, parameters: { max_new_tokens: 20, details: true } },
    span: "text_completion org/llm",
    provider: "huggingface",
    stream: { body: { stream: true } },
  },
  {
    name: "a server of text generation",
    path: "/generate",
    body: { inputs: text, parameters: { max_new_tokens: 20 } },
    span: "text_completion",
    provider: "huggingface",
    stream: { path: "/generate_stream" },
  },
  {
    name: "embeddings of Hugging Face",
    path: "/hf-inference/models/org/embedder/pipeline/feature-extraction",
    body: { inputs: [text] },
    span: "embeddings org/embedder",
    provider: "huggingface",
    tokens: "none",
  },
  {
    name: "a prediction of Replicate",
    path: "/v1/models/meta/meta-llama-3-70b-instruct/predictions",
    body: { input: { prompt: text, max_tokens: 50 } },
    span: "generate_content meta/meta-llama-3-70b-instruct",
    provider: "replicate",
    tokens: "none",
  },
];

function init(body: object): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

describe("requests in the formats of providers, made with fetch", () => {
  let server: ModelServer;
  let origin: string;
  let recorder: Recorder;
  let instrumentation: FetchInstrumentation | undefined;

  function instrument(capture: "none" | "both" = "both"): void {
    instrumentation?.disable();
    recorder = createRecorder();
    instrumentation = new FetchInstrumentation({ capture });
    recordWith(recorder, instrumentation);
  }
  const post = (path: string, body: object): Promise<Response> => fetch(`${origin}${path}`, init(body));
  const only = (): Recorder["spans"][number] => {
    assert.deepEqual(recorder.spans.map(({ name }) => name).length, 1, recorder.spans.map(({ name }) => name).join());
    return recorder.spans[0]!;
  };

  before(async () => {
    server = await startModelServer();
    ({ origin } = new URL(server.url));
  });
  after(async () => {
    instrumentation?.disable();
    await server.close();
  });
  beforeEach(() => instrument());

  for (const { name, path, body, span, provider, tokens, stream } of requests) {
    it(`${name}: by path and body`, async () => {
      assert.ok(await (await post(path, body)).json());
      const { attributes, name: spanName } = only();
      assert.equal(spanName, span);
      assert.equal(attributes["gen_ai.provider.name"], provider);
      assert.equal(attributes["server.port"], Number(new URL(origin).port));
      if (tokens !== "none") assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
      if (tokens === undefined) assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0, "output tokens");
      if (attributes["gen_ai.operation.name"] === "embeddings") {
        assert.ok(Number(attributes["gen_ai.embeddings.dimension.count"]) > 0, "dimensions");
      }
    });

    if (stream === undefined) continue;
    it(`${name}: streamed, put together to what it says in one piece, whichever way it is read`, async () => {
      await (await post(path, body)).arrayBuffer();
      const sent = { ...body, ...stream.body };
      await (await post(stream.path ?? path, sent)).text();
      for await (const chunk of (await post(stream.path ?? path, sent)).body ?? []) assert.ok(chunk.length > 0);
      const [whole, ...streamed] = recorder.spans;
      assert.equal(streamed.length, 2);
      for (const { attributes } of streamed) {
        for (const key of [
          "gen_ai.output.messages",
          "gen_ai.usage.input_tokens",
          "gen_ai.usage.output_tokens",
          "gen_ai.response.finish_reasons",
        ]) {
          assert.deepEqual(attributes[key], whole?.attributes[key], key);
        }
        assert.equal(attributes["gen_ai.request.stream"], true);
      }
      assert.ok(Number(streamed[1]?.attributes["gen_ai.response.time_to_first_chunk"]) > 0);
    });
  }

  for (const capture of ["none", "both"] as const) {
    it(`follow the conventions with capture ${capture}`, async () => {
      instrument(capture);
      for (const { path, body, stream } of requests) {
        await (await post(path, body)).text();
        if (stream !== undefined) await (await post(stream.path ?? path, { ...body, ...stream.body })).text();
        await (await post(`${path}?fault=status=500`, body)).text();
      }
      const { violations } = await checkRecorded(recorder, capture === "both");
      assert.deepEqual(violations, []);
      const said = JSON.stringify([
        recorder.spans.map((span) => span.attributes),
        recorder.logs.map((log) => log.attributes),
      ]);
      assert.equal(said.includes("hello there"), capture === "both");
    });
  }

  for (const [how, isRead] of [
    ["in each provider's words", true],
    ["by the status, if nobody reads why", false],
  ] as const) {
    it(`say what went wrong, ${how}`, async () => {
      for (const { path, body } of requests) {
        instrument();
        const response = await post(`${path}?fault=status=429`, body);
        assert.equal(response.status, 429);
        if (isRead) await response.text();
        else endOpenCalls();
        const { attributes, status } = only();
        const word = path === "/v1/messages" && isRead ? "rate_limit_error" : "429";
        assert.equal(attributes["error.type"], path.startsWith("/model/") ? "ThrottlingException" : word, path);
        assert.equal(status.code, 2);
        if (!isRead) await response.body?.cancel();
      }
    });
  }

  for (const { name, path, body, stream } of requests.filter(({ stream: streamed }) => streamed !== undefined)) {
    it(`${name}: an error inside a stream is the call's, and a cut ends it`, async () => {
      const sent = { ...body, ...stream?.body };
      const to = `${stream?.path ?? path}${stream?.path?.includes("?") === true ? "&" : "?"}fault=`;
      await (await post(`${to}error-after=1`, sent)).text();
      await assert.rejects((await post(`${to}cut-after=1`, sent)).text());
      assert.deepEqual(
        recorder.spans.map(({ status, attributes }) => [status.code, attributes["error.type"] !== undefined]),
        [
          [2, true],
          [2, true],
        ],
      );
    });
  }

  it("are seen where a Request is sent, which is sent as it is", async () => {
    const [{ path, body }] = requests as readonly [Sent];
    const request = new Request(`${origin}${path}`, init(body));
    const response = await fetch(request);
    assert.equal(request.bodyUsed, true);
    const answer = (await response.json()) as { content: unknown };
    instrumentation?.disable();
    const plain = (await (await fetch(new Request(`${origin}${path}`, init(body)))).json()) as { content: unknown };
    assert.deepEqual(answer.content, plain.content);
    const { attributes, name } = only();
    assert.equal(name, "chat claude-haiku-4-5");
    assert.ok(Number(attributes["gen_ai.usage.output_tokens"]) > 0);
    await assert.rejects(fetch(request), TypeError);
  });

  it("are seen where a Request's body is a stream, a Request fails, or init has another body", async () => {
    const [{ path, body }] = requests as readonly [Sent];
    const streamed = new Request(`${origin}${path}`, {
      ...init(body),
      body: new Blob([JSON.stringify(body)]).stream(),
      duplex: "half",
    });
    assert.equal((await (await fetch(streamed)).text()).includes("hello there"), true);
    const other = new Request(`${origin}${path}`, init({ hello: "world" }));
    await (await fetch(other, init(body))).text();
    await assert.rejects(fetch(new Request(`http://127.0.0.1:9${path}`, init(body))), TypeError);
    await assert.rejects(fetch(new Request(`${origin}${path}`, init(body)), { signal: AbortSignal.abort() }));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["error.type"]),
      [undefined, undefined, "TypeError", recorder.spans[3]?.attributes["error.type"]],
    );
    assert.equal(typeof recorder.spans[3]?.attributes["error.type"], "string");
  });

  it("are not mistaken for others, whose Requests are not copied", async () => {
    const form = new FormData();
    form.set("model", "x");
    await (await fetch(new Request(`${origin}/v1/audio/speech`, { method: "POST", body: form }))).text();
    await (await post("/hf-inference/models/org/classifier", { inputs: "good" })).text();
    await (await post("/v1beta/models/gemini-2.5-flash:countTokens", gemini)).text();
    await (await post("/v1/messages/count_tokens", { model: "claude-haiku-4-5", messages: [user] })).text();
    await (await fetch(new Request(`${origin}/v1/models`))).text();
    assert.deepEqual(recorder.spans, []);
  });

  it("have one span where the answer is cloned and either copy is read", async () => {
    const [{ path, body }] = requests as readonly [Sent];
    for (const readsCopy of [true, false]) {
      instrument();
      const response = await post(path, { ...body, stream: true });
      const copy = response.clone();
      const [first, second] = readsCopy ? [copy, response] : [response, copy];
      const said = await first.text();
      assert.equal(await second.text(), said);
      assert.ok(Number(only().attributes["gen_ai.usage.output_tokens"]) > 0);
    }
  });

  it("end where a reader stops: at the last event, or by letting go of the stream", async () => {
    const model = "gpt-4o#chunk-delay-ms=2";
    const body = { model, messages: [user], stream: true, stream_options: { include_usage: true } };
    const decoder = new TextDecoder();
    for (const most of [1, 1000]) {
      instrument();
      const reader = (await post("/v1/chat/completions", body)).body?.getReader();
      let said = "";
      for (let reads = 0; reads < most && !said.includes("[DONE]"); reads++) {
        said += decoder.decode((await reader?.read())?.value);
      }
      reader?.releaseLock();
      await new Promise((resolve) => setImmediate(resolve));
      const { attributes, status } = only();
      assert.equal(attributes["gen_ai.usage.output_tokens"] !== undefined, most > 1);
      assert.equal(status.code, 0);
    }
  });

  it("go on where one reader follows another", async () => {
    const [{ path, body }] = requests as readonly [Sent];
    const { body: stream } = await post(path, { ...body, stream: true });
    const first = stream?.getReader();
    await first?.read();
    first?.releaseLock();
    const second = stream?.getReader();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(recorder.spans, []);
    while ((await second?.read())?.done === false);
    assert.ok(Number(only().attributes["gen_ai.usage.output_tokens"]) > 0);
  });

  it("are left to the library that makes them", async () => {
    const library = new OllamaInstrumentation({ enabled: false });
    library.setTracerProvider(recorder.tracerProvider);
    library.instrumentModule(Ollama);
    const client = new Ollama({ host: origin, fetch: globalThis.fetch });
    for await (const _ of await client.chat({ model: "llama3.2", messages: [user], stream: true }));
    library.disable();
    assert.equal(only().instrumentationScope.name, "@genscope/instrumentation/ollama");
  });

  it("are seen no more once it is switched off, even below what was put over it", async () => {
    const under = globalThis.fetch;
    globalThis.fetch = (input, options) => under(input, options);
    instrumentation?.disable();
    await (await post("/api/embed", { model: "nomic-embed-text", input: text })).text();
    globalThis.fetch = under;
    instrumentation?.disable();
    assert.deepEqual(recorder.spans, []);
  });
});
