import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { type ConventionVersion, spanConventions } from "@genscope/semconv/genai";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import OpenAI, { AzureOpenAI } from "openai";
import { stopHolding } from "../core/open-calls.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { testCalls } from "../testing/calls.ts";
import { checkMetric, checkSpan } from "../testing/conformance.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { OpenAIInstrumentation } from "./index.ts";

useAsyncContext();

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let recorder: Recorder;
let instrumentation: OpenAIInstrumentation | undefined;

function instrument(options: InstrumentationOptions = {}): void {
  instrumentation?.disable();
  recorder = createRecorder();
  instrumentation = new OpenAIInstrumentation({ ...options, enabled: false });
  recordWith(recorder, instrumentation);
  instrumentation.instrumentModule(OpenAI);
}
function onlySpan(): ReadableSpan {
  assert.equal(recorder.spans.length, 1);
  return recorder.spans[0]!;
}
const hello = { role: "user" as const, content: "Hello" };

async function keysOf(client: OpenAI, version: ConventionVersion): Promise<[Record<string, unknown>, string[]]> {
  instrument({ conventions: version });
  await client.chat.completions.create({ model: "gpt-4o", messages: [hello], service_tier: "default" });
  return [onlySpan().attributes, (await recorder.metrics()).map(({ name }) => name)];
}

async function emptyAnswer(): Promise<Response> {
  return Response.json({ id: "x", model: "gpt-4o", choices: [] });
}

/** Makes three calls and lets go of what they give. */
async function forget(client: OpenAI): Promise<void> {
  void client.chat.completions.create({ model: "gpt-4o", messages: [hello] });
  await client.chat.completions.create({ model: "gpt-4o", messages: [hello], stream: true });
  await client.chat.completions.create({ model: "gpt-4o", messages: [hello] }).asResponse();
}

/** A client whose requests never leave the process: each is answered with this body. */
function canned(body: unknown, options: ConstructorParameters<typeof OpenAI>[0] = {}): OpenAI {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/event-stream" : "application/json";
  const fetch = async (): Promise<Response> => new Response(text, { headers: { "content-type": type } });
  return new OpenAI({ apiKey: "unused", maxRetries: 0, fetch, ...options });
}

