import assert from "node:assert/strict";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { context } from "@opentelemetry/api";
import axios from "axios";
import got from "got";
import OpenAI from "openai";
import * as undici from "undici";
import { claimCall } from "../core/run-context.ts";
import { FetchInstrumentation } from "../fetch/index.ts";
import { OpenAIInstrumentation } from "../openai/index.ts";
import { checkRecorded } from "../testing/conformance.ts";
import { createRecorder, type Recorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { HttpInstrumentation } from "./index.ts";

useAsyncContext();

const hello = { model: "gpt-4o", messages: [{ role: "user", content: "say: hello there" }] };
const stream = { ...hello, stream: true, stream_options: { include_usage: true } };

interface Answer {
  readonly status: number;
  readonly body: string;
}

function send(url: string, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "POST", headers: { "content-type": "application/json" } });
    request.on("error", reject);
    request.on("response", (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject);
    });
    const text = JSON.stringify(body);
    request.write(text.slice(0, 10));
    request.end(Buffer.from(text.slice(10)));
  });
}

function byUndici(url: string, body: object): Promise<undici.Dispatcher.ResponseData> {
  return undici.request(url, { method: "POST", body: JSON.stringify(body) });
}

/** Clients that are seen with nothing of theirs replaced. */
const clients: Readonly<Record<string, (url: string, body: object) => Promise<Answer>>> = {
  "node:http": send,
  axios: async (url, body) => {
    const { status, data } = await axios.post<IncomingMessage>(url, body, {
      responseType: "stream",
      validateStatus: () => true,
    });
    return { status, body: await textOf(data) };
  },
  "axios, parsed": async (url, body) => {
    const { status, data } = await axios.post<unknown>(url, body, { validateStatus: () => true });
    return { status, body: typeof data === "string" ? data : JSON.stringify(data) };
  },
  got: async (url, body) => {
    const { statusCode, body: text } = await got.post(url, { json: body, throwHttpErrors: false, retry: { limit: 0 } });
    return { status: statusCode, body: text };
  },
  "undici.request": async (url, body) => {
    const { statusCode, body: answer } = await byUndici(url, body);
    return { status: statusCode, body: await answer.text() };
  },
  "undici.fetch": async (url, body) => {
    const response = await undici.fetch(url, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, body: await response.text() };
  },
  fetch: async (url, body) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, body: await response.text() };
  },
};

/** Without what differs from call to call. */
function lasting(answer: Answer): Answer {
  return { ...answer, body: answer.body.replaceAll(/chatcmpl-\w+|"created":\d+/gu, "") };
}

