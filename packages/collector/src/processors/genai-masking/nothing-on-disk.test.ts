import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import { encodeRequest } from "@genscope/otlp/testing";
import { tempDir, until } from "../../testing/collector-harness.ts";
import { type CollectorProcess, startProcess } from "../../testing/start-process.ts";
import { plantedRequests } from "../../testing/planted-requests.ts";

/** Exporters that keep what they are given: one behind a target that is down, one that writes a file. */
function configOf(dir: string, processors: string): string {
  const pipelines = ["traces", "logs", "metrics"].map(
    (signal) => `    ${signal}: {receivers: [otlp], processors: ${processors}, exporters: [otlphttp, file, debug]}`,
  );
  return `receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}, http: {endpoint: "127.0.0.1:0"}}}}
processors: {genai_masking: , batch: }
exporters:
  otlphttp: {endpoint: "http://127.0.0.1:9"}
  file: {path: "${join(dir, "out.json")}"}
  debug: {verbosity: detailed}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
${pipelines.join("\n")}
`;
}

async function everyByteBelow(dir: string): Promise<Buffer> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

const host = "planted.example.org";
const secretOf = (way: string) => (index: number) => `${way}.${index}@${host}`;
const base64Parts = [0, 1, 2].map((shift) =>
  Buffer.from(`${" ".repeat(shift)}${host}`)
    .toString("base64")
    .slice(4, -4),
);
const traces = [host, "planted.example", Buffer.from(host, "utf16le"), ...base64Parts];

async function sendAll({ http, grpc }: CollectorProcess): Promise<number> {
  await using overGrpc = createOtlpGrpcClient({ endpoint: grpc!, compression: "gzip" });
  await using overHttp = createOtlpHttpClient({ endpoint: http });
  await using asJson = createOtlpHttpClient({ endpoint: http, encoding: "json" });
  let count = 0;
  for (const [way, client] of Object.entries({ grpc: overGrpc, http: overHttp })) {
    for (const { signal, request } of plantedRequests(secretOf(way))) {
      await client.send(signal, encodeRequest(signal, request));
      count++;
    }
  }
  for (const { signal, request } of plantedRequests(secretOf("json"))) {
    await asJson.send(signal, Buffer.from(JSON.stringify(request, asOtlpJson)));
    count++;
  }
  return count;
}

function asOtlpJson(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

describe("a data directory", () => {
  it("has no byte of what was masked in it, and neither has what the process says; also when it was killed", async () => {
    await using dir = await tempDir();
    const yaml = configOf(dir.path, "[batch, genai_masking]");
    await using first = await startProcess(yaml, dir.path);
    const sent = await sendAll(first);
    await first.kill();
    const afterKill = await everyByteBelow(dir.path);
    await using second = await startProcess(yaml, dir.path);
    const written = join(dir.path, "out.json");
    await until(
      async () => (await readFile(written, "utf8").catch(() => "")).includes("[EMAIL]"),
      "a file is exported",
    );
    await second.kill();
    for (const bytes of [afterKill, await everyByteBelow(dir.path)]) {
      const found = bytes.toString("latin1").split("[EMAIL]").length - 1;
      assert.ok(found >= sent, `${found} placeholders for ${sent} requests`);
      for (const trace of traces) assert.ok(!bytes.includes(trace), `found ${trace.toString()}`);
    }
    for (const trace of traces) assert.ok(!`${first.said()}${second.said()}`.includes(trace.toString()));
  });

  it("has all of it without masking, which shows that the search finds it", async () => {
    await using dir = await tempDir();
    await using collector = await startProcess(configOf(dir.path, "[batch]"), dir.path);
    await sendAll(collector);
    await collector.kill();
    const bytes = await everyByteBelow(dir.path);
    for (const way of ["grpc", "http", "json"]) {
      const missing = plantedRequests(secretOf(way)).filter(({ place }, index) => {
        const secret = place.includes("escaped") ? `${way}.${index}` : secretOf(way)(index);
        return !bytes.includes(secret);
      });
      assert.deepEqual(
        missing.map(({ place }) => place),
        [],
      );
    }
    assert.match(collector.said(), /neither genai_masking nor redaction is in "traces", "logs": prompts/);
  });
});
