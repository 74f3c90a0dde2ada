import { type Context, createContextKey } from "@opentelemetry/api";
import type { ModelCall } from "../core/model-call.ts";

/** One call that may take several requests: the first of them begins it, and an answer that is none is left to who asks again. */
export interface Attempts {
  call?: ModelCall;
}

const attemptsKey = createContextKey("genscope.attempts");

export function getAttempts(context: Context): Attempts | undefined {
  return context.getValue(attemptsKey) as Attempts | undefined;
}

export function setAttempts(context: Context, attempts: Attempts): Context {
  return context.setValue(attemptsKey, attempts);
}
