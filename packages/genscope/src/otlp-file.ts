import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { Readable } from "node:stream";
import { Signal } from "@genscope/otlp";
import type { SignalName } from "@genscope/otlp";
import { CommandError } from "./terminal.ts";

/** One request out of a file. */
export interface FileRequest {
  readonly signal: Signal;
  readonly encoding: "protobuf" | "json";
  readonly body: Uint8Array;
  /** Line, or number of the message, from 1: for messages about it. */
  readonly place: string;
}

/** What a file of OTLP data may look like, told by its first bytes. */
type FileKind = "json-lines" | "json" | "protobuf" | "protobuf-framed";

const frameBytes = 4;
const maxRequestBytes = 64 * 1024 * 1024;

function input(path: string, head: Buffer): Readable {
  const file = createReadStream(path);
  if (head[0] === 0x1f && head[1] === 0x8b) return file.pipe(createGunzip());
  if (head.readUInt32LE(0) === 0xfd2fb528) return file.pipe(createZstdDecompress());
  return file;
}

/**
 * JSON begins with a brace. A bare protobuf request begins with the tag of its first field, 0x0a; a framed file (the Collector's file exporter) with a four-byte
 * big-endian length, which could only begin so if the first message had over 160 MiB.
 */
function kindOf(first: Buffer): FileKind {
  const start = first.findIndex((byte) => byte > 0x20);
  if (start === -1) return "json-lines";
  if (first[start] !== 0x7b) return first[0] === 0x0a ? "protobuf" : "protobuf-framed";
  const newline = first.indexOf(0x0a, start);
  const line = newline === -1 ? first.subarray(start) : first.subarray(start, newline);
  // a document printed over several lines has a line of its own for the first brace
  return line.toString("utf8").trim() === "{" ? "json" : "json-lines";
}

function jsonSignal(text: string, place: string): Signal {
  const match = /"resource_?(spans|logs|metrics)"/i.exec(text);
  const name = match?.[1]?.toLowerCase();
  if (name === "spans") return Signal.traces;
  if (name === "logs") return Signal.logs;
  if (name === "metrics") return Signal.metrics;
  throw new CommandError(`${place}: not OTLP JSON (no resourceSpans, resourceLogs or resourceMetrics in it)`);
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxRequestBytes)
      throw new CommandError("a single request may have 64 MiB at most; split the file into JSON lines");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* readFramed(stream: Readable, signal: Signal): AsyncGenerator<FileRequest> {
  let held: Buffer = Buffer.alloc(0);
  let number = 1;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= frameBytes) {
      const length = held.readUInt32BE(0);
      if (length > maxRequestBytes)
        throw new CommandError(`message ${number}: a length of ${length} bytes; is this a file of OTLP messages?`);
      if (held.length < frameBytes + length) break;
      yield {
        signal,
        encoding: "protobuf",
        body: held.subarray(frameBytes, frameBytes + length),
        place: `message ${number}`,
      };
      held = held.subarray(frameBytes + length);
      number++;
    }
  }
  if (held.length > 0) throw new CommandError(`message ${number}: the file ends in the middle of it`);
}

/**
 * Requests in a file: OTLP JSON (lines, or one document), one protobuf request, or the Collector's length-framed protobuf; gzip and zstd
 * are undone. Protobuf does not say which signal it is: `signal` does.
 */
export async function* readOtlpFile(path: string, signal: SignalName): AsyncGenerator<FileRequest> {
  const handle = await open(path);
  const raw = Buffer.alloc(frameBytes);
  await handle.read(raw, 0, frameBytes, 0);
  await handle.close();

  const probe = input(path, raw);
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of probe as AsyncIterable<Buffer>) {
    head = chunk;
    break;
  }
  probe.destroy();

  const stream = input(path, raw);
  const kind = kindOf(head);
  if (kind === "protobuf")
    yield { signal: Signal[signal], encoding: "protobuf", body: await readAll(stream), place: "the request" };
  else if (kind === "protobuf-framed") yield* readFramed(stream, Signal[signal]);
  else if (kind === "json") {
    const body = await readAll(stream);
    yield { signal: jsonSignal(body.toString("utf8"), path), encoding: "json", body, place: "the document" };
  } else {
    let number = 0;
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() === "") continue;
      const place = `line ${number}`;
      yield {
        signal: jsonSignal(line.slice(0, 4096), `${path}, ${place}`),
        encoding: "json",
        body: Buffer.from(line),
        place,
      };
    }
  }
}