describe("model calls made with node:http", () => {
  let server: ModelServer;
  let recorder: Recorder;
  let instrumentation: HttpInstrumentation | undefined;

  before(async () => {
    server = await startModelServer();
  });
  after(async () => {
    instrumentation?.disable();
    await server.close();
  });
  beforeEach(() => {
    instrumentation?.disable();
    recorder = createRecorder();
    instrumentation = recordWith(recorder, new HttpInstrumentation({ capture: "both" }));
  });
  const only = (): Recorder["spans"][number] => {
    assert.equal(recorder.spans.length, 1, recorder.spans.map(({ name }) => name).join());
    return recorder.spans[0]!;
  };

  for (const [name, post] of Object.entries(clients)) {
    it(`${name}: a span with tokens, in one piece and streamed, and the same answer`, async () => {
      const url = `${server.url}/chat/completions`;
      const watched = [lasting(await post(url, hello)), lasting(await post(url, stream))];
      const [whole, streamed, ...more] = recorder.spans;
      assert.deepEqual(more, []);
      for (const span of [whole!, streamed!]) {
        assert.equal(span.name, "chat gpt-4o");
        assert.equal(span.attributes["gen_ai.provider.name"], "openai");
        assert.equal(span.attributes["server.port"], Number(new URL(server.url).port));
        assert.ok(Number(span.attributes["gen_ai.usage.output_tokens"]) > 0);
      }
      assert.match(String(streamed?.attributes["gen_ai.output.messages"]), /hello there/u);
      assert.equal(streamed?.attributes["gen_ai.output.messages"], whole?.attributes["gen_ai.output.messages"]);
      assert.ok(Number(streamed?.attributes["gen_ai.response.time_to_first_chunk"]) > 0);
      assert.deepEqual((await checkRecorded(recorder, true)).violations, []);
      instrumentation?.disable();
      assert.deepEqual(watched, [lasting(await post(url, hello)), lasting(await post(url, stream))]);
    });

    it(`${name}: an error in the provider's words`, async () => {
      const { status } = await post(`${server.url}/chat/completions`, { ...hello, model: "gpt-4o#status=429" });
      assert.equal(status, 429);
      assert.equal(only().attributes["error.type"], "rate_limit_exceeded");
    });
  }

  it("are those of other providers, too", async () => {
    const { origin } = new URL(server.url);
    await send(`${origin}/v1/messages`, { model: "claude-haiku-4-5", max_tokens: 50, messages: hello.messages });
    await send(`${origin}/v2/rerank`, { model: "rerank-v3.5", query: "hello", documents: ["hello"] });
    assert.deepEqual(
      recorder.spans.map(({ name, attributes }) => [name, attributes["gen_ai.provider.name"]]),
      [
        ["chat claude-haiku-4-5", "anthropic"],
        ["rerank rerank-v3.5", "cohere"],
      ],
    );
  });

  it("say what went wrong: a server that is not there, a connection that breaks", async () => {
    await assert.rejects(send("http://127.0.0.1:9/v1/chat/completions", hello));
    await assert.rejects(send(`${server.url}/chat/completions`, { ...stream, model: "gpt-4o#cut-after=2" }));
    assert.deepEqual(
      recorder.spans.map(({ attributes, status }) => [attributes["error.type"], status.code]),
      [
        ["ECONNREFUSED", 2],
        ["ECONNRESET", 2],
      ],
    );
  });

  it("end when the reader leaves, and leave an answer that nobody listens for to Node", async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${server.url}/chat/completions`, { method: "POST" }, (response) => {
        response.once("data", () => response.destroy());
        response.once("close", resolve);
      });
      request.on("error", () => {});
      request.end(JSON.stringify({ ...stream, model: "gpt-4o#chunk-delay-ms=5" }));
    });
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${server.url}/chat/completions`, { method: "POST" });
      request.once("close", resolve);
      request.end(JSON.stringify(hello));
    });
    assert.deepEqual(
      recorder.spans.map(({ status }) => status.code),
      [0, 0],
    );
  });

  it("end when the reader of undici leaves, and say what went wrong with it", async () => {
    const slow = { ...stream, model: "gpt-4o#chunk-delay-ms=5" };
    const { body } = await byUndici(`${server.url}/chat/completions`, slow);
    await body[Symbol.asyncIterator]().next();
    body.destroy();
    const cut = await byUndici(`${server.url}/chat/completions`, { ...stream, model: "gpt-4o#cut-after=2" });
    await assert.rejects(cut.body.text());
    await assert.rejects(undici.request("http://127.0.0.1:9/v1/chat/completions", { method: "POST", body: "{}" }));
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["error.type"]),
      [undefined, "UND_ERR_SOCKET"],
    );
  });

  it("are recorded once where fetch and a library are instrumented, too", async () => {
    const fetching = recordWith(recorder, new FetchInstrumentation({ enabled: false }));
    const openai = recordWith(recorder, new OpenAIInstrumentation({ enabled: false }));
    fetching.enable();
    openai.instrumentModule(OpenAI);
    try {
      const url = `${server.url}/chat/completions`;
      await (await fetch(new Request(url, { method: "POST", body: JSON.stringify(hello) }))).json();
      await (await fetch(url, { method: "POST", body: JSON.stringify(hello) })).json();
      const client = new OpenAI({ baseURL: server.url, apiKey: "unused" });
      await client.chat.completions.create(hello as OpenAI.ChatCompletionCreateParamsNonStreaming);
    } finally {
      openai.disable();
      fetching.disable();
    }
    assert.equal(recorder.spans.length, 3);
  });

  it("are not mistaken for other requests, and left to the library that makes them", async () => {
    await send(`${server.url}/chat/completions`, { hello: "world" });
    await send(`${server.url}/other`, hello);
    await context.with(claimCall(context.active()), () => send(`${server.url}/chat/completions`, hello));
    assert.deepEqual(recorder.spans, []);
  });

  it("are read where the answer is compressed", async () => {
    const answer = { id: "1", model: "gpt-4o", choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } };
    const zipped: Server = createServer((_request, reply) => {
      reply.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      reply.end(gzipSync(JSON.stringify(answer)));
    });
    await new Promise<void>((resolve) => zipped.listen(0, "127.0.0.1", resolve));
    const { port } = zipped.address() as AddressInfo;
    const { data } = await axios.post<unknown>(`http://127.0.0.1:${port}/v1/chat/completions`, hello);
    await new Promise((resolve) => setImmediate(resolve));
    zipped.close();
    assert.deepEqual(data, answer);
    assert.equal(only().attributes["gen_ai.usage.output_tokens"], 4);
  });
});
