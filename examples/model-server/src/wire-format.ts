import type { ServerResponse } from "node:http";
import type { ApiError } from "./api-error.ts";
import type { Fault } from "./fault.ts";
import type { Pace } from "./send.ts";

/** One POST, read and ready to be answered. */
export interface WireCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Of this answer alone: 16 hexadecimal digits. */
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly fault: Fault;
  readonly pace: Pace;
  readonly reply: ServerResponse;
}

/** How one provider's requests, answers and errors look. */
export interface WireFormat {
  /** Whether a POST to this path is in this format. */
  handles(path: string): boolean;
  /** The model a request is for, with the faults it may ask for after `#`; empty if it names none. */
  modelOf(path: string, body: unknown): string;
  /** Answers, or throws an {@link ApiError}. */
  post(call: WireCall): Promise<void>;
  /** Sends an error in the provider's shape. */
  sendError(reply: ServerResponse, error: ApiError, fault?: Fault): void;
}
