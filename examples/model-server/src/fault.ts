import type { IncomingMessage } from "node:http";
import { badRequest } from "./api-error.ts";

/** What a request asks the server to do to it. All times are milliseconds. */
export interface Fault {
  /** Answer with this HTTP status in place of the real answer. */
  readonly status?: number;
  /** Only the first so many attempts fail, by the `x-stainless-retry-count` that OpenAI's clients send. Default: all. */
  readonly times: number;
  /** Sent as `retry-after-ms`, and rounded up to seconds as `retry-after`. */
  readonly retryAfterMs?: number;
  /** Wait before the first byte of the answer. */
  readonly delayMs?: number;
  /** Wait before each further chunk of a stream. */
  readonly chunkDelayMs?: number;
  /** Close the connection after so many chunks of a stream, or half-way through an answer that is not streamed. */
  readonly cutAfter?: number;
  /** Send an error event after so many chunks of a stream. */
  readonly errorAfter?: number;
}

const names: Readonly<Record<string, keyof Fault>> = {
  status: "status",
  times: "times",
  "retry-after-ms": "retryAfterMs",
  "delay-ms": "delayMs",
  "chunk-delay-ms": "chunkDelayMs",
  "cut-after": "cutAfter",
  "error-after": "errorAfter",
};

/** Reads `status=429; times=1`. Throws a 400 that names what is not understood. */
export function parseFault(text: string): Fault {
  const fault: { -readonly [Key in keyof Fault]: Fault[Key] } = { times: Number.POSITIVE_INFINITY };
  for (const pair of text.split(/[;,&]/)) {
    const [name = "", value = ""] = pair.split("=").map((part) => part.trim());
    if (name === "") continue;
    const key = names[name];
    if (key === undefined) {
      throw badRequest("x-fault", `Unknown fault "${name}". Known: ${Object.keys(names).join(", ")}.`);
    }
    const number = Number(value);
    if (value === "" || !Number.isInteger(number) || number < 0) {
      throw badRequest("x-fault", `Fault "${name}" must be a non-negative whole number, not "${value}".`);
    }
    fault[key] = number;
  }
  if (fault.status !== undefined && (fault.status < 400 || fault.status > 599)) {
    throw badRequest("x-fault", `Fault "status" must be from 400 to 599, not ${fault.status}.`);
  }
  return fault;
}

/** What this request asks for in the header `x-fault`, the query parameter `fault`, or the part of its model's name after `#`. */
export function faultOf(request: IncomingMessage, url: URL, model: string): Fault {
  const header = request.headers["x-fault"];
  const asked = [
    typeof header === "string" ? header : "",
    url.searchParams.get("fault") ?? "",
    model.split("#").slice(1).join("#"),
  ];
  const fault = parseFault(asked.join(";"));
  const attempt = Number(request.headers["x-stainless-retry-count"] ?? 0);
  if (fault.status === undefined || attempt < fault.times) return fault;
  const { status: _passed, ...rest } = fault;
  return rest;
}
