import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI, { BadRequestError, NotFoundError } from "openai";
import { type ModelServer, startModelServer } from "./index.ts";

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

let server: ModelServer;
let client: OpenAI;
before(async () => {
  server = await startModelServer();
  client = new OpenAI({ baseURL: server.url, apiKey: "unused", maxRetries: 0 });
});
after(() => server.close());

describe("embeddings", () => {
  const model = "text-embedding-3-small";
  const embed = async (input: string | string[] | number[], more: Partial<OpenAI.EmbeddingCreateParams> = {}) =>
    client.embeddings.create({ model, input, ...more });

  it("are the same as floats and as base64, up to 32-bit precision", async () => {
    // the client asks for base64 by itself unless told otherwise
    const [packed, plain] = [
      await embed("a machine for coffee"),
      await embed("a machine for coffee", { encoding_format: "float" }),
    ];
    assert.equal(packed.data[0]?.embedding.length, 1536);
    assert.deepEqual(packed.data[0].embedding, plain.data[0]?.embedding);
    const text = await embed("a machine for coffee", { encoding_format: "base64" });
    assert.equal(typeof text.data[0]?.embedding, "string");
  });

  it("are unit vectors, close where texts share words", async () => {
    const { data, usage } = await embed([
      "How do I descale it?",
      "Descaling removes lime.",
      "The parcel arrives on Monday.",
    ]);
    const dot = (left: number, right: number): number =>
      data[left]!.embedding.reduce((sum, value, index) => sum + value * data[right]!.embedding[index]!, 0);
    assert.ok(Math.abs(dot(0, 0) - 1) < 1e-6);
    assert.ok(dot(0, 1) > dot(0, 2) + 0.1);
    assert.equal(usage.prompt_tokens, usage.total_tokens);
  });

  it("have the length asked for, and take token numbers", async () => {
    const { data } = await embed([1, 2, 3], { dimensions: 256 });
    assert.equal(data.length, 1);
    assert.equal(data[0]?.embedding.length, 256);
    await assert.rejects(embed("x", { dimensions: 4096 }), BadRequestError);
    await assert.rejects(embed(""), BadRequestError);
  });
});

describe("models", () => {
  it("are listed by alias and snapshot, and found one by one", async () => {
    const ids = (await collect(client.models.list())).map(({ id }) => id);
    assert.ok(ids.includes("gpt-4o") && ids.includes("gpt-4o-2024-11-20"));
    assert.equal((await client.models.retrieve("gpt-4o")).id, "gpt-4o");
    await assert.rejects(client.models.retrieve("gpt-9"), NotFoundError);
  });
});

describe("responses", () => {
  const model = "gpt-4.1";
  const tools: OpenAI.Responses.Tool[] = [
    {
      type: "function",
      name: "get_weather",
      strict: true,
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  ];

  it("answer in one piece", async () => {
    const response = await client.responses.create({ model, input: "Say: good day" });
    assert.equal(response.output_text, "good day");
    assert.equal(response.status, "completed");
    assert.equal(response.model, "gpt-4.1-2025-04-14");
    assert.equal(response.usage?.total_tokens, response.usage!.input_tokens + response.usage!.output_tokens);
  });

  it("stream what they say unstreamed, in numbered events", async () => {
    const whole = await client.responses.create({ model, input: "Say: good day to you" });
    const events = await collect(await client.responses.create({ model, input: "Say: good day to you", stream: true }));
    assert.deepEqual(
      events.map(({ sequence_number }) => sequence_number),
      events.map((_, index) => index),
    );
    const text = events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("");
    assert.equal(text, whole.output_text);
    const last = events.at(-1);
    assert.ok(last?.type === "response.completed");
    assert.deepEqual(last.response.usage, whole.usage);
    assert.equal(
      (await client.responses.stream({ model, input: "Say: hi there" }).finalResponse()).output_text,
      "hi there",
    );
  });

  it("call a function and go on from the previous response", async () => {
    const first = await client.responses
      .stream({ model, input: "What is the weather in Oslo?", tools })
      .finalResponse();
    const call = first.output[0];
    assert.ok(call?.type === "function_call");
    assert.equal(call.arguments, '{"city":"Oslo"}');
    const second = await client.responses.create({
      model,
      tools,
      previous_response_id: first.id,
      input: [
        { type: "function_call_output", call_id: call.call_id, output: '{"text":"The weather in Oslo is mild."}' },
      ],
    });
    assert.equal(second.output_text, "The weather in Oslo is mild.");
    await assert.rejects(
      client.responses.create({ model, input: "x", previous_response_id: "resp_none" }),
      BadRequestError,
    );
  });

  it("are incomplete at the limit of tokens", async () => {
    const response = await client.responses.create({ model, input: "Say: one two three", max_output_tokens: 1 });
    assert.equal(response.status, "incomplete");
    assert.equal(response.incomplete_details?.reason, "max_output_tokens");
    assert.equal(response.output_text, "one");
  });
});
