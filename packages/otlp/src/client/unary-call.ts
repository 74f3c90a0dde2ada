import { type ClientHttp2Stream, constants } from "node:http2";
import { GrpcCode } from "../rpc/codes.ts";
import { fromGrpcStatus, fromTransportFailure } from "./failure.ts";
import { decompressAnswer, type GrpcCompressor } from "./grpc-compression.ts";
import type { GrpcConnection } from "./grpc-connection.ts";
import type { GrpcLink } from "./grpc-link.ts";
import { type AnswerHeaders, fromHttpAnswer, type GrpcStatus, readGrpcStatus, resetName } from "./grpc-status.ts";

/** What all calls of a client have in common. */
export interface CallContext {
  readonly connection: GrpcConnection;
  /** As messages name it. */
  readonly endpoint: string;
  readonly compressor: GrpcCompressor | undefined;
  readonly timeoutMs: number;
}

/** A flag byte and a 32-bit length before each message. */
const prefixBytes = 5;
const maxAnswerBytes = 4 * 1024 * 1024;
/** Of what is no gRPC answer, for the error message. */
const maxTextBytes = 512;
/** Up to here a message is copied behind its prefix, so that one frame carries both. */
const copiedBytes = 16 * 1024;

/**
 * One unary call (github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), of which `answer` is the message it is
 * answered with. It rejects with an `OtlpError`, or with the reason of `given`.
 *
 * A call that the server cannot have seen, because the stream was refused or the connection was gone before it, is made
 * once more at once, as gRPC has it (gRFC A6, "Transparent Retries").
 */
export class UnaryCall {
  readonly answer: Promise<Uint8Array>;
  readonly #context: CallContext;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #given: AbortSignal | undefined;
  readonly #settle: PromiseWithResolvers<Uint8Array>;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort: () => void;
  #isSettled = false;
  #attempts = 0;
  #link: GrpcLink | undefined;
  #wasConnected = false;
  #stream: ClientHttp2Stream | undefined;
  #cause: Error | undefined;
  #answerHeaders: AnswerHeaders | undefined;
  #status: GrpcStatus | undefined;
  #pieces: Buffer[] = [];
  #receivedBytes = 0;

  constructor(
    context: CallContext,
    headers: Readonly<Record<string, string>>,
    message: Uint8Array,
    given: AbortSignal | undefined,
  ) {
    this.#context = context;
    this.#headers = headers;
    this.#given = given;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
    this.#timer = setTimeout(onDeadline, context.timeoutMs, this);
    this.#onAbort = () => this.#fail(given?.reason);
    given?.addEventListener("abort", this.#onAbort, { once: true });
    void this.#begin(message);
  }

  /** The time is up: the call fails, and the connection is looked into. */
  expire(): void {
    const link = this.#link;
    const message = `no answer from ${this.#context.endpoint} within ${this.#context.timeoutMs} ms`;
    this.#fail(fromGrpcStatus(GrpcCode.deadlineExceeded, message, undefined));
    if (link === undefined) this.#context.connection.giveUpOpening();
    else link.check();
  }

  async #begin(message: Uint8Array): Promise<void> {
    try {
      const { compressor } = this.#context;
      const body = compressor === undefined ? message : await compressor.compress(message);
      await this.#attempt(body);
    } catch (error) {
      this.#fail(fromTransportFailure(this.#context.endpoint, error));
    }
  }

