import type { Socket } from "node:net";
import { noTable } from "./encode-headers.ts";
import { Flag, frameHeaderBytes, frameOfNumbers, FrameType, Setting, writeFrameHeader } from "./frame.ts";
import { type FrameHandler, FrameReader } from "./frame-reader.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { ErrorCode, Http2Error } from "./http2-error.ts";
import { HeaderCollector } from "./request-headers.ts";
import { type Answer, ServerStream, type StreamOwner } from "./server-stream.ts";

export interface SessionOptions {
  /** Requests that may be open at once; a sender waits with the next. */
  readonly maxConcurrentStreams: number;
  /** Bytes of a request, and of all together, that a sender may send before they are read. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly maxFrameSize: number;
  /** How long a connection without a request is kept. */
  readonly idleMs: number;
  /** How often a quiet connection is asked whether it is still there. */
  readonly keepaliveMs: number;
  readonly onStream: (stream: ServerStream) => void;
}

/** What both ends begin with (RFC 9113, 6.9.2 and 6.5.2). */
const firstWindow = 65_535;
const maxWindow = 0x7fff_ffff;
const sentFrameSize = 16_384;
/** Of one request's headers as they come. */
const maxBlockBytes = 64 * 1024;
/** What the other end has not taken; without requests to answer it would grow without end. */
const maxUnsentBytes = 1024 * 1024;
/** Frames that cost nothing to send and something to handle: so many at once, and then so many a second. */
const uselessBurst = 1_000;
const uselessPerSecond = 33;

/** The server's end of an HTTP/2 connection (RFC 9113): requests in, one answer to each out. No push, no upgrades, no priorities. */
export class ServerSession implements FrameHandler, StreamOwner {
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #reader: FrameReader;
  readonly #decoder = new HpackDecoder();
  readonly #streams = new Map<number, ServerStream>();
  /** Answers that wait until the other end takes more. */
  readonly #blocked = new Set<ServerStream>();
  readonly #idle: NodeJS.Timeout;
  readonly #keepalive: NodeJS.Timeout;
  #lastStream = 0;
  #hasSettings = false;
  /** A header block that is not complete: the stream it is for, and its pieces. */
  #blockStream = 0;
  #blockFlags = 0;
  #block: Buffer[] = [];
  #blockBytes = 0;
  #sendWindow = firstWindow;
  #firstSendWindow = firstWindow;
  #receiveWindow: number;
  #consumedBytes = 0;
  #hasSaidNoTable = false;
  #isClosing = false;
  #hasFailed = false;
  #isPingAnswered = true;
  #useless = 0;
  #uselessSinceMs = 0;
  #unsent: Buffer[] = [];

