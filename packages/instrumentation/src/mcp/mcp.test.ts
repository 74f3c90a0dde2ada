import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { context, propagation, type Span, SpanKind, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { setTool } from "../core/run-context.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { connectPair, mcpInstrumented, type McpMajor, mcpMajors, type McpPair } from "../testing/mcp-pair.ts";
import { mcpProcess, type RemoteSpan } from "../testing/mcp-process.ts";
import { createRecorder, type Recorder, useAsyncContext, recordWith } from "../testing/recorder.ts";
import { McpInstrumentation } from "./index.ts";

useAsyncContext();

let recorder: Recorder;

function instrument(major: McpMajor, options: InstrumentationOptions = {}): McpInstrumentation {
  recorder = createRecorder();
  const instrumentation = new McpInstrumentation({ ...options, enabled: false });
  recordWith(recorder, instrumentation);
  for (const one of mcpInstrumented[major]) instrumentation.instrumentModule(one);
  return instrumentation;
}

/** Spans of requests other than those that open a session. */
function calls(): readonly ReadableSpan[] {
  return recorder.spans.filter(({ name }) => !/^(?:initialize|server\/discover)$/u.test(name));
}

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    const { name, message, code } = error as { name: string; message: string; code: unknown };
    return { name, message, code };
  }
}

/** Ordinary calls, each with what an application gets of it. */
const ordinary: Readonly<Record<string, (pair: McpPair) => Promise<unknown>>> = {
  "a tool": ({ client }) => client.callTool({ name: "add", arguments: { a: 1, b: 2 } }),
  "a tool that says it failed": ({ client }) => client.callTool({ name: "wrong", arguments: {} }),
  "a tool that throws": ({ client }) => client.callTool({ name: "broken", arguments: {} }),
  "a list": ({ client }) => client.listTools(),
  "a prompt": ({ client }) => client.getPrompt({ name: "hello" }),
  "a resource": ({ client }) => client.readResource({ uri: "memo://1" }),
  "a ping": ({ client }) => client.ping(),
  "a call that takes too long": ({ client }) =>
    client.callTool({ name: "slow", arguments: {} }, ...timeout(client, 30)),
};

/** Messages without what carries the trace. */
function bare(messages: McpPair["wire"]): unknown {
  return messages.map((message) => {
    const copy = JSON.parse(JSON.stringify(message)) as { params?: { ["_meta"]?: Record<string, unknown> } };
    const { params } = copy;
    const meta = params?.["_meta"];
    delete meta?.["traceparent"];
    if (meta !== undefined && Object.keys(meta).length === 0) delete params?.["_meta"];
    if (params !== undefined && Object.keys(params).length === 0) delete copy.params;
    return copy;
  });
}

/** Version 1 has a schema between the request and its options. */
function timeout(client: object, milliseconds: number): readonly unknown[] {
  return client instanceof mcpInstrumented["1"][0]
    ? [undefined, { timeout: milliseconds }]
    : [{ timeout: milliseconds }];
}

