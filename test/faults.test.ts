import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import type { OtlpClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";
import type { SpanGenerator } from "@genscope/otlp/testing";
import { namespace, ServerProcess } from "./support/server-process.ts";

const [unshare, ...unshareArgs] = namespace;
const mountsRefused = await promisify(execFile)(unshare!, [...unshareArgs, "mount -t tmpfs tmpfs /mnt"]).then(
  () => false as const,
  () => "user namespaces with mounts are not allowed here",
);

let data: string;
/** Engines that do nothing until told to: they would outlive their server. */
const stoppedEngines = new Set<number>();
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "genscope-faults-"));
});
afterEach(async () => {
  for (const pid of stoppedEngines) release(pid, "SIGKILL");
  await rm(data, { recursive: true, force: true });
});

function spansOfNow(spansPerRequest: number): SpanGenerator {
  return createSpanGenerator({ spansPerRequest, startTime: BigInt(Date.now()) * 1_000_000n });
}

/** Sends until refused; returns the refusal and how many requests were acknowledged before. */
async function sendUntilRefused(
  client: OtlpClient,
  generator: SpanGenerator,
): Promise<{ refusal: OtlpError; acknowledged: number }> {
  for (let acknowledged = 0; ; acknowledged++) {
    try {
      await client.send(Signal.traces, generator.next());
    } catch (error) {
      if (!(error instanceof OtlpError)) throw error;
      return { refusal: error, acknowledged };
    }
  }
}

/** Sends the same bytes until they are taken. */
async function sendUntilAccepted(client: OtlpClient, bytes: Uint8Array): Promise<void> {
  for (;;) {
    try {
      await client.send(Signal.traces, bytes);
      return;
    } catch (error) {
      if (!(error instanceof OtlpError && error.retryable)) throw error;
    }
  }
}

async function storedSpans(server: ServerProcess): Promise<number> {
  await server.drained();
  const [row] = await server.query<{ n: number | string }>(
    "SELECT count() AS n FROM (SELECT DISTINCT TraceId, SpanId FROM otel_traces)",
  );
  return Number(row?.n);
}

async function stopEngine(server: ServerProcess): Promise<number> {
  for (;;) {
    const { store } = await server.status();
    const pid = await server.enginePid();
    if (store.state === "ready" && pid !== undefined) {
      process.kill(pid, "SIGSTOP");
      stoppedEngines.add(pid);
      return pid;
    }
  }
}

function release(engine: number, signal: "SIGCONT" | "SIGKILL"): void {
  stoppedEngines.delete(engine);
  process.kill(engine, signal);
}

async function newestSegment(): Promise<string> {
  const dir = join(data, "journal");
  const names = (await readdir(dir)).filter((name) => name.endsWith(".segment")).toSorted();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).size));
  return join(dir, names[sizes.findLastIndex((size) => size > 0)]!);
}

