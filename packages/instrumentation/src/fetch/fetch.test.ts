import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import OpenAI from "openai";
import { OpenAIInstrumentation } from "../openai/index.ts";
import { checkSpan } from "../testing/conformance.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { FetchInstrumentation } from "./index.ts";

useAsyncContext();
const original = globalThis.fetch;

/** A stream without what differs from call to call. */
function strip(text: string): string {
  return text.replaceAll(/chatcmpl-\w+|"created":\d+/gu, "");
}

describe("model calls made with fetch", () => {
  let server: ModelServer;
  let recorder: Recorder;
  let instrumentation: FetchInstrumentation;
  before(async () => {
    server = await startModelServer();
  });
  after(async () => {
    instrumentation.disable();
    assert.equal(globalThis.fetch, original);
    await server.close();
  });
  beforeEach(() => {
    (instrumentation as FetchInstrumentation | undefined)?.disable();
    recorder = createRecorder();
    instrumentation = new FetchInstrumentation();
    recordWith(recorder, instrumentation);
  });

  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const chat = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };
  const stream = { ...chat, stream: true, stream_options: { include_usage: true } };
  const tokens = (): unknown =>
    recorder.spans.map((span) => [span.name, span.attributes["gen_ai.usage.output_tokens"]]);

  it("are spans like those of the library, embeddings and responses too", async () => {
    const answer = (await (await post("/chat/completions", chat)).json()) as { choices: unknown[] };
    assert.equal(answer.choices.length, 1);
    await (await post("/embeddings", { model: "text-embedding-3-small", input: "x" })).text();
    await (await post("/responses", { model: "gpt-4o", input: "Hello" })).json();
    assert.deepEqual(tokens(), [
      ["chat gpt-4o", 9],
      ["embeddings text-embedding-3-small", undefined],
      ["chat gpt-4o", 9],
    ]);
    assert.deepEqual(recorder.spans.flatMap(checkSpan), []);
  });

  for (const [how, read] of [
    [
      "a reader",
      async (body: ReadableStream<Uint8Array>) => {
        const reader = body.getReader();
        while (!(await reader.read()).done);
      },
    ],
    [
      "iteration",
      async (body: ReadableStream<Uint8Array>) => {
        for await (const chunk of body) assert.ok(chunk.length > 0);
      },
    ],
    [
      "a pipe",
      async (body: ReadableStream<Uint8Array>) => {
        for await (const chunk of body.pipeThrough(new TextDecoderStream())) assert.ok(chunk.length > 0);
      },
    ],
  ] as const) {
    it(`are streamed and read by ${how}`, async () => {
      const { body } = await post("/chat/completions", stream);
      assert.ok(body);
      await read(body);
      assert.deepEqual(tokens(), [["chat gpt-4o", 9]]);
      assert.ok(Number(recorder.spans[0]?.attributes["gen_ai.response.time_to_first_chunk"]) > 0);
    });
  }

  it("have the same text streamed as without", async () => {
    const watched = strip(await (await post("/chat/completions", stream)).text());
    instrumentation.disable();
    assert.equal(watched, strip(await (await post("/chat/completions", stream)).text()));
    assert.deepEqual(tokens(), [["chat gpt-4o", 9]]);
  });

  it("end when a stream is left early", async () => {
    const { body } = await post("/chat/completions", stream);
    for await (const chunk of body ?? []) {
      assert.ok(chunk);
      break;
    }
    assert.equal(recorder.spans.length, 1);
  });

  it("say what went wrong: an error answer, a server that is not there", async () => {
    const response = await post("/chat/completions", { ...chat, model: "gpt-4o#status=429" });
    assert.equal(response.status, 429);
    await response.json();
    await assert.rejects(
      fetch("http://127.0.0.1:9/v1/chat/completions", { method: "POST", body: JSON.stringify(chat) }),
      TypeError,
    );
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["error.type"]),
      ["rate_limit_exceeded", "TypeError"],
    );
  });

  it("are left to the library that makes them", async () => {
    const library = new OpenAIInstrumentation({ enabled: false });
    library.setTracerProvider(recorder.tracerProvider);
    library.instrumentModule(OpenAI);
    const client = new OpenAI({ baseURL: server.url, apiKey: "unused", fetch: globalThis.fetch });
    await client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] });
    library.disable();
    assert.deepEqual(
      recorder.spans.map(({ instrumentationScope }) => instrumentationScope.name),
      ["@genscope/instrumentation/openai"],
    );
  });

  it("are not mistaken for other requests", async () => {
    await (await fetch(`${server.url}/models`)).json();
    await (await post("/chat/completions", { hello: "world" })).text();
    assert.deepEqual(recorder.spans, []);
  });
});
