import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { createClient } from "@genscope/server/client";
import { ServerProcess } from "./support/server-process.ts";

const root = join(import.meta.dirname, "..");

/** Runs an example as its README says, sending to the server. */
async function runExample(name: string, server: ServerProcess, env: Record<string, string>): Promise<string> {
  const main = join(root, "examples", name, "src/main.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@genscope/source", main], {
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.http, ...env },
  });
  return stdout;
}

/** Runs an example that is compiled first, as its `npm start` does. */
async function runCompiled(name: string, server: ServerProcess): Promise<string> {
  const cwd = join(root, "examples", name);
  const run = promisify(execFile);
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", cwd]);
  const { stdout } = await run(process.execPath, ["--conditions=@genscope/source", "build/main.js"], {
    cwd,
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.http },
  });
  return stdout;
}

type Trace = Awaited<ReturnType<ReturnType<typeof createClient>["trace"]>>;

/** Names of spans, each with its parent's. */
function treeOf({ spans, names }: Trace): (readonly [string, string])[] {
  return spans.name
    .map((name, i): [string, string] => [
      names[name] ?? "",
      spans.parent[i] === -1 ? "" : (names[spans.name[spans.parent[i]!]!] ?? ""),
    ])
    .toSorted(([a], [b]) => a.localeCompare(b));
}

describe("whole programs", { timeout: 60_000 }, () => {
  it("a RAG pipeline with spans of its own is one connected trace, with the calls that trace themselves inside", async (t) => {
    const data = await mkdtemp(join(tmpdir(), "genscope-programs-"));
    t.after(() => rm(data, { recursive: true, force: true }));
    await using server = await ServerProcess.create({ data });
    await server.start();
    const api = createClient({ baseUrl: server.url });

    const printed = await runExample("rag-pipeline", server, { OTEL_GENAI_CAPTURE_MESSAGE_CONTENT: "true" });
    assert.ok(printed.trim().length > 0);
    let page = await api.traces({ service: ["rag-pipeline"] });
    for (; (page.traces[0]?.spanCount ?? 0) < 5; page = await api.traces({ service: ["rag-pipeline"] }))
      await delay(50);

    assert.equal(page.traces.length, 1);
    const [summary] = page.traces;
    assert.equal(summary!.name, "rag.pipeline");
    assert.equal(summary!.modelCalls, 1);
    assert.ok(Number(summary!.inputTokens) > 0);
    const trace = await api.trace(summary!.traceId);
    const { spans, names } = trace;
    assert.deepEqual(treeOf(trace), [
      ["chat gpt-4o-mini", "rag.llm_call"],
      ["embeddings text-embedding-3-small", "rag.retrieval"],
      ["rag.llm_call", "rag.pipeline"],
      ["rag.pipeline", ""],
      ["rag.retrieval", "rag.pipeline"],
    ]);
    const chat = spans.id[spans.name.findIndex((name) => names[name] === "chat gpt-4o-mini")]!;
    // log records come by a request of their own, and may be stored a moment later
    let detail = await api.span(summary!.traceId, chat);
    for (; detail.logs.length === 0; detail = await api.span(summary!.traceId, chat)) await delay(50);
    const attribute = (key: string): unknown => detail.attributes.find((one) => one.key === key)?.value;
    assert.deepEqual(attribute("user.id"), { stringValue: "ada" });
    // content travels apart from the span, as an event
    assert.equal(attribute("gen_ai.input.messages"), undefined);
    assert.deepEqual(
      detail.logs.map(({ eventName }) => eventName),
      ["gen_ai.client.inference.operation.details"],
    );
  });

  it("a research desk with decorators over LangChain is one connected trace", async (t) => {
    const data = await mkdtemp(join(tmpdir(), "genscope-programs-"));
    t.after(() => rm(data, { recursive: true, force: true }));
    await using server = await ServerProcess.create({ data });
    await server.start();
    const api = createClient({ baseUrl: server.url });

    assert.match(await runCompiled("langchain-research", server), /heat pump/u);
    const filter = { service: ["langchain-research"] };
    let page = await api.traces(filter);
    for (; (page.traces[0]?.spanCount ?? 0) < 13; page = await api.traces(filter)) await delay(50);
    assert.equal(page.traces.length, 1);
    const [summary] = page.traces;
    assert.equal(summary!.name, "invoke_workflow research");
    // found by LangChain and by the model's library, and counted once
    assert.equal(summary!.modelCalls, 3);
    assert.deepEqual(treeOf(await api.trace(summary!.traceId)), [
      ["chat gpt-4o-mini", "model_request"],
      ["chat gpt-4o-mini", "model_request"],
      ["chat gpt-4o-mini", "invoke_agent writer"],
      ["execute_tool find_pages", "execute_tool search"],
      ["execute_tool search", "tools"],
      ["invoke_agent investigator", "invoke_workflow research"],
      ["invoke_agent lookup", "invoke_agent investigator"],
      ["invoke_agent writer", "invoke_workflow research"],
      ["invoke_workflow research", ""],
      ["model_request", "invoke_agent lookup"],
      ["model_request", "invoke_agent lookup"],
      ["split_query", "execute_tool find_pages"],
      ["tools", "invoke_agent lookup"],
    ]);
  });
});
