import { EventStreamReader } from "../core/event-stream-reader.ts";
import { errorMessage } from "../core/error-type.ts";
import { guard } from "../core/guard.ts";
import { JsonLinesReader } from "../core/json-lines-reader.ts";
import type { ModelCall } from "../core/model-call.ts";
import { integerOf, isObject, objectOf, parsedOf, stringOf } from "../core/read.ts";
import { observeReadable } from "../core/observe-readable.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { endWhenLetGo, release } from "../core/open-calls.ts";
import { SseReader } from "../core/sse-reader.ts";
import type { ChunkReader } from "../core/watch-call.ts";
import type { ModelFormat } from "../formats/model-format.ts";

/** Cuts a body into what it carries. */
interface Framing {
  push(bytes: unknown): void;
  end(): void;
}

type CreateFraming = (onData: (data: unknown) => void, onDone: () => void) => Framing;

const framings: readonly (readonly [type: string, create: CreateFraming])[] = [
  ["text/event-stream", (onData, onDone) => new SseReader(onData, onDone)],
  ["application/x-ndjson", (onData) => new JsonLinesReader(onData)],
  ["application/stream+json", (onData) => new JsonLinesReader(onData)],
  ["application/vnd.amazon.eventstream", (onData) => new EventStreamReader(onData)],
];

/** Ends a call with a `Response`: as its body is read, whichever way, or when nobody holds it any more. */
export function watchResponse(call: ModelCall, response: Response, format: ModelFormat): void {
  call.touch();
  const reading = watchCopy(call, response, format);
  replaceMethod(
    response,
    "clone",
    (clone) =>
      function () {
        // the body is teed, which is no leaving
        reading.handOn();
        const copy = Reflect.apply(clone, this, []) as Response;
        guard("watching a response", () => {
          watchCopy(call, copy, format);
          if (response.body !== null) new BodyReading(call, response, format).watch(response.body);
        });
        return copy;
      },
  );
}

function watchCopy(call: ModelCall, response: Response, format: ModelFormat): BodyReading {
  const { body } = response;
  const reading = new BodyReading(call, response, format);
  if (body === null) {
    reading.finish(undefined);
    return reading;
  }
  for (const key of ["json", "text", "arrayBuffer", "bytes", "blob", "formData"] as const) {
    replaceMethod(
      response,
      key,
      (method) =>
        function (...parameters) {
          return (Reflect.apply(method, this, parameters) as Promise<unknown>).then(
            (value) => {
              guard("reading a response", () => reading.whole(value));
              return value;
            },
            (error: unknown) => {
              guard("reading a response", () => reading.failed(error));
              throw error;
            },
          );
        },
    );
  }
  reading.watch(body);
  return reading;
}

/** What is known of a response before its body. */
export type ResponseHead = Pick<Response, "ok" | "status" | "statusText" | "headers">;

/** One reading of a response's body. */
export class BodyReading {
  readonly #call: ModelCall;
  readonly #format: ModelFormat;
  readonly #response: { readonly ok: boolean; readonly status: number; readonly statusText: string };
  readonly #awsError: string | undefined;
  readonly #chunks: ChunkReader | undefined;
  readonly #framing: Framing | undefined;
  readonly #keepsText: boolean;
  readonly #decoder = new TextDecoder();
  #text = "";
  #failure: unknown;
  #isHandedOn = false;

  constructor(call: ModelCall, response: ResponseHead, format: ModelFormat) {
    const { ok, status, statusText, headers } = response;
    const type = headers.get("content-type") ?? "";
    const framing = ok ? framings.find(([name]) => type.includes(name))?.[1] : undefined;
    this.#call = call;
    this.#format = format;
    this.#response = { ok, status, statusText };
    this.#awsError = stringOf(headers.get("x-amzn-errortype")?.split(":")[0]);
    this.#chunks = framing === undefined ? undefined : format.chunks?.(call);
    this.#framing =
      this.#chunks === undefined
        ? undefined
        : framing?.(
            (data) => this.#chunk(data),
            () => this.#conclude(),
          );
    // audio and images are not text
    this.#keepsText = /json|text|^$/u.test(type);
  }