  /** Rejects if no connection can be made. */
  async #attempt(body: Uint8Array): Promise<void> {
    if (this.#isSettled) return;
    const link = await this.#context.connection.link();
    if (this.#isSettled) return;
    this.#attempts++;
    this.#link = link;
    this.#wasConnected = !link.session.connecting;
    const stream = link.session.request(this.#headers);
    link.calls++;
    this.#stream = stream;
    stream.on("response", (headers) => this.#onResponse(headers));
    stream.on("trailers", (trailers) => (this.#status ??= readGrpcStatus(trailers)));
    stream.on("data", (piece: Buffer) => this.#onData(piece));
    stream.on("end", () => this.#onEnd(stream));
    stream.on("error", (error) => (this.#cause ??= error));
    stream.on("close", () => {
      link.calls--;
      this.#onClose(stream, body);
    });
    writeMessage(stream, body, this.#context.compressor !== undefined);
  }

  #onResponse(headers: AnswerHeaders): void {
    this.#answerHeaders = headers;
    this.#status = readGrpcStatus(headers);
  }

  get #isGrpc(): boolean {
    const { ":status": status, "content-type": type } = this.#answerHeaders ?? {};
    return status === constants.HTTP_STATUS_OK && type?.startsWith("application/grpc") === true;
  }

  #onData(piece: Buffer): void {
    this.#receivedBytes += piece.length;
    if (!this.#isGrpc) {
      if (this.#receivedBytes - piece.length < maxTextBytes) this.#pieces.push(piece);
    } else if (this.#receivedBytes > maxAnswerBytes + prefixBytes) {
      this.#fail(
        fromGrpcStatus(GrpcCode.resourceExhausted, `the answer is longer than ${maxAnswerBytes} bytes`, undefined),
      );
    } else {
      this.#pieces.push(piece);
    }
  }

  #onEnd(stream: ClientHttp2Stream): void {
    if (this.#isSettled || this.#status === undefined) return;
    void this.#conclude(this.#status);
    // What is not sent yet is not wanted any more.
    if (!stream.writableFinished) stream.close(constants.NGHTTP2_CANCEL);
  }

  /** The stream is over, and there was no status: someone between answered, or nobody. */
  #onClose(stream: ClientHttp2Stream, body: Uint8Array): void {
    if (this.#isSettled) return;
    if (this.#status !== undefined) return void this.#conclude(this.#status);
    const reset = stream.rstCode;
    if (
      this.#answerHeaders !== undefined &&
      this.#cause === undefined &&
      reset === constants.NGHTTP2_NO_ERROR &&
      !stream.aborted
    ) {
      const text = Buffer.concat(this.#isGrpc ? [] : this.#pieces).toString("utf8", 0, maxTextBytes);
      return void this.#conclude(fromHttpAnswer(this.#answerHeaders, text));
    }
    const isUnseen = reset === constants.NGHTTP2_REFUSED_STREAM || (stream.id === undefined && this.#wasConnected);
    if (isUnseen && this.#attempts === 1) {
      this.#cause = undefined;
      this.#attempt(body).catch((error: unknown) => this.#fail(fromTransportFailure(this.#context.endpoint, error)));
    } else if (reset === constants.NGHTTP2_INADEQUATE_SECURITY) {
      this.#fail(fromGrpcStatus(GrpcCode.permissionDenied, "the connection is not secure enough", undefined));
    } else {
      this.#fail(fromTransportFailure(this.#context.endpoint, this.#whyBroken(reset)));
    }
  }

  #whyBroken(reset: number): Error {
    if (this.#cause !== undefined && !isReset(this.#cause)) return this.#cause;
    const isLost = this.#link?.session.destroyed === true;
    const reason = isLost ? "the connection was lost" : `the call was broken off with ${resetName(reset)}`;
    return new Error(reason, this.#cause === undefined ? {} : { cause: this.#cause });
  }

  async #conclude({ code, message, retryAfterMs }: GrpcStatus): Promise<void> {
    if (this.#isSettled) return;
    if (code !== GrpcCode.ok) return this.#fail(fromGrpcStatus(code, message, retryAfterMs));
    try {
      const answer = Buffer.concat(this.#pieces, this.#receivedBytes);
      if (answer.length < prefixBytes || answer.readUInt32BE(1) !== answer.length - prefixBytes) {
        throw new Error("it is not one message");
      }
      const body = answer.subarray(prefixBytes);
      const encoding = this.#answerHeaders?.["grpc-encoding"] ?? "identity";
      const isCompressed = answer[0] === 1;
      this.#succeed(isCompressed ? await decompressAnswer(body, String(encoding), maxAnswerBytes) : body);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#fail(fromGrpcStatus(GrpcCode.internal, `the answer cannot be read: ${reason}`, undefined));
    }
  }

  #succeed(message: Uint8Array): void {
    if (this.#finish()) this.#settle.resolve(message);
  }

  #fail(reason: unknown): void {
    if (!this.#finish()) return;
    this.#settle.reject(reason);
    const stream = this.#stream;
    if (stream !== undefined && !stream.closed) stream.close(constants.NGHTTP2_CANCEL);
  }

  #finish(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#given?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}

function onDeadline(call: UnaryCall): void {
  call.expire();
}

function writeMessage(stream: ClientHttp2Stream, body: Uint8Array, isCompressed: boolean): void {
  const isCopied = body.length <= copiedBytes;
  const framed = Buffer.allocUnsafe(isCopied ? prefixBytes + body.length : prefixBytes);
  framed.writeUInt8(isCompressed ? 1 : 0, 0);
  framed.writeUInt32BE(body.length, 1);
  if (isCopied) {
    framed.set(body, prefixBytes);
    stream.end(framed);
  } else {
    stream.cork();
    stream.write(framed);
    stream.end(body);
  }
}

/** What Node says of a stream that was reset, which is no more than the code. */
function isReset(error: Error): boolean {
  return "code" in error && error.code === "ERR_HTTP2_STREAM_ERROR";
}