describe("faults", { timeout: 120_000 }, () => {
  it(
    "a read-only data directory is named, with the way out, and nothing is started",
    { skip: mountsRefused },
    async () => {
      await using server = await ServerProcess.create({
        data,
        mounts: 'mount --bind "$DATA" "$DATA"; mount -o remount,ro,bind "$DATA"',
      });
      assert.notEqual(await server.run(), 0);
      assert.match(server.output, /read-only/);
      assert.ok(server.output.includes(data));
      assert.match(server.output, /--data/);
      assert.doesNotMatch(server.output, /\n\s+at /, "a stack trace is no message");
    },
  );

  it("a journal at its bound is refused as retryable over HTTP and gRPC, and takes more once the store has", async () => {
    await using server = await ServerProcess.create({ data, flags: ["--journal-max-bytes", "500000"] });
    await server.start();
    await using http = createOtlpHttpClient({ endpoint: server.http });
    await using grpc = createOtlpGrpcClient({ endpoint: server.grpc });
    const spansPerRequest = 100;
    const generator = spansOfNow(spansPerRequest);
    const engine = await stopEngine(server);
    const overHttp = await sendUntilRefused(http, generator);
    const overGrpc = await sendUntilRefused(grpc, generator);
    for (const { refusal } of [overHttp, overGrpc]) {
      assert.equal(refusal.code, "unavailable");
      assert.ok(refusal.retryAfterMs !== undefined && refusal.retryAfterMs > 0);
      assert.match(refusal.message, /the journal holds \d+ of 500000 bytes: consumer "store" is behind/);
    }
    assert.ok(overHttp.acknowledged > 0);
    release(engine, "SIGCONT");
    const { journal, rejected } = await server.status();
    assert.ok(journal.bytes <= 500_000);
    assert.ok(journal.refusedRecords >= 2);
    assert.ok((rejected["journal-full"] ?? 0) >= 2 * spansPerRequest);

    await sendUntilAccepted(http, generator.next());
    const acknowledged = overHttp.acknowledged + overGrpc.acknowledged + 1;
    assert.equal(await storedSpans(server), acknowledged * spansPerRequest);
  });

  it("a last segment with a torn end, and a damaged record in it, loses nothing else and says so", async () => {
    const spansPerRequest = 10;
    const generator = spansOfNow(spansPerRequest);
    await using server = await ServerProcess.create({ data });
    await server.start();
    await using http = createOtlpHttpClient({ endpoint: server.http });
    const engine = await stopEngine(server);
    for (let request = 0; request < 10; request++) await http.send(Signal.traces, generator.next());
    await server.kill();
    release(engine, "SIGKILL");

    const segment = await newestSegment();
    const bytes = await readFile(segment);
    const recordBytes = bytes.length / 10;
    bytes[Math.floor(recordBytes * 4.5)]! ^= 1;
    await writeFile(segment, Buffer.concat([bytes, bytes.subarray(0, 100)]));
    await server.start();
    assert.equal(await storedSpans(server), 9 * spansPerRequest);
    assert.equal((await server.status()).journal.truncatedBytes, 100);
    assert.match(server.output, /100 bytes of \d+\.segment from offset \d+ are damaged and left out; a copy is in/);
    assert.match(
      server.output,
      new RegExp(`${recordBytes} bytes of \\d+\\.segment from offset ${recordBytes * 4} are damaged`),
    );
    const copies = (await readdir(join(data, "journal"))).filter((name) => name.endsWith(".corrupt"));
    assert.equal(copies.length, 2);
  });

  it(
    "a full disk is refused as retryable, and what was acknowledged is stored once there is space",
    { skip: mountsRefused },
    async () => {
      const spansPerRequest = 200;
      const generator = spansOfNow(spansPerRequest);
      await using server = await ServerProcess.create({
        data,
        mounts: 'mount -t tmpfs -o size=200m tmpfs "$DATA"',
      });
      await server.start();
      await using http = createOtlpHttpClient({ endpoint: server.http });
      await using grpc = createOtlpGrpcClient({ endpoint: server.grpc });
      // The mount is seen by the server alone; this is its view of the directory.
      const filler = join(`/proc/${server.pid}/root`, data, "filler");
      await http.send(Signal.traces, generator.next());
      assert.equal(await storedSpans(server), spansPerRequest);
      await writeFile(filler, Buffer.alloc(200 * 1024 ** 2)).catch(() => {});
      // Room for some batches in the journal that the store then has no room for.
      await truncate(filler, (await stat(filler)).size - 300_000);
      const overHttp = await sendUntilRefused(http, generator);
      const overGrpc = await sendUntilRefused(grpc, generator);
      for (const { refusal } of [overHttp, overGrpc]) {
        assert.equal(refusal.code, "unavailable");
        assert.ok(refusal.retryAfterMs !== undefined && refusal.retryAfterMs > 0);
        assert.match(refusal.message, /the disk is full \(ENOSPC\)/);
      }
      assert.ok(overHttp.acknowledged > 0);
      assert.ok(((await server.status()).rejected["disk-full"] ?? 0) >= 2 * spansPerRequest);
      // Time for the store to try to take them, and fail.
      await delay(1_000);
      await rm(filler);
      await sendUntilAccepted(http, generator.next());
      const acknowledged = 1 + overHttp.acknowledged + overGrpc.acknowledged + 1;
      assert.equal(await storedSpans(server), acknowledged * spansPerRequest);
    },
  );
});
