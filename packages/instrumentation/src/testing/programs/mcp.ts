import { propagation } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { McpInstrumentation } from "../../mcp/index.ts";
import { connectPair, mcpInstrumented, type McpMajor } from "../mcp-pair.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runMcpProgram(major: McpMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new McpInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  for (const one of mcpInstrumented[major]) instrumentation.instrumentModule(one);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  try {
    await using pair = await connectPair(major);
    const { client } = pair;
    await client.callTool({ name: "add", arguments: { a: 1, b: 2 } });
    await client.callTool({ name: "wrong", arguments: {} });
    await client.callTool({ name: "broken", arguments: {} }).catch(() => {});
    await client.listTools();
    await client.getPrompt({ name: "hello" });
    await client.readResource({ uri: "memo://1" });
    await client.ping();
  } finally {
    propagation.disable();
    instrumentation.disable();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = [
  { library: "@modelcontextprotocol/sdk", version: "1", run: (capture) => runMcpProgram("1", capture) },
  { library: "@modelcontextprotocol/client, …/server", version: "2", run: (capture) => runMcpProgram("2", capture) },
];
