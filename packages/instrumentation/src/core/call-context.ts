import { type Context, INVALID_SPAN_CONTEXT, type Span, trace } from "@opentelemetry/api";

/** The key that the API keeps a context's span under, which it does not export. */
const spanKey = findSpanKey();

function findSpanKey(): symbol {
  let found = Symbol("unknown");
  const probe: Context = {
    getValue: () => undefined,
    setValue(key) {
      found = key;
      return probe;
    },
    deleteValue: () => probe,
  };
  trace.setSpan(probe, trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
  return found;
}

/**
 * What the API's `setSpan` and one more value would make of a context, without two copies of everything that is in it: a call to a model has one of these,
 * and most have nobody who looks into it. Whoever adds to it gets one of the API's own.
 */
export class CallContext implements Context {
  readonly #parent: Context;
  readonly #span: Span;
  readonly #key: symbol;
  readonly #value: unknown;

  constructor(parent: Context, span: Span, key: symbol, value: unknown) {
    // never one on top of another: a chain of them would keep every call alive that came before
    this.#parent = parent instanceof CallContext ? parent.#copy() : parent;
    this.#span = span;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.#span;
    return key === this.#key ? this.#value : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#copy().setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    return this.#copy().deleteValue(key);
  }

  #copy(): Context {
    return trace.setSpan(this.#parent.setValue(this.#key, this.#value), this.#span);
  }
}
