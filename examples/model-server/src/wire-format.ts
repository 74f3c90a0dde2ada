import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { ApiError } from "./api-error.ts";
import type { Fault } from "./fault.ts";
import type { Pace } from "./send.ts";

/** One POST, read and ready to be answered. */
export interface WireCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Of this answer alone: 16 hexadecimal digits. */
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly fault: Fault;
  readonly pace: Pace;
  readonly reply: ServerResponse;
}

/** One GET. */
export type WireGet = Pick<WireCall, "path" | "query" | "headers" | "pace" | "reply">;

/** How one provider's requests, answers and errors look. */
export interface WireFormat {
  /** Whether a POST to this path is in this format. */
  handles(path: string): boolean;
  /** The model a request is for, with the faults it may ask for after `#`; empty if it names none. */
  modelOf(path: string, body: unknown): string;
  /** Answers, or throws an {@link ApiError}. */
  post(call: WireCall): Promise<void>;
  /** Answers a GET, or throws an {@link ApiError}; `undefined` if there is none at this path. */
  get?(call: WireGet): Promise<void> | undefined;
  /** Sends an error in the provider's shape. */
  sendError(reply: ServerResponse, error: ApiError, fault?: Fault): void;
}