describe("spans of openai", () => {
  let server: ModelServer;
  let client: OpenAI;
  before(async () => {
    server = await startModelServer();
    client = new OpenAI({ baseURL: server.url, apiKey: "unused", maxRetries: 0 });
  });
  after(async () => {
    instrumentation?.disable();
    await server.close();
  });
  beforeEach(() => instrument());

  it("follow the conventions in every test program, with 25 attributes of inferences and 10 of embeddings among them", async () => {
    instrument({ capture: "both" });
    for (const call of testCalls) await call.run(client);
    await client.chat.completions.create({
      model: "o4-mini",
      messages: [hello],
      n: 2,
      seed: 1,
      stop: ["x"],
      temperature: 0,
      top_p: 1,
      frequency_penalty: 0,
      presence_penalty: 0,
      max_completion_tokens: 50,
      reasoning_effort: "low",
      service_tier: "default",
      response_format: { type: "text" },
    });
    const first = await client.responses.create({ model: "gpt-4o", input: "Hello", instructions: "Be kind." });
    await client.responses.create({ model: "gpt-4o", input: "Again", previous_response_id: first.id });
    await client.embeddings.create({ model: "none", input: "x" }).catch(() => undefined);
    assert.deepEqual(
      recorder.spans.flatMap((span) => checkSpan(span).map((problem) => `${span.name}: ${problem}`)),
      [],
    );
    assert.deepEqual((await recorder.metrics()).flatMap(checkMetric), []);
    const seen = (operations: readonly string[]): Set<string> =>
      new Set(
        recorder.spans
          .filter((span) => operations.includes(String(span.attributes["gen_ai.operation.name"])))
          .flatMap((span) => Object.keys(span.attributes)),
      );
    const inference = [...seen(["chat"])].filter((key) => !key.startsWith("openai."));
    assert.ok(inference.length >= 25, `${inference.length}: ${inference.toSorted().join(" ")}`);
    assert.deepEqual(
      [...seen(["embeddings"])].toSorted(),
      Object.keys(spanConventions.embeddings.attributes).toSorted(),
    );
  });

  it("say what was asked, zeros included, and not what was not", async () => {
    await client.chat.completions.create({ model: "gpt-4o", messages: [hello], temperature: 0, n: 1, stop: "x" });
    const { attributes } = onlySpan();
    assert.equal(attributes["gen_ai.request.temperature"], 0);
    assert.deepEqual(attributes["gen_ai.request.stop_sequences"], ["x"]);
    for (const key of [
      "gen_ai.request.choice.count",
      "gen_ai.request.stream",
      "gen_ai.request.top_p",
      "gen_ai.conversation.id",
    ]) {
      assert.ok(!(key in attributes), key);
    }
  });

  it("are those of the version that was chosen", async () => {
    const [latest, latestMetrics] = await keysOf(client, "0.1.0");
    assert.equal(latest["gen_ai.provider.name"], "openai");
    assert.ok(latestMetrics.includes("gen_ai.client.inference.duration"));
    assert.ok(!latestMetrics.includes("gen_ai.client.token.usage"));
    for (const version of ["1.41", "1.36"] as const) {
      const [attributes, metrics] = await keysOf(client, version);
      assert.deepEqual(metrics, ["gen_ai.client.operation.duration", "gen_ai.client.token.usage"]);
      const [usage] = (await recorder.metrics()).filter(({ name }) => name === "gen_ai.client.token.usage");
      assert.deepEqual(
        usage?.points.map(({ attributes: point }) => point["gen_ai.token.type"]),
        ["input", "output"],
      );
      assert.equal(attributes[version === "1.36" ? "gen_ai.system" : "gen_ai.provider.name"], "openai");
      assert.equal("gen_ai.openai.request.service_tier" in attributes, version === "1.36");
    }
  });

  it("name the provider by the host, and leave OpenAI's own attributes to OpenAI", async () => {
    const answer = { id: "x", model: "m", choices: [], service_tier: "default" };
    const groq = canned(answer, { baseURL: "https://api.groq.com/openai/v1" });
    await groq.chat.completions.create({ model: "llama", messages: [hello] });
    const { attributes } = onlySpan();
    assert.equal(attributes["gen_ai.provider.name"], "groq");
    assert.equal(attributes["server.address"], "api.groq.com");
    assert.equal(attributes["server.port"], 443);
    assert.ok(Object.keys(attributes).every((key) => !key.startsWith("openai.")));
  });

  it("know Azure, by its client too", async () => {
    const azure = new AzureOpenAI({
      endpoint: "https://gateway.internal",
      apiKey: "k",
      apiVersion: "v",
      fetch: emptyAnswer,
    });
    await azure.chat.completions.create({ model: "deployment", messages: [hello] });
    assert.equal(onlySpan().attributes["gen_ai.provider.name"], "azure.ai.openai");
  });

  it("are ended when nobody reads the answer, the stream or the raw response", async () => {
    await forget(client);
    for (let round = 0; round < 100 && recorder.spans.length < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      stopHolding();
      collectGarbage();
    }
    assert.equal(recorder.spans.length, 3);
  });

  it("are not ended by a garbage collection while the stream is read", async () => {
    let chunks = 0;
    for await (const chunk of await client.chat.completions.create({
      model: "gpt-4o",
      messages: [hello],
      stream: true,
    })) {
      assert.ok(chunk.id);
      if (chunks++ === 1) collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (chunks === 3) assert.equal(recorder.spans.length, 0);
    }
    assert.equal(onlySpan().attributes["gen_ai.request.stream"], true);
    assert.deepEqual(onlySpan().attributes["gen_ai.response.finish_reasons"], ["stop"]);
  });

  it("carry nothing that was said, unless asked; then messages in the conventions' shape", async () => {
    const body = {
      model: "gpt-4o",
      messages: [
        hello,
        {
          role: "user" as const,
          content: [{ type: "image_url" as const, image_url: { url: "data:image/png;base64,aGk=" } }],
        },
      ],
    };
    await client.chat.completions.create(body);
    assert.ok(Object.keys(onlySpan().attributes).every((key) => !key.includes("messages")));
    assert.equal(recorder.logs.length, 0);
    instrument({ capture: "spans" });
    await client.chat.completions.create(body);
    const messages = JSON.parse(String(onlySpan().attributes["gen_ai.input.messages"])) as unknown;
    assert.deepEqual(messages, [
      { role: "user", parts: [{ type: "text", content: "Hello" }] },
      {
        role: "user",
        parts: [
          {
            type: "uri",
            modality: "image",
            mime_type: "image/png",
            uri: "urn:sha256:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
          },
        ],
      },
    ]);
    assert.equal(recorder.logs.length, 0);
  });

  it("keep the messages as they were sent, whatever the caller does with them meanwhile", async () => {
    instrument({ capture: "spans" });
    const messages = [hello];
    const promise = client.chat.completions.create({ model: "gpt-4o", messages });
    messages.push({ role: "user", content: "later" });
    await promise;
    assert.doesNotMatch(String(onlySpan().attributes["gen_ai.input.messages"]), /later/u);
  });

  it("have an event per message under 1.36", async () => {
    instrument({ capture: "events", conventions: "1.36" });
    await client.chat.completions.create({ model: "gpt-4o", messages: [hello] });
    assert.deepEqual(
      recorder.logs.map(({ eventName }) => eventName),
      ["gen_ai.user.message", "gen_ai.choice"],
    );
  });

  it("have an exception event when a call fails", async () => {
    await client.chat.completions.create({ model: "gpt-4o#status=429", messages: [hello] }).catch(() => undefined);
    const [log] = recorder.logs;
    assert.equal(log?.eventName, "gen_ai.client.operation.exception");
    assert.equal(log.attributes["exception.type"], "RateLimitError");
    assert.equal(log.spanContext?.spanId, onlySpan().spanContext().spanId);
  });

  it("survive exporters that throw, and the application does not notice", async () => {
    recorder.tracerProvider.getTracer = () => {
      throw new Error("no tracer");
    };
    instrumentation?.disable();
    const broken = new OpenAIInstrumentation({
      enabled: false,
      mask: () => {
        throw new Error("no mask");
      },
      capture: "both",
    });
    const span = { isRecording: () => true } as never;
    broken.setTracerProvider({
      getTracer: () => ({ startSpan: () => span, startActiveSpan: () => undefined as never }),
    });
    broken.instrumentModule(OpenAI);
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages: [hello] });
    assert.ok(answer.choices.length > 0);
    broken.disable();
  });
});

