import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { OtlpError, protobufToJson } from "@genscope/otlp";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { boolean, duration, integer, optionalSection, section, text, word } from "../config/fields.ts";
import { internalLimits } from "../graph/index-request.ts";
import type { ExporterFactory } from "../graph/stage.ts";

const config = section({
  path: text(""),
  append: boolean(false),
  create_directory: boolean(false),
  format: word(["json", "proto"], "json"),
  compression: word(["", "none"], ""),
  flush_interval: duration(1_000),
  rotation: optionalSection({
    max_megabytes: integer(100),
    max_days: integer(0),
    max_backups: integer(100),
    localtime: boolean(false),
  }),
});
type FileConfig = z.output<typeof config>;

export const fileComponent: ComponentType = {
  kind: "exporters",
  type: "file",
  differs: {
    directory_permissions: "what the process's umask says",
    encoding: "there is no extension that encodes",
    group_by: "one file an exporter",
  },
  signals,
  config,
  check(checked) {
    const { path, append, rotation } = checked as FileConfig;
    return [
      ...(path === "" ? ["path must be non-empty"] : []),
      ...(append && rotation !== undefined ? ["append and rotation enabled at the same time is not supported"] : []),
    ];
  },
};

/** Files this process has begun: a configuration that is read again goes on with them. */
const begun = new Set<string>();

/** Writes requests as lines of OTLP/JSON, or as protobuf with four bytes of length in front of each. */
export const createFile: ExporterFactory<FileConfig> = async ({ path, append, create_directory, format, rotation }) => {
  if (create_directory) await mkdir(dirname(path), { recursive: true });
  const goesOn = append || begun.has(path);
  let stream = await open(path, goesOn);
  begun.add(path);
  let written = goesOn ? (await stat(path)).size : 0;
  let queue: Promise<void> = Promise.resolve();

  async function write(bytes: Uint8Array): Promise<void> {
    if (rotation !== undefined && written > 0 && written + bytes.byteLength > rotation.max_megabytes * 1024 * 1024) {
      await close(stream);
      await rename(path, `${path}-${new Date().toISOString().replaceAll(":", "-")}`);
      stream = await open(path, false);
      written = 0;
    }
    await new Promise<void>((resolve, reject) => {
      stream.write(bytes, (error) => {
        if (error) reject(new OtlpError("unavailable", `${path} cannot be written to: ${error.message}`));
        else resolve();
      });
    });
    written += bytes.byteLength;
  }

  return {
    async send(signal, request) {
      const line = format === "json" ? withNewline(protobufToJson(signal, request, internalLimits)) : framed(request);
      const turn = queue.then(() => write(line));
      queue = turn.catch(() => {});
      await turn;
      return { rejected: 0, message: "" };
    },
    [Symbol.asyncDispose]: async () => {
      await queue;
      await close(stream);
    },
  };
};

async function open(path: string, append: boolean): Promise<WriteStream> {
  const stream = createWriteStream(path, { flags: append ? "a" : "w" });
  await new Promise<void>((resolve, reject) => {
    stream.once("open", () => resolve());
    stream.once("error", (error) => reject(new Error(`cannot write to ${path}: ${error.message}`, { cause: error })));
  });
  stream.on("error", () => {});
  return stream;
}

function close(stream: WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.end(() => resolve());
  });
}

function withNewline(json: Uint8Array): Uint8Array {
  return Buffer.concat([json, Buffer.from("\n")]);
}

function framed(request: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(request.byteLength);
  return Buffer.concat([length, request]);
}
