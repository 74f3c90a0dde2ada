import { type Context, context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { AgentsStore } from "./agents-data.ts";

/** Finds the context of what a store of the Agents SDK is at. */
export type FindContext = (store: AgentsStore, within: AgentsContext) => Context | undefined;

/**
 * OpenTelemetry's context of a piece of work of the Agents SDK. That work is entered before its spans begin, so what this context holds is asked for when it is needed: what holds for
 * the span that the SDK is at then. A context made from it is an ordinary one.
 */
export class AgentsContext implements Context {
  /** As it was where the work was entered. */
  readonly base: Context;
  /** The span it was entered in. */
  readonly entrySpanId: string | undefined;
  readonly #store: AgentsStore;
  readonly #find: FindContext;

  constructor(store: AgentsStore, find: FindContext) {
    const active = contextApi.active();
    this.base = active instanceof AgentsContext ? active.current : active;
    this.entrySpanId = store.span?.spanId;
    this.#store = store;
    this.#find = find;
  }

  get current(): Context {
    const { active, span } = this.#store;
    if (active !== true || (span !== undefined && span.spanId === this.entrySpanId)) return this.base;
    return guard("finding the context of an agent", () => this.#find(this.#store, this)) ?? this.base;
  }

  getValue(key: symbol): unknown {
    return this.current.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.current.setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.current.deleteValue(key);
  }
}
