import { spawn } from "node:child_process";
import { once } from "node:events";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { Client, compressionAlgorithms, credentials, Metadata } from "@grpc/grpc-js";
import type { Bench, BenchRow } from "./bench.ts";

const rounds = 3;
/** Sent in one round. */
const roundBytes = 8_000_000;
const callsAtOnce = 8;
const sizes = { "10 kB": 10_000, "250 kB": 250_000 } as const;

export const bench: Bench = {
  title: "Sending OTLP over gRPC",
  method: [
    "CPU time of the process for one unary call, all its threads included, over one connection with",
    `${callsAtOnce} calls under way, to a server in another process that reads and says yes. Messages are trace requests of spans with GenAI`,
    "attributes. gzip is at each client's own level: 1 here, zlib's 6 in `@grpc/grpc-js`, where there is none to choose.",
    `Clients take turns, ${rounds} times; the least of each counts.`,
  ].join(" "),
  run,
};

/** Answers every call with an empty message, in plain JavaScript for `--eval`. */
const server = `
  const { createServer } = require("node:http2");
  let bytes = 0, calls = 0;
  const server = createServer({ settings: { initialWindowSize: 1 << 20, maxFrameSize: 1 << 18 } });
  server.on("session", (session) => session.setLocalWindowSize(1 << 22));
  server.on("stream", (stream) => {
    stream.on("data", (piece) => (bytes += piece.length));
    stream.on("end", () => {
      calls++;
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(Buffer.alloc(5));
    });
  });
  process.on("message", () => { process.send({ bytes, calls }); bytes = calls = 0; });
  server.listen(0, "127.0.0.1", () => process.send(server.address().port));
`;

type Send = (message: Buffer) => Promise<unknown>;

interface Contender {
  readonly send: Send;
  readonly close: () => unknown;
}

function ours(endpoint: string, compression: "none" | "gzip"): Contender {
  const client = createOtlpGrpcClient({ endpoint, compression });
  return { send: (message) => client.send(Signal.traces, message), close: () => client.close() };
}

const same = (bytes: Buffer): Buffer => bytes;

function library(target: string, compression: "none" | "gzip"): Contender {
  const algorithms = { none: compressionAlgorithms.identity, gzip: compressionAlgorithms.gzip };
  const client = new Client(target, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": algorithms[compression],
    "grpc.enable_retries": 0,
  });
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + 10_000 };
        client.makeUnaryRequest(path, same, same, message, new Metadata(), options, (error, answer) =>
          error === null ? resolve(answer) : reject(error),
        );
      }),
    close: () => client.close(),
  };
}

async function cpuMicrosPerCall(send: Send, message: Buffer): Promise<number> {
  const calls = Math.ceil(roundBytes / message.length);
  let left = calls;
  const before = process.cpuUsage();
  const lane = async (): Promise<void> => {
    while (left-- > 0) await send(message);
  };
  await Promise.all(Array.from({ length: callsAtOnce }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function run(log: (line: string) => void): Promise<readonly BenchRow[]> {
  const child = spawn(process.execPath, ["--eval", server], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const said = async <Said>(): Promise<Said> => (await once(child, "message"))[0] as Said;
  const port = await said<number>();
  using held = new DisposableStack();
  held.defer(() => child.kill());
  const rows: BenchRow[] = [];
  for (const [size, bytes] of Object.entries(sizes)) {
    const generator = createSpanGenerator({ spansPerRequest: Math.round(bytes / 2_600) * 10 });
    const message = Buffer.from(generator.next());
    for (const compression of ["none", "gzip"] as const) {
      const contenders = {
        ours: ours(`http://127.0.0.1:${port}`, compression),
        library: library(`127.0.0.1:${port}`, compression),
      };
      const best = { ours: Infinity, library: Infinity };
      const sent = { ours: 0, library: 0 };
      for (let round = 0; round < rounds; round++) {
        for (const name of ["ours", "library"] as const) {
          best[name] = Math.min(best[name], await cpuMicrosPerCall(contenders[name].send, message));
          child.send("counts");
          const counts = await said<{ bytes: number; calls: number }>();
          sent[name] = counts.bytes / counts.calls;
        }
      }
      for (const each of Object.values(contenders)) await each.close();
      const format = (name: "ours" | "library"): string =>
        `${best[name].toFixed(0)} µs a call, ${(sent[name] / 1000).toFixed(1)} kB sent`;
      log(`${size}, ${compression}: ${format("ours")}; grpc-js ${format("library")}`);
      rows.push({
        what: `A message of ${size}, ${compression === "none" ? "uncompressed" : compression}`,
        value: format("ours"),
        against: `\`@grpc/grpc-js\`: ${format("library")}`,
        ratio: best.library / best.ours,
      });
    }
  }
  return rows;
}