describe("other endpoints of openai", () => {
  beforeEach(() => instrument());
  after(() => instrumentation?.disable());
  const model = "m";

  it("images, with tokens by modality", async () => {
    const usage = { input_tokens: 50, output_tokens: 100, input_tokens_details: { text_tokens: 10, image_tokens: 40 } };
    await canned({ created: 1, data: [{ b64_json: "aGk=" }], usage }).images.generate({ model, prompt: "a cat" });
    const { name, attributes } = onlySpan();
    assert.equal(name, "generate_content m");
    assert.equal(attributes["gen_ai.output.type"], "image");
    assert.equal(attributes["gen_ai.usage.image.input_tokens"], 40);
    const counters = (await recorder.metrics()).find(({ name: metric }) => metric.endsWith("usage.input_tokens"));
    assert.deepEqual(
      counters?.points.map(({ attributes: point, value }) => [point["gen_ai.token.modality"], value]),
      [
        ["text", 10],
        ["image", 40],
      ],
    );
    assert.deepEqual(checkSpan(onlySpan()), []);
  });

  it("images from images, speech, transcriptions and translations", async () => {
    const file = new File(["x"], "x.png");
    const client = canned({ text: "hi", data: [], usage: { type: "duration", seconds: 3 } });
    await client.images.edit({ model, image: file, prompt: "a cat" });
    await client.images.createVariation({ model, image: file });
    await client.audio.transcriptions.create({ model, file });
    await client.audio.translations.create({ model, file });
    const speech = await client.audio.speech.create({ model, voice: "ash", input: "hi" });
    assert.match(await speech.text(), /hi/u);
    assert.deepEqual(
      recorder.spans.map(({ name, attributes }) => [name, attributes["gen_ai.output.type"]]),
      [
        ["generate_content m", "image"],
        ["generate_content m", "image"],
        ["generate_content m", "text"],
        ["generate_content m", "text"],
        ["generate_content m", "speech"],
      ],
    );
    assert.deepEqual(recorder.spans.flatMap(checkSpan), []);
  });

  it("moderations, batches and legacy completions", async () => {
    await canned({ id: "modr-1", model: "m-2", results: [] }).moderations.create({ model, input: "x" });
    await canned({ id: "batch_1" }).batches.create({
      input_file_id: "f",
      endpoint: "/v1/embeddings",
      completion_window: "24h",
    });
    await canned({ id: "cmpl-1", model: "m-1", choices: [{ text: "hi", finish_reason: "length" }] }).completions.create(
      {
        model,
        prompt: "x",
      },
    );
    assert.deepEqual(
      recorder.spans.map(({ name, attributes }) => [name, attributes["gen_ai.response.model"]]),
      [
        ["moderation m", "m-2"],
        ["create_batch", undefined],
        ["text_completion m", "m-1"],
      ],
    );
  });

  it("a response fetched again, without counting its tokens twice", async () => {
    const usage = { input_tokens: 5, output_tokens: 6 };
    await canned({
      id: "resp_1",
      object: "response",
      status: "completed",
      model,
      output: [],
      usage,
    }).responses.retrieve("resp_1");
    const { name, attributes } = onlySpan();
    assert.equal(name, "fetch_response");
    assert.equal(attributes["gen_ai.response.status"], "completed");
    assert.ok(!("gen_ai.usage.input_tokens" in attributes));
    assert.deepEqual(checkSpan(onlySpan()), []);
    assert.deepEqual(
      (await recorder.metrics()).map(({ name: metric }) => metric),
      ["gen_ai.client.operation.duration"],
    );
  });
});
