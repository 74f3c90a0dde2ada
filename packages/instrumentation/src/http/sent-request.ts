import { type Context, context } from "@opentelemetry/api";
import type { Telemetry } from "../core/telemetry.ts";
import { matchRequest } from "../fetch/match-request.ts";
import type { KnownPath } from "../fetch/known-paths.ts";
import { type FetchOptions, type Started, startCall } from "../fetch/watch-fetch.ts";

/** A body that is larger is no request to a model, or none whose copy anybody wants. */
const maxBodyBytes = 16 * 1024 * 1024;

/** A request that is being sent: once its body is known, it is a call to a model or nothing. */
export class SentRequest {
  /** The call that it turned out to be. */
  call: Started | undefined;
  readonly #url: URL;
  readonly #paths: readonly KnownPath[];
  readonly #telemetry: Telemetry;
  readonly #options: Pick<FetchOptions, "hosts">;
  readonly #startedMs = performance.now();
  readonly #parent: Context = context.active();
  readonly #parts: Buffer[] = [];
  #size = 0;

  constructor(url: URL, paths: readonly KnownPath[], telemetry: Telemetry, options: Pick<FetchOptions, "hosts">) {
    this.#url = url;
    this.#paths = paths;
    this.#telemetry = telemetry;
    this.#options = options;
  }

  /** Whether nothing of its body is known. */
  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** A piece of its body. */
  keep(chunk: unknown, encoding?: unknown): void {
    if (this.call !== undefined || this.#size > maxBodyBytes) return;
    const part =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
        : chunk instanceof Uint8Array
          ? Buffer.from(chunk)
          : undefined;
    if (part === undefined) return;
    this.#size += part.length;
    this.#parts.push(part);
  }

  /** There is no more of it. */
  begin(): void {
    if (this.call !== undefined || this.#size > maxBodyBytes) return;
    const body = Buffer.concat(this.#parts.splice(0)).toString("utf8");
    const known = matchRequest({ url: this.#url, paths: this.#paths }, body);
    if (known === undefined) return;
    this.call = context.with(this.#parent, () => startCall(known, this.#telemetry, this.#options, this.#startedMs));
  }
}