  /** What has arrived ends the call when nobody holds the body any more. */
  hold(body: object): void {
    endWhenLetGo(body, { call: this.#call, chunks: this.#chunks, failure: this.#failureOf(undefined) });
  }

  /** The body itself is read: by a reader, by iteration, or piped on. */
  watch(body: ReadableStream): void {
    // its readers hold it, and so does the response
    this.hold(body);
    observeReadable(body, {
      item: (bytes) => this.push(bytes),
      done: () => this.done(),
      left: () => {
        if (!this.#isHandedOn) this.done();
      },
      failed: (error) => this.failed(error),
    });
  }

  /** The body goes on as two others. */
  handOn(): void {
    this.#isHandedOn = true;
  }

  /** All of it at once, as one of the response's methods gives it. */
  whole(value: unknown): void {
    const isBytes = value instanceof ArrayBuffer || value instanceof Uint8Array;
    if (typeof value === "string" || isBytes) {
      this.push(typeof value === "string" ? value : new Uint8Array(value));
      this.done();
    } else this.finish(value instanceof Blob || value instanceof FormData ? undefined : value);
  }

  finish(body: unknown): void {
    release(this.#call);
    const failure = this.#failureOf(body);
    if (failure !== undefined) this.#call.fail(failure);
    else if (Array.isArray(body) && this.#format.chunks !== undefined && !isAnswer(body)) this.#finishList(body);
    else this.#call.end(body === undefined ? undefined : this.#format.answer(body, this.#call.start.provider));
  }

  failed(error: unknown): void {
    release(this.#call);
    const known = errorMessage(error) === "" ? new Error("the body could not be read") : error;
    this.#call.fail(known, this.#chunks?.answer());
  }

  /** A piece of it. */
  push(bytes: unknown): void {
    if (this.#framing !== undefined) this.#framing.push(bytes);
    else if (typeof bytes === "string") this.#text += bytes;
    else if (this.#keepsText) this.#text += this.#decoder.decode(bytes as Uint8Array, { stream: true });
  }

  /** There is no more of it, or nobody wants more. */
  done(): void {
    if (this.#chunks === undefined) {
      this.finish(this.#text === "" ? undefined : parsedOf(this.#text));
      return;
    }
    this.#framing?.end();
    this.#conclude();
  }

  /** Nothing more is to come that says anything. */
  #conclude(): void {
    release(this.#call);
    if (this.#failure === undefined) this.#call.end(this.#chunks?.answer());
    else this.#call.fail(this.#failure, this.#chunks?.answer());
  }

  #chunk(data: unknown): void {
    this.#call.chunk();
    this.#failure ??= failureIn(data);
    this.#chunks?.push(data);
  }

  /** Gemini streams a list, unless it is asked for events. */
  #finishList(chunks: readonly unknown[]): void {
    const reader = this.#format.chunks?.(this.#call);
    for (const chunk of chunks) reader?.push(chunk);
    this.#call.end(reader?.answer());
  }

  #failureOf(body: unknown): unknown {
    const { ok, status, statusText } = this.#response;
    if (ok) return undefined;
    const { code, message } = failureIn(body) ?? {};
    const said = message ?? stringOf(objectOf(body)["message"]) ?? stringOf(objectOf(body)["detail"]) ?? statusText;
    return { status, code: code ?? this.#awsError, message: said };
  }
}

/** A list that is one answer: vectors, or generations. */
function isAnswer(list: readonly unknown[]): boolean {
  return Array.isArray(list[0]) || typeof list[0] === "number" || "generated_text" in objectOf(list[0]);
}

/** The error that a body or a chunk carries, in the shapes of OpenAI, Anthropic, Google, AWS, Ollama … */
function failureIn(data: unknown): { readonly code: string | undefined; readonly message: string } | undefined {
  const { error, event_type: event, finish_reason: reason, type } = objectOf(data);
  // Cohere's first version and Mistral's conversations have events for it
  if (event === "stream-end" && typeof reason === "string" && reason.startsWith("ERROR")) {
    return { code: reason, message: "" };
  }
  if (type === "conversation.response.error") {
    const { code, message } = objectOf(data);
    return { code: integerOf(code)?.toString(), message: stringOf(message) ?? "" };
  }
  if (typeof error === "string" && error !== "") return { code: undefined, message: error };
  if (!isObject(error)) return undefined;
  const code = stringOf(error["code"]) ?? stringOf(error["type"]);
  return { code, message: stringOf(error["message"]) ?? "" };
}
