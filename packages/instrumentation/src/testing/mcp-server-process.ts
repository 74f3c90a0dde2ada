/** A traced MCP server in a process of its own. Arguments: its version, `stdio` or `http`. Writes its port and its spans to standard error, a JSON line each. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport as StdioV1 } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport as HttpV1 } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { Server as ServerV2, WebStandardStreamableHTTPServerTransport as HttpV2 } from "@modelcontextprotocol/server";
import { StdioServerTransport as StdioV2 } from "@modelcontextprotocol/server/stdio";
import { propagation } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";
import { McpInstrumentation } from "../mcp/index.ts";
import { mcpInstrumented, type McpMajor, setHandlers } from "./mcp-pair.ts";
import { useAsyncContext } from "./recorder.ts";

function tell(what: object): void {
  process.stderr.write(`${JSON.stringify(what)}\n`);
}

const nothing = async (): Promise<void> => {};
const [major, transport] = process.argv.slice(2) as [McpMajor, string];
useAsyncContext();
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const instrumentation = new McpInstrumentation({ enabled: false });
const onEnd = (span: ReadableSpan): void =>
  tell({
    name: span.name,
    traceId: span.spanContext().traceId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: span.attributes,
  });
instrumentation.setTracerProvider(
  new TracerProvider({ spanProcessors: [{ onStart: () => {}, onEnd, forceFlush: nothing, shutdown: nothing }] }),
);
for (const one of mcpInstrumented[major]) instrumentation.instrumentModule(one);

const about = { name: "test", version: "1" };
const capabilities = { capabilities: { tools: {}, prompts: {}, resources: {} } };
const server = major === "1" ? new ServerV1(about, capabilities) : new ServerV2(about, capabilities);
setHandlers(major, server, () => undefined);

if (transport === "stdio") await server.connect(major === "1" ? new StdioV1() : new StdioV2());
else {
  const options = { sessionIdGenerator: () => "session-1" };
  const http = major === "1" ? new HttpV1(options) : new HttpV2(options);
  await server.connect(http);
  const answer = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    if (http instanceof HttpV1) {
      await http.handleRequest(
        request,
        reply,
        body.length === 0 ? undefined : (JSON.parse(body.toString("utf8")) as unknown),
      );
      return;
    }
    const headers = new Headers(
      Object.entries(request.headersDistinct).flatMap(([key, all = []]) =>
        all.map((one): [string, string] => [key, one]),
      ),
    );
    const { method = "GET", url = "/" } = request;
    const sent = new Request(`http://127.0.0.1${url}`, { method, headers, ...(body.length === 0 ? {} : { body }) });
    const given = await http.handleRequest(sent);
    reply.writeHead(given.status, Object.fromEntries(given.headers));
    for await (const chunk of given.body ?? []) reply.write(chunk);
    reply.end();
  };
  const listener = createServer((request, reply) => {
    void answer(request, reply);
  });
  listener.listen(0, "127.0.0.1", () => tell({ port: (listener.address() as { port: number }).port }));
}
