import { Flag, frameHeaderBytes, FrameType } from "./frame.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";

/** Told of frames as they come. What it throws ends the reading. */
export interface FrameHandler {
  /** A DATA frame of `length` bytes, padding included. */
  dataBegins(stream: number, length: number): void;
  /** A piece of a DATA frame, a view into what was read. */
  data(stream: number, piece: Buffer): void;
  /** `padding` is what of the frame's length was no data. */
  dataEnds(stream: number, flags: number, padding: number): void;
  /** Any other frame, whole. */
  frame(type: number, flags: number, stream: number, payload: Buffer): void;
}

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** Cuts what a client sends into frames. Data are handed on as they come; of other frames a part is kept until the rest is there. */
export class FrameReader {
  readonly #handler: FrameHandler;
  readonly #maxFrameSize: number;
  readonly #header = Buffer.alloc(frameHeaderBytes);
  #prefaceBytes = 0;
  #headerBytes = 0;
  #type = 0;
  #flags = 0;
  #stream = 0;
  /** Of the frame's payload, padding included. */
  #left = 0;
  #padding = 0;
  #isPaddingKnown = true;
  #pieces: Buffer[] = [];

  constructor(handler: FrameHandler, maxFrameSize: number) {
    this.#handler = handler;
    this.#maxFrameSize = maxFrameSize;
  }

  /** @throws {Http2Error} for what cannot be a frame */
  read(chunk: Buffer): void {
    let at = this.#prefaceBytes < preface.length ? this.#readPreface(chunk) : 0;
    for (;;) {
      if (this.#headerBytes < frameHeaderBytes) {
        const end = Math.min(chunk.length, at + frameHeaderBytes - this.#headerBytes);
        while (at < end) this.#header[this.#headerBytes++] = chunk[at++]!;
        if (this.#headerBytes < frameHeaderBytes) return;
        this.#begin();
      }
      const end = Math.min(chunk.length, at + this.#left);
      if (end > at) this.#part(chunk, at, end);
      this.#left -= end - at;
      at = end;
      if (this.#left > 0) return;
      this.#headerBytes = 0;
      this.#end();
    }
  }

  #readPreface(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#prefaceBytes < preface.length) {
      if (chunk[at++] !== preface[this.#prefaceBytes++]) {
        throw new Http2Error(ErrorCode.protocol, "the connection does not begin as HTTP/2 does");
      }
    }
    return at;
  }

  #begin(): void {
    const header = this.#header;
    const length = header.readUIntBE(0, 3);
    if (length > this.#maxFrameSize) throw new Http2Error(ErrorCode.frameSize, `a frame of ${length} bytes`);
    this.#type = header[3]!;
    this.#flags = header[4]!;
    this.#stream = header.readUInt32BE(5) & 0x7fff_ffff;
    this.#left = length;
    if (this.#type !== FrameType.data) return;
    this.#padding = 0;
    this.#isPaddingKnown = (this.#flags & Flag.padded) === 0;
    if (!this.#isPaddingKnown && length === 0) throw new Http2Error(ErrorCode.frameSize, "padding without a length");
    this.#handler.dataBegins(this.#stream, length);
  }

  #part(chunk: Buffer, from: number, to: number): void {
    if (this.#type !== FrameType.data) {
      this.#pieces.push(chunk.subarray(from, to));
      return;
    }
    let start = from;
    let left = this.#left;
    if (!this.#isPaddingKnown) {
      this.#padding = chunk[start++]!;
      this.#isPaddingKnown = true;
      left--;
      if (this.#padding > left) throw new Http2Error(ErrorCode.protocol, "more padding than there are bytes");
    }
    const end = Math.min(to, start + left - this.#padding);
    if (end > start) this.#handler.data(this.#stream, chunk.subarray(start, end));
  }

  #end(): void {
    if (this.#type === FrameType.data) {
      const padding = (this.#flags & Flag.padded) === 0 ? 0 : 1 + this.#padding;
      return this.#handler.dataEnds(this.#stream, this.#flags, padding);
    }
    const pieces = this.#pieces;
    const payload = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    if (pieces.length > 0) this.#pieces = [];
    this.#handler.frame(this.#type, this.#flags, this.#stream, payload);
  }
}
