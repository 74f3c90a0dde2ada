import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { type ModelServer, startModelServer } from "./index.ts";
import { isObject } from "./read.ts";

const weather: OpenAI.Chat.ChatCompletionTool = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const passages =
  "[1] Descale the machine every two months.\n[2] The warranty lasts three years.\n\nQuestion: How long is the warranty?";

function calls(completion: OpenAI.Chat.ChatCompletion): unknown {
  return completion.choices[0]?.message.tool_calls?.map(
    (call) => call.type === "function" && [call.id, call.function.name, call.function.arguments],
  );
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("chat completions, driven by the openai package", () => {
  let server: ModelServer;
  let client: OpenAI;
  before(async () => {
    server = await startModelServer();
    client = new OpenAI({ baseURL: server.url, apiKey: "unused", maxRetries: 0 });
  });
  after(() => server.close());

  const ask = (content: string, more: Partial<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming> = {}) =>
    client.chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content }], ...more });

  it("answers from the passages it was given, and cites them", async () => {
    const completion = await ask(passages);
    assert.equal(completion.object, "chat.completion");
    assert.equal(completion.model, "gpt-4o-mini-2024-07-18");
    assert.equal(completion.choices[0]?.message.content, "The warranty lasts three years [2].");
    assert.equal(completion.choices[0].finish_reason, "stop");
  });

  it("says the same to the same request, and counts the same tokens", async () => {
    const [first, second] = [await ask(passages), await ask(passages)];
    assert.deepEqual(first.choices, second.choices);
    assert.deepEqual(first.usage, second.usage);
    assert.notEqual(first.id, second.id);
    assert.equal(first.usage?.total_tokens, first.usage!.prompt_tokens + first.usage!.completion_tokens);
  });

  it("streams what it says unstreamed, with the usage in a last chunk of its own", async () => {
    const whole = await ask(passages);
    const stream = await client.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: passages }],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    assert.equal(text, whole.choices[0]?.message.content);
    assert.equal(chunks[0]?.choices[0]?.delta.role, "assistant");
    assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, "stop");
    assert.deepEqual(chunks.at(-1)?.choices, []);
    assert.deepEqual(chunks.at(-1)?.usage, whole.usage);
    assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
  });

  it("leaves the usage out of a stream that did not ask for it", async () => {
    const stream = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
    });
    const chunks = await collect(stream);
    assert.ok(chunks.every((chunk) => chunk.usage === undefined && chunk.choices.length === 1));
  });

  it("gives several choices, each streamed under its index", async () => {
    const whole = await ask(passages, { n: 2 });
    assert.equal(whole.choices.length, 2);
    assert.notEqual(whole.choices[0]?.message.content, whole.choices[1]?.message.content);
    const streamed = await client.chat.completions
      .stream({ model: "gpt-4o-mini", messages: [{ role: "user", content: passages }], n: 2 })
      .finalChatCompletion();
    assert.deepEqual(
      streamed.choices.map(({ message }) => message.content),
      whole.choices.map(({ message }) => message.content),
    );
  });

  it("stops at a stop sequence, and at the limit of tokens with finish reason length", async () => {
    const stopped = await ask("Say: one two three four", { stop: " three" });
    assert.equal(stopped.choices[0]?.message.content, "one two");
    assert.equal(stopped.choices[0].finish_reason, "stop");
    const cut = await ask("Say: one two three four", { max_completion_tokens: 2 });
    assert.equal(cut.choices[0]?.message.content, "one two");
    assert.equal(cut.choices[0].finish_reason, "length");
    assert.equal(cut.usage?.completion_tokens, 2);
  });

  it("fills a JSON schema", async () => {
    const completion = await ask("Which questions does the price of battery buses raise?", {
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "plan",
          schema: {
            type: "object",
            properties: {
              questions: { type: "array", items: { type: "string" }, minItems: 3 },
              urgency: { type: "string", enum: ["low", "high"] },
              steps: { type: "integer" },
            },
          },
        },
      },
    });
    const value: unknown = JSON.parse(completion.choices[0]?.message.content ?? "");
    assert.ok(isObject(value) && Array.isArray(value["questions"]));
    assert.equal(new Set(value["questions"]).size, 3);
    assert.equal(value["urgency"], "low");
    assert.equal(value["steps"], 1);
  });

  it("counts reasoning tokens within the completion tokens of a reasoning model", async () => {
    const { usage } = await ask("Hello", { model: "o4-mini" });
    const reasoning = usage?.completion_tokens_details?.reasoning_tokens ?? 0;
    assert.ok(reasoning > 0 && usage!.completion_tokens > reasoning);
  });

  it("calls a tool, then answers from its result", async () => {
    const question = { role: "user" as const, content: "What is the weather in Oslo?" };
    const first = await client.chat.completions.create({ model: "gpt-4o", messages: [question], tools: [weather] });
    const said = first.choices[0]?.message;
    assert.equal(first.choices[0]?.finish_reason, "tool_calls");
    assert.equal(said?.content, null);
    const call = said.tool_calls?.[0];
    assert.ok(call?.type === "function");
    assert.deepEqual([call.function.name, call.function.arguments], ["get_weather", '{"city":"Oslo"}']);
    const result = { role: "tool" as const, tool_call_id: call.id, content: '{"text":"The weather in Oslo is mild."}' };
    const second = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [question, said, result],
      tools: [weather],
    });
    assert.equal(second.choices[0]?.message.content, "The weather in Oslo is mild.");
    assert.ok(second.usage!.prompt_tokens > first.usage!.prompt_tokens);
  });

  it("streams tool calls as deltas that add up to the whole", async () => {
    const body = {
      model: "gpt-4o",
      messages: [{ role: "user" as const, content: "What is the weather in Rio Grande?" }],
      tools: [weather],
    };
    const whole = await client.chat.completions.create(body);
    const streamed = await client.chat.completions.stream(body).finalChatCompletion();
    assert.deepEqual(calls(streamed), calls(whole));
    assert.match(JSON.stringify(calls(whole)), /Rio Grande/u);
  });

  it("tries a failed tool call again, once", async () => {
    const question = { role: "user" as const, content: "What is the weather in Oslo?" };
    const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [question];
    const reasons: string[] = [];
    for (let round = 0; round < 3; round++) {
      const { choices } = await client.chat.completions.create({ model: "gpt-4o", messages, tools: [weather] });
      const choice = choices[0]!;
      reasons.push(choice.finish_reason);
      messages.push(choice.message);
      for (const { id } of choice.message.tool_calls ?? []) {
        messages.push({ role: "tool", tool_call_id: id, content: '{"error":"timeout"}' });
      }
    }
    assert.deepEqual(reasons, ["tool_calls", "tool_calls", "stop"]);
  });

  it("heeds tool_choice and parallel_tool_calls", async () => {
    const search: OpenAI.Chat.ChatCompletionTool = {
      type: "function",
      function: {
        name: "web_search",
        parameters: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
      },
    };
    const tools = [weather, search];
    const called = async (more: Partial<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming>): Promise<string[]> => {
      const { choices } = await ask("Find the weather in Oslo", { tools, ...more });
      return (choices[0]?.message.tool_calls ?? []).map((call) => (call.type === "function" ? call.function.name : ""));
    };
    assert.deepEqual(await called({}), ["get_weather", "web_search"]);
    assert.deepEqual(await called({ parallel_tool_calls: false }), ["get_weather"]);
    assert.deepEqual(await called({ tool_choice: "none" }), []);
    assert.deepEqual(await called({ tool_choice: { type: "function", function: { name: "web_search" } } }), [
      "web_search",
    ]);
  });
});
