import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Position } from "@genscope/journal";
import { ProtoWriter } from "@genscope/otlp/proto";
import type { CountedRequest } from "../graph/split-request.ts";
import { StateReader } from "./state-reader.ts";
import { writeBlob, writeText } from "./write-state.ts";

/** A meter's state, and what was read until then. */
export interface SavedState {
  /** The note that a commit of the input leaves once everything of this state is put out. */
  readonly note: string;
  /** The note before. */
  readonly before: string;
  readonly position: Position;
  readonly identity: string;
  /** When the last collection was made, in milliseconds since the Unix epoch. */
  readonly collectedMs: number;
  /** The last collection, where the state does not hold it any more. */
  readonly outgoing: readonly CountedRequest[];
  /** Where each output's journal ended before it. */
  readonly outputEnds: readonly Position[];
  readonly body: Uint8Array;
}

const fileName = "meter.state";
const format = "meter 1";

/** Writes it so that there always is a whole one, and it survives a power cut. */
export async function saveState(dir: string, state: SavedState): Promise<void> {
  const out = new ProtoWriter(state.body.length + 1024);
  for (const text of [format, state.note, state.before, state.identity]) writeText(out, text);
  out.double(state.position);
  out.double(state.collectedMs);
  out.varint(state.outgoing.length);
  for (const { request, itemCount } of state.outgoing) {
    out.varint(itemCount);
    writeBlob(out, request);
  }
  out.varint(state.outputEnds.length);
  for (const end of state.outputEnds) out.double(end);
  writeBlob(out, state.body);
  const content = out.finish();
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(content));
  const path = join(dir, fileName);
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writev([head, content]);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

/** `undefined` if there is none, "damaged" if it cannot be read. */
export async function readState(dir: string): Promise<SavedState | "damaged" | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(dir, fileName));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const content = bytes.subarray(4);
  if (bytes.length < 4 || crc32(content) !== bytes.readUInt32LE(0)) return "damaged";
  const state = new StateReader(content);
  if (state.text() !== format) return "damaged";
  const [note, before, identity] = [state.text(), state.text(), state.text()];
  const position = state.double();
  const collectedMs = state.double();
  const outgoing = Array.from({ length: state.varint() }, () => {
    const itemCount = state.varint();
    return { itemCount, request: state.blob() };
  });
  const outputEnds = Array.from({ length: state.varint() }, () => state.double());
  return { note, before, position, identity, collectedMs, outgoing, outputEnds, body: state.blob() };
}