  constructor(socket: Socket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new FrameReader(this, options.maxFrameSize);
    this.#receiveWindow = options.connectionWindowBytes;
    this.#idle = setTimeout(() => this.#whenIdle(), options.idleMs).unref();
    this.#keepalive = setInterval(() => this.#ping(), options.keepaliveMs).unref();
    socket.on("error", () => {});
    socket.on("close", () => this.#closed());
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.resume();
    this.#send(settingsFrame(options));
    this.#send(frameOfNumbers(FrameType.windowUpdate, 0, options.connectionWindowBytes - firstWindow));
  }

  /** Takes no more requests, and ends the connection when those it has are answered. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#goAway(ErrorCode.none);
    this.#endIfDone();
  }

  /** Ends the connection, giving what was answered at last so long to leave. Resolves once it is closed. */
  end(withinMs: number): Promise<void> {
    const socket = this.#socket;
    this.flush();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), withinMs);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      socket.destroySoon();
    });
  }

  #read(chunk: Buffer): void {
    if (this.#hasFailed) return;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      this.#fail(error instanceof Http2Error ? error.code : ErrorCode.protocol);
      if (!(error instanceof Http2Error)) throw error;
    }
  }

  dataBegins(id: number, length: number): void {
    this.#checkOrder(FrameType.data, id);
    if (id === 0) throw new Http2Error(ErrorCode.protocol, "data of no stream");
    if (id > this.#lastStream) throw new Http2Error(ErrorCode.protocol, "data of a stream that is not open");
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) throw new Http2Error(ErrorCode.flowControl, "more data than the connection takes");
    if (length === 0) this.#countUseless();
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (stream.hasEnded) throw new Http2Error(ErrorCode.protocol, "data behind the end of a request");
    stream.receiveWindow -= length;
    if (stream.receiveWindow < 0) throw new Http2Error(ErrorCode.flowControl, "more data than the stream takes");
    this.#idle.refresh();
  }

  data(id: number, piece: Buffer): void {
    const stream = this.#streams.get(id);
    // of a stream that is over, something may still be on its way
    if (stream === undefined) this.#consumedOfConnection(piece.length);
    else stream.push(piece);
  }

  dataEnds(id: number, flags: number, padding: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#consumedOfConnection(padding);
    this.consumed(stream, padding);
    if ((flags & Flag.endStream) !== 0) this.#requestEnds(stream);
  }

  frame(type: number, flags: number, id: number, payload: Buffer): void {
    this.#checkOrder(type, id);
    switch (type) {
      case FrameType.headers:
        return this.#headers(flags, id, payload);
      case FrameType.continuation:
        return this.#continuation(flags, id, payload);
      case FrameType.rstStream:
        return this.#rstStream(id, payload);
      case FrameType.settings:
        return this.#settings(flags, id, payload);
      case FrameType.ping:
        return this.#pinged(flags, id, payload);
      case FrameType.goAway:
        if (id !== 0 || payload.length < 8) throw new Http2Error(ErrorCode.protocol, "a GOAWAY that is none");
        this.#isClosing = true;
        return this.#endIfDone();
      case FrameType.windowUpdate:
        return this.#windowUpdate(id, payload);
      case FrameType.pushPromise:
        throw new Http2Error(ErrorCode.protocol, "a client does not push");
      case FrameType.priority:
        if (id === 0) throw new Http2Error(ErrorCode.protocol, "a priority of no stream");
        if (payload.length !== 5) throw new Http2Error(ErrorCode.frameSize, "a PRIORITY that is none");
        return this.#countUseless();
      default:
        // what later standards bring
        return this.#countUseless();
    }
  }

  /** Settings come first, and nothing comes within a header block. */
  #checkOrder(type: number, id: number): void {
    if (!this.#hasSettings && type !== FrameType.settings) {
      throw new Http2Error(ErrorCode.protocol, "the first frame is not SETTINGS");
    }
    const isWithin = this.#blockStream !== 0;
    const goesOn = type === FrameType.continuation;
    if (isWithin !== goesOn || (goesOn && id !== this.#blockStream)) {
      throw new Http2Error(ErrorCode.protocol, "a header block is not in one piece");
    }
  }

  #headers(flags: number, id: number, payload: Buffer): void {
    if (id % 2 === 0) throw new Http2Error(ErrorCode.protocol, "a client's streams are odd");
    const isPadded = (flags & Flag.padded) !== 0;
    const from = (isPadded ? 1 : 0) + ((flags & Flag.priority) !== 0 ? 5 : 0);
    const to = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
    if (from > to) throw new Http2Error(ErrorCode.protocol, "a header frame that is too short");
    this.#blockStream = id;
    this.#blockFlags = flags;
    this.#blockBytes = 0;
    this.#blockPart(flags, payload.subarray(from, to));
  }

  #continuation(flags: number, _id: number, payload: Buffer): void {
    if (payload.length === 0) this.#countUseless();
    this.#blockPart(flags, payload);
  }

  #blockPart(flags: number, part: Buffer): void {
    this.#blockBytes += part.length;
    if (this.#blockBytes > maxBlockBytes) throw new Http2Error(ErrorCode.enhanceYourCalm, "headers without end");
    this.#block.push(part);
    if ((flags & Flag.endHeaders) === 0) return;
    const block = this.#block.length === 1 ? this.#block[0]! : Buffer.concat(this.#block);
    const id = this.#blockStream;
    const endsStream = (this.#blockFlags & Flag.endStream) !== 0;
    this.#block = [];
    this.#blockStream = 0;
    // whatever becomes of it, later blocks need what this one puts into the table
    const collector = new HeaderCollector();
    this.#decoder.decode(block, collector.add);
    if (id > this.#lastStream) this.#request(id, collector, endsStream);
    else this.#trailers(id, endsStream);
  }

  #request(id: number, collector: HeaderCollector, endsStream: boolean): void {
    this.#lastStream = id;
    const isTaken = !this.#isClosing && this.#streams.size < this.#options.maxConcurrentStreams;
    if (!isTaken || !collector.isValid) {
      this.#countUseless();
      return this.#sendReset(id, isTaken ? ErrorCode.protocol : ErrorCode.refusedStream);
    }
    const windows = { send: this.#firstSendWindow, receive: this.#options.streamWindowBytes };
    const stream = new ServerStream(this, id, collector, windows);
    this.#streams.set(id, stream);
    this.#idle.refresh();
    if (endsStream) stream.hasEnded = true;
    this.#options.onStream(stream);
  }

  #trailers(id: number, endsStream: boolean): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return this.#countUseless();
    if (!endsStream || stream.hasEnded) throw new Http2Error(ErrorCode.protocol, "headers within a request");
    this.#requestEnds(stream);
  }

  #requestEnds(stream: ServerStream): void {
    stream.end();
    this.#closeIfDone(stream);
  }

  #rstStream(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error(ErrorCode.frameSize, "a RST_STREAM that is none");
    if (id === 0 || id > this.#lastStream) throw new Http2Error(ErrorCode.protocol, "no stream to reset");
    this.#countUseless();
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#forget(stream);
  }

  #settings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new Http2Error(ErrorCode.protocol, "settings of a stream");
    if ((flags & Flag.ack) !== 0) {
      if (payload.length > 0) throw new Http2Error(ErrorCode.frameSize, "settings in an acknowledgement");
      return;
    }
    if (payload.length % 6 !== 0) throw new Http2Error(ErrorCode.frameSize, "settings that are cut off");
    if (this.#hasSettings) this.#countUseless();
    this.#hasSettings = true;
    for (let at = 0; at < payload.length; at += 6) this.#set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    const acknowledged = Buffer.allocUnsafe(frameHeaderBytes);
    writeFrameHeader(acknowledged, 0, 0, FrameType.settings, Flag.ack, 0);
    this.#send(acknowledged);
    this.#sendBlocked();
  }

  #set(setting: number, value: number): void {
    if (setting === Setting.enablePush && value > 1) throw new Http2Error(ErrorCode.protocol, "no such setting");
    if (setting === Setting.maxFrameSize && (value < sentFrameSize || value > 0xff_ffff)) {
      throw new Http2Error(ErrorCode.protocol, "no such size of frames");
    }
    if (setting !== Setting.initialWindow) return;
    if (value > maxWindow) throw new Http2Error(ErrorCode.flowControl, "no such window");
    const more = value - this.#firstSendWindow;
    this.#firstSendWindow = value;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += more;
      if (stream.sendWindow > maxWindow) throw new Http2Error(ErrorCode.flowControl, "a window that is too large");
    }
  }

  #pinged(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new Http2Error(ErrorCode.protocol, "a ping of a stream");
    if (payload.length !== 8) throw new Http2Error(ErrorCode.frameSize, "a ping that is none");
    if ((flags & Flag.ack) !== 0) {
      this.#isPingAnswered = true;
      return;
    }
    const answer = Buffer.allocUnsafe(frameHeaderBytes + 8);
    payload.copy(answer, writeFrameHeader(answer, 0, 8, FrameType.ping, Flag.ack, 0));
    this.#send(answer);
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error(ErrorCode.frameSize, "a WINDOW_UPDATE that is none");
    if (id > this.#lastStream) throw new Http2Error(ErrorCode.protocol, "a window of a stream that is not open");
    const more = payload.readUInt32BE(0) & maxWindow;
    if (more === 0) throw new Http2Error(ErrorCode.protocol, "a window that grows by nothing");
    if (id === 0) {
      this.#sendWindow += more;
      if (this.#sendWindow > maxWindow) throw new Http2Error(ErrorCode.flowControl, "a window that is too large");
    } else {
      const stream = this.#streams.get(id);
      if (stream === undefined) return;
      stream.sendWindow += more;
      if (stream.sendWindow > maxWindow) throw new Http2Error(ErrorCode.flowControl, "a window that is too large");
    }
    this.#sendBlocked();
  }

  consumed(stream: ServerStream, bytes: number): void {
    this.#consumedOfConnection(bytes);
    if (stream.hasEnded) return;
    stream.consumedBytes += bytes;
    if (stream.consumedBytes < this.#options.streamWindowBytes / 2) return;
    this.#send(frameOfNumbers(FrameType.windowUpdate, stream.id, stream.consumedBytes));
    stream.receiveWindow += stream.consumedBytes;
    stream.consumedBytes = 0;
  }

  #consumedOfConnection(bytes: number): void {
    this.#consumedBytes += bytes;
    if (this.#consumedBytes < this.#options.connectionWindowBytes / 2) return;
    this.#send(frameOfNumbers(FrameType.windowUpdate, 0, this.#consumedBytes));
    this.#receiveWindow += this.#consumedBytes;
    this.#consumedBytes = 0;
  }

  respond(stream: ServerStream): void {
    const { headers, body, trailers } = stream.answer!;
    if (body !== undefined && trailers !== undefined && this.#fits(stream, body)) {
      this.#send(this.#wholeAnswer(stream.id, { headers, body, trailers }));
      this.#sendWindow -= body.length;
      return this.#answered(stream);
    }
    this.#send(this.#headersFrame(stream.id, headers, body === undefined ? Flag.endStream : 0));
    if (body === undefined) return this.#answered(stream);
    this.#blocked.add(stream);
    this.#sendBlocked();
  }

  #fits(stream: ServerStream, body: Buffer): boolean {
    return body.length <= Math.min(this.#sendWindow, stream.sendWindow, sentFrameSize);
  }

  #wholeAnswer(id: number, { headers, body, trailers }: Required<Answer>): Buffer {
    const lead = this.#blockLead();
    const headersLength = lead.length + headers.length;
    const frames = Buffer.allocUnsafe(3 * frameHeaderBytes + headersLength + body.length + trailers.length);
    let at = writeFrameHeader(frames, 0, headersLength, FrameType.headers, Flag.endHeaders, id);
    at += lead.copy(frames, at);
    at += headers.copy(frames, at);
    at = writeFrameHeader(frames, at, body.length, FrameType.data, 0, id);
    at += body.copy(frames, at);
    at = writeFrameHeader(frames, at, trailers.length, FrameType.headers, Flag.endHeaders | Flag.endStream, id);
    trailers.copy(frames, at);
    return frames;
  }

  #headersFrame(id: number, block: Buffer, flags: number): Buffer {
    const lead = this.#blockLead();
    const length = lead.length + block.length;
    const frame = Buffer.allocUnsafe(frameHeaderBytes + length);
    let at = writeFrameHeader(frame, 0, length, FrameType.headers, flags | Flag.endHeaders, id);
    at += lead.copy(frame, at);
    block.copy(frame, at);
    return frame;
  }

  #blockLead(): Buffer {
    if (this.#hasSaidNoTable) return nothing;
    this.#hasSaidNoTable = true;
    return noTable;
  }

  /** Sends as much of what waits as the other end takes. */
  #sendBlocked(): void {
    for (const stream of this.#blocked) {
      const { body = nothing, trailers = nothing } = stream.answer!;
      while (stream.sentBytes < body.length) {
        const left = body.length - stream.sentBytes;
        const bytes = Math.min(left, this.#sendWindow, stream.sendWindow, sentFrameSize);
        if (bytes <= 0) break;
        const frame = Buffer.allocUnsafe(frameHeaderBytes + bytes);
        const at = writeFrameHeader(frame, 0, bytes, FrameType.data, 0, stream.id);
        body.copy(frame, at, stream.sentBytes, stream.sentBytes + bytes);
        this.#send(frame);
        this.#sendWindow -= bytes;
        stream.sendWindow -= bytes;
        stream.sentBytes += bytes;
      }
      if (stream.sentBytes < body.length) continue;
      this.#blocked.delete(stream);
      this.#send(this.#headersFrame(stream.id, trailers, Flag.endStream));
      this.#answered(stream);
    }
  }

  #answered(stream: ServerStream): void {
    stream.answer = undefined;
    this.#closeIfDone(stream);
  }

  #closeIfDone(stream: ServerStream): void {
    if (stream.hasEnded && stream.isAnswered && stream.answer === undefined) this.#forget(stream);
  }

  reset(stream: ServerStream): void {
    this.#sendReset(stream.id, ErrorCode.none);
    this.#forget(stream);
  }

  #forget(stream: ServerStream): void {
    this.#streams.delete(stream.id);
    this.#blocked.delete(stream);
    // what was not read of it is over and done with
    this.#consumedOfConnection(stream.unreadBytes);
    stream.close();
    this.#endIfDone();
  }

  #sendReset(id: number, code: ErrorCode): void {
    this.#send(frameOfNumbers(FrameType.rstStream, id, code));
  }

  /** Frames that are sent together leave together. */
  #send(frame: Buffer): void {
    if (this.#unsent.length === 0) process.nextTick(flush, this);
    this.#unsent.push(frame);
  }

  flush(): void {
    const unsent = this.#unsent;
    if (unsent.length === 0) return;
    this.#unsent = [];
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.write(unsent.length === 1 ? unsent[0]! : Buffer.concat(unsent));
    if (socket.writableLength > maxUnsentBytes) socket.destroy();
  }

  #countUseless(): void {
    const nowMs = performance.now();
    const allowed = ((nowMs - this.#uselessSinceMs) / 1_000) * uselessPerSecond;
    this.#useless = Math.max(0, this.#useless - allowed) + 1;
    this.#uselessSinceMs = nowMs;
    if (this.#useless > uselessBurst) throw new Http2Error(ErrorCode.enhanceYourCalm, "too many frames of no use");
  }

  #ping(): void {
    if (!this.#isPingAnswered) return void this.#socket.destroy();
    this.#isPingAnswered = false;
    const ping = Buffer.alloc(frameHeaderBytes + 8);
    writeFrameHeader(ping, 0, 8, FrameType.ping, 0, 0);
    this.#send(ping);
  }

  #whenIdle(): void {
    if (this.#streams.size > 0) this.#idle.refresh();
    else this.close();
  }

  #fail(code: ErrorCode): void {
    this.#isClosing = true;
    this.#hasFailed = true;
    this.#goAway(code);
    this.flush();
    this.#socket.destroySoon();
    this.#closeStreams();
  }

  #goAway(code: ErrorCode): void {
    this.#send(frameOfNumbers(FrameType.goAway, 0, this.#lastStream, code));
  }

  #endIfDone(): void {
    if (!this.#isClosing || this.#streams.size > 0) return;
    this.flush();
    this.#socket.end();
  }

  #closed(): void {
    clearTimeout(this.#idle);
    clearInterval(this.#keepalive);
    this.#closeStreams();
  }

  #closeStreams(): void {
    for (const stream of this.#streams.values()) stream.close();
    this.#streams.clear();
    this.#blocked.clear();
  }
}

const nothing = Buffer.alloc(0);

function flush(session: ServerSession): void {
  session.flush();
}

function settingsFrame(options: SessionOptions): Buffer {
  const settings = [
    [Setting.maxConcurrentStreams, options.maxConcurrentStreams],
    [Setting.initialWindow, options.streamWindowBytes],
    [Setting.maxFrameSize, options.maxFrameSize],
  ] as const;
  const frame = Buffer.allocUnsafe(frameHeaderBytes + 6 * settings.length);
  let at = writeFrameHeader(frame, 0, 6 * settings.length, FrameType.settings, 0, 0);
  for (const [setting, value] of settings) at = frame.writeUInt32BE(value, frame.writeUInt16BE(setting, at));
  return frame;
}
