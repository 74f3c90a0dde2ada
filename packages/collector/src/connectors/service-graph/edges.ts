import type { ProtoWriter } from "@genscope/otlp/proto";
import type { StateReader } from "../../meter/state-reader.ts";
import { writeText } from "../../meter/write-state.ts";

/** What is known of a request from one service to another, from either side. Seconds. */
export interface Edge {
  client?: string;
  server?: string;
  clientSeconds: number;
  serverSeconds: number;
  connectionType: string;
  failed: boolean;
  /** Who the client says it talks to. */
  peer?: string;
  /** The server's span is the first of its trace. */
  isRoot: boolean;
  readonly sinceMs: number;
  readonly dimensions: Record<string, string>;
}

export interface EdgesOptions {
  readonly maxItems: number;
  readonly ttlMs: number;
  readonly onComplete: (edge: Edge) => void;
  readonly onExpire: (edge: Edge) => void;
}

/** Requests that one side has been seen of. */
export class Edges {
  readonly #options: EdgesOptions;
  /** In the order they were begun. */
  readonly #pending = new Map<string, Edge>();

  constructor(options: EdgesOptions) {
    this.#options = options;
  }

  /** Adds what a span says; complete edges leave. False if there is no room for a new one. */
  upsert(key: string, nowMs: number, update: (edge: Edge) => void): boolean {
    const known = this.#pending.get(key);
    const edge: Edge = known ?? {
      clientSeconds: 0,
      serverSeconds: 0,
      connectionType: "",
      failed: false,
      isRoot: false,
      sinceMs: nowMs,
      dimensions: {},
    };
    update(edge);
    if (edge.client !== undefined && edge.server !== undefined) {
      this.#pending.delete(key);
      this.#options.onComplete(edge);
      return true;
    }
    if (known !== undefined) return true;
    if (this.#pending.size >= this.#options.maxItems) return false;
    this.#pending.set(key, edge);
    return true;
  }

  /** Lets go of what has waited for long enough. */
  expire(nowMs: number): void {
    for (const [key, edge] of this.#pending) {
      if (edge.sinceMs + this.#options.ttlMs > nowMs) return;
      this.#pending.delete(key);
      this.#options.onExpire(edge);
    }
  }

  save(out: ProtoWriter): void {
    writeText(out, JSON.stringify([...this.#pending]));
  }

  load(state: StateReader): void {
    for (const [key, edge] of JSON.parse(state.text()) as [string, Edge][]) this.#pending.set(key, edge);
  }
}