for (const major of mcpMajors) {
  describe(`MCP ${major}`, () => {
    let instrumentation: McpInstrumentation | undefined;
    before(() => propagation.setGlobalPropagator(new W3CTraceContextPropagator()));
    after(() => {
      instrumentation?.disable();
      propagation.disable();
    });
    beforeEach(() => {
      instrumentation?.disable();
      instrumentation = instrument(major);
    });

    for (const [name, run] of Object.entries(ordinary)) {
      it(`${name}: the same with and without, and one span at either end`, async () => {
        await using watched = await connectPair(major);
        const withSpans = await outcome(() => run(watched));
        instrumentation?.disable();
        await using plain = await connectPair(major);
        assert.deepEqual(withSpans, await outcome(() => run(plain)));
        assert.deepEqual(bare(watched.wire), bare(plain.wire), "nothing but _meta differs on the wire");
        assert.deepEqual(
          new Set(calls().map(({ kind }) => kind)),
          new Set([SpanKind.SERVER, SpanKind.CLIENT]),
          calls()
            .map((span) => span.name)
            .join(),
        );
        assert.equal(calls().length, 2);
        const [server, client] = [SpanKind.SERVER, SpanKind.CLIENT].map((kind) =>
          calls().find((span) => span.kind === kind)!,
        );
        assert.equal(server?.parentSpanContext?.spanId, client?.spanContext().spanId);
        assert.equal(server?.spanContext().traceId, client?.spanContext().traceId);
      });
    }

    it("says what was asked for, and what came of it", async () => {
      await using pair = await connectPair(major);
      await pair.client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
      await pair.client.callTool({ name: "wrong", arguments: {} });
      await outcome(() => pair.client.callTool({ name: "broken", arguments: {} }));
      await pair.client.getPrompt({ name: "hello" });
      await pair.client.readResource({ uri: "memo://1" });
      const clients = calls().filter(({ kind }) => kind === SpanKind.CLIENT);
      assert.deepEqual(
        clients.map(({ name }) => name),
        ["tools/call add", "tools/call wrong", "tools/call broken", "prompts/get hello", "resources/read"],
      );
      const [good, wrong, broken, prompt, resource] = clients.map(({ attributes }) => attributes);
      assert.equal(good?.["gen_ai.operation.name"], "execute_tool");
      assert.equal(good["gen_ai.tool.name"], "add");
      assert.equal(typeof good["mcp.protocol.version"], "string");
      assert.match(String(good["jsonrpc.request.id"]), /^\d+$/u);
      assert.equal(good["gen_ai.tool.call.arguments"], undefined);
      assert.equal(wrong?.["error.type"], "tool_error");
      assert.equal(broken?.["error.type"], "-32603");
      assert.equal(broken["rpc.response.status_code"], "-32603");
      assert.equal(prompt?.["gen_ai.prompt.name"], "hello");
      assert.equal(resource?.["mcp.resource.uri"], "memo://1");
      const metrics = (await recorder.metrics()).map(({ name }) => name).toSorted();
      assert.deepEqual(metrics, ["mcp.client.operation.duration", "mcp.server.operation.duration"]);
    });

    it("captures arguments and results where that is switched on, and only there", async () => {
      instrumentation?.disable();
      instrumentation = instrument(major, { capture: "spans" });
      await using pair = await connectPair(major);
      await pair.client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
      for (const { attributes } of calls()) {
        assert.equal(attributes["gen_ai.tool.call.arguments"], '{"a":1,"b":2}');
        assert.equal(attributes["gen_ai.tool.call.result"], '[{"type":"text","text":"3"}]');
      }
    });

    it("runs handlers inside the server's span", async () => {
      let inside: Span | undefined;
      await using pair = await connectPair(major, () => {
        inside = trace.getActiveSpan();
      });
      await pair.client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
      const server = calls().find(({ kind }) => kind === SpanKind.SERVER);
      assert.equal(inside?.spanContext().spanId, server?.spanContext().spanId);
    });

    it("says it on the tool's own span where there is one", async () => {
      await using pair = await connectPair(major);
      const tracer = recorder.tracerProvider.getTracer("test");
      const span = tracer.startSpan("execute_tool add");
      const within = setTool(trace.setSpan(context.active(), span), { span, name: "add" });
      await context.with(within, () => pair.client.callTool({ name: "add", arguments: { a: 1, b: 2 } }));
      span.end();
      assert.deepEqual(
        calls().map(({ name }) => name),
        ["tools/call add", "execute_tool add"],
      );
      assert.equal(calls()[1]?.attributes["mcp.method.name"], "tools/call");
      assert.equal(calls()[0]?.parentSpanContext?.spanId, span.spanContext().spanId);
    });

    it("measures sessions, and ends what is open when they end", async () => {
      {
        await using pair = await connectPair(major);
        const pending = outcome(() => pair.client.callTool({ name: "slow", arguments: {} }));
        await new Promise((resolve) => setTimeout(resolve, 20));
        await pair.client.close();
        await pending;
      }
      assert.equal(calls().length, 2);
      const metrics = (await recorder.metrics()).map(({ name }) => name);
      assert.ok(metrics.includes("mcp.client.session.duration"), metrics.join());
      assert.ok(metrics.includes("mcp.server.session.duration"), metrics.join());
    });

    for (const transport of ["stdio", "http"] as const) {
      it(`is one trace across two processes, over ${transport}`, async () => {
        const { client, spans, stop } = await mcpProcess(major, transport);
        try {
          await client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
        } finally {
          await client.close();
          await stop();
        }
        const here = calls().find(({ name }) => name === "tools/call add");
        const there: RemoteSpan | undefined = spans().find(({ name }) => name === "tools/call add");
        assert.ok(here !== undefined && there !== undefined, JSON.stringify(spans()));
        assert.equal(there.traceId, here.spanContext().traceId);
        assert.equal(there.parentSpanId, here.spanContext().spanId);
        assert.equal(here.attributes["network.transport"], transport === "stdio" ? "pipe" : "tcp");
        assert.equal(there.attributes["network.transport"], transport === "stdio" ? "pipe" : "tcp");
        if (transport === "http") {
          assert.equal(here.attributes["server.address"], "127.0.0.1");
          assert.equal(here.attributes["network.protocol.name"], "http");
        }
      });
    }
  });
}
