import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aLogsRequest, aTraceRequest } from "@genscope/otlp/testing";
import { ServerProcess } from "./support/server-process.ts";

const main = join(import.meta.dirname, "../packages/genscope/src/main.ts");
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const startTime = BigInt(Date.now()) * 1_000_000n;

/** Runs the command line as a person would. */
async function genscope(...args: string[]): Promise<string> {
  const command = ["--conditions=@genscope/source", main, ...args];
  return (await promisify(execFile)(process.execPath, command, { env: { ...process.env, NO_COLOR: "1" } })).stdout;
}

describe("commands over stored traces", () => {
  let directory: string;
  let server: ServerProcess;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "genscope-stored-"));
    server = await ServerProcess.create({ data: join(directory, "data") });
    await server.start();
    await using client = createOtlpHttpClient({ endpoint: server.http });
    await client.send(
      Signal.traces,
      aTraceRequest({ spans: [{ traceId, spanId, startTime, attributes: { "gen_ai.prompt": "ask jo@example.org" } }] }),
    );
    const content = '[{"role":"user","parts":[{"type":"text","content":"card 4242 4242 4242 4242, jo@example.org"}]}]';
    const log = { traceId, spanId, time: startTime, eventName: "gen_ai.client.inference.operation.details" };
    await client.send(
      Signal.logs,
      aLogsRequest({ logs: [{ ...log, attributes: { "gen_ai.input.messages": content } }] }),
    );
    await server.drained();
  });

  after(async () => {
    await server.kill();
    await rm(directory, { recursive: true, force: true });
  });

  it("export a trace with its log records, which import takes back", async () => {
    const file = join(directory, "traces.jsonl");
    await genscope("export", "--url", server.url, "--out", file);
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
    assert.equal(lines.length, 2);
    assert.match(lines[0]!, /^\{"resourceSpans":/);
    assert.match(lines[1]!, /^\{"resourceLogs":.*4242/);
    const other = file.replace("traces", "other");
    await writeFile(other, lines.join("\n").replaceAll(traceId, "f".repeat(32)));
    await genscope("import", other, "--endpoint", server.http);
    await server.drained();
    const rows = await server.query<{ n: string }>(
      `SELECT toString(count()) AS n FROM logs WHERE trace_id = unhex('${"f".repeat(32)}') AND position(toString(string_attributes), '4242') > 0`,
    );
    assert.deepEqual(rows, [{ n: "1" }]);
  });

  it("say what masking would find, and show none of it", async () => {
    const report = await genscope("masking", "dry-run", "--url", server.url, "--trace", traceId, "--json");
    assert.deepEqual(JSON.parse(report), {
      traces: 1,
      detectors: { email: 2, card: 1 },
      rules: { email: 2, card: 1 },
      places: { "gen_ai.prompt": { email: 1 }, "gen_ai.input.messages": { email: 1, card: 1 } },
      samples: {
        email: [
          { traceId, spanId, place: "gen_ai.prompt" },
          { traceId, spanId, place: "gen_ai.input.messages" },
        ],
        card: [{ traceId, spanId, place: "gen_ai.input.messages" }],
      },
    });
    const config = join(directory, "collector.yaml");
    await writeFile(
      config,
      "processors: {genai_masking: {detectors: [email], allow: ['@example.org'], content: drop}}",
    );
    const text = await genscope("masking", "dry-run", "--url", server.url, "--trace", traceId, "--config", config);
    assert.match(text, /2 values would be masked in 1 traces/);
    assert.match(text, /2 {2}content {2}drop 2/);
    assert.match(
      text,
      /for example\n {2}content\.drop {2}trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331 /,
    );
    assert.ok(!text.includes("example.org") && !report.includes("4242"));
  });

  it("say what tail sampling would keep, and by which policy", async () => {
    const config = join(directory, "sampling.yaml");
    await writeFile(
      config,
      `processors:
  tail_sampling:
    policies:
      - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
      - {name: prompts, type: ottl_condition, ottl_condition: {span: ['attributes["gen_ai.prompt"] != nil']}}
`,
    );
    const args = ["sampling", "dry-run", "--config", config, "--url", server.url, "--trace", traceId];
    const [tried, report] = (await genscope(...args, "--list", "--json")).trim().split("\n");
    assert.deepEqual(JSON.parse(tried!), { decision: "sampled", policy: "prompts", probability: 1, traceId });
    const { traces, kept, policies } = JSON.parse(report!) as {
      traces: number;
      kept: { traces: number };
      policies: unknown;
    };
    assert.deepEqual([traces, kept.traces], [1, 1]);
    assert.deepEqual(policies, [
      { policy: "errors", sampled: 0, dropped: 0, errors: 0, keeps: 0 },
      { policy: "prompts", sampled: 1, dropped: 0, errors: 0, keeps: 1 },
    ]);
    assert.match(await genscope(...args), /1 of 1 traces would be kept \(100\.0 %\)/u);
  });

  it("name the remedy where a configuration has nothing to try", async () => {
    const config = join(directory, "empty.yaml");
    await writeFile(config, "processors: {batch: }");
    await assert.rejects(genscope("masking", "dry-run", "--config", config), /no processor genai_masking in/);
  });
});
