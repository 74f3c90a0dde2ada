import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI, {
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from "openai";
import { type ModelServer, startModelServer } from "./index.ts";
import { isObject } from "./read.ts";

const messages = [{ role: "user" as const, content: "Say: one two three four five six" }];

async function drain(stream: AsyncIterable<unknown>, into: unknown[] = []): Promise<void> {
  for await (const chunk of stream) into.push(chunk);
}

describe("failures and delays on request", () => {
  let server: ModelServer;
  before(async () => {
    server = await startModelServer();
  });
  after(() => server.close());

  const client = (fault: string, maxRetries = 0): OpenAI =>
    new OpenAI({
      baseURL: server.url,
      apiKey: "unused",
      maxRetries,
      defaultHeaders: fault === "" ? {} : { "x-fault": fault },
    });
  const ask = (fault: string, model = "gpt-4o", maxRetries = 0) =>
    client(fault, maxRetries).chat.completions.create({ model, messages });

  for (const [status, expected] of [
    [400, BadRequestError],
    [401, AuthenticationError],
    [403, PermissionDeniedError],
    [404, NotFoundError],
    [429, RateLimitError],
    [500, InternalServerError],
    [503, InternalServerError],
  ] as const) {
    it(`answers ${status} as OpenAI's ${expected.name}`, async () => {
      await assert.rejects(ask(`status=${status}`), (error) => {
        assert.ok(error instanceof expected);
        assert.equal(error.status, status);
        assert.ok(error.type !== undefined && error.requestID !== null);
        return true;
      });
    });
  }

  it("fails as many attempts as it was asked to, so that a client's retry succeeds", async () => {
    const completion = await ask("status=429; times=1; retry-after-ms=1", "gpt-4o", 2);
    assert.equal(completion.choices[0]?.message.content, "one two three four five six");
    await assert.rejects(ask("status=429; times=3; retry-after-ms=1", "gpt-4o", 2), RateLimitError);
  });

  it("sends the time to retry after in both headers", async () => {
    await assert.rejects(ask("status=429; retry-after-ms=1500"), (error) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.headers.get("retry-after-ms"), "1500");
      assert.equal(error.headers.get("retry-after"), "2");
      return true;
    });
  });

  it("takes the fault from the model's name, and answers under the model's own", async () => {
    await assert.rejects(ask("", "gpt-4o#status=500"), InternalServerError);
    const completion = await ask("", "gpt-4o#delay-ms=1");
    assert.equal(completion.model, "gpt-4o-2024-11-20");
  });

  it("takes the fault from the query", async () => {
    const response = await fetch(`${server.url}/models?fault=status=503`);
    assert.equal(response.status, 503);
  });

  it("cuts a stream in the middle", async () => {
    const stream = await client("cut-after=3").chat.completions.create({ model: "gpt-4o", messages, stream: true });
    const received: unknown[] = [];
    await assert.rejects(drain(stream, received));
    assert.equal(received.length, 3);
  });

  it("sends an error in the middle of a stream", async () => {
    const stream = await client("error-after=2").chat.completions.create({ model: "gpt-4o", messages, stream: true });
    await assert.rejects(drain(stream), APIError);
  });

  it("cuts an answer that is not streamed", async () => {
    await assert.rejects(ask("cut-after=0"));
  });

  it("delays the first chunk past the client's patience", async () => {
    const impatient = client("delay-ms=60000").chat.completions.create({ model: "gpt-4o", messages }, { timeout: 50 });
    await assert.rejects(impatient, APIConnectionTimeoutError);
  });

  it("refuses a fault it does not know, and names those it does", async () => {
    await assert.rejects(ask("explode=1"), /Unknown fault "explode".*status, times/u);
    await assert.rejects(ask("status=200"), /must be from 400 to 599/u);
    await assert.rejects(ask("times=x"), /non-negative whole number/u);
  });

  it("refuses requests that are wrong, and names the parameter", async () => {
    const bad = async (body: unknown): Promise<Record<string, unknown>> => {
      const response = await fetch(`${server.url}/chat/completions`, { method: "POST", body: JSON.stringify(body) });
      const answer = await response.json();
      assert.ok(isObject(answer) && isObject(answer["error"]));
      return answer["error"];
    };
    assert.equal((await bad({ messages }))["param"], "model");
    assert.equal((await bad({ model: "gpt-4o" }))["code"], "missing_required_parameter");
    assert.equal(
      (await bad({ model: "gpt-4o", messages: [{ role: "robot", content: "x" }] }))["param"],
      "messages[0].role",
    );
    assert.equal((await bad({ model: "gpt-4o", messages, n: 0 }))["param"], "n");
    assert.equal((await bad({ model: "gpt-9", messages }))["code"], "model_not_found");
    assert.equal((await bad({ model: "text-embedding-3-small", messages }))["code"], "unsupported_model");
    const broken = await fetch(`${server.url}/chat/completions`, { method: "POST", body: "{" });
    assert.equal(broken.status, 400);
    const unknown = await fetch(`${server.url}/pictures`, { method: "POST", body: "{}" });
    assert.equal(unknown.status, 404);
  });
});
