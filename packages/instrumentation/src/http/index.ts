import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { guard } from "../core/guard.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { packageVersion } from "../version.ts";
import { watchRequest } from "./watch-request.ts";
import { watchUndici } from "./watch-undici.ts";

export interface HttpInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** Where Node tells of requests as they are made. */
const requestCreated = "http.client.request.created";

/**
 * Traces model calls made with `node:http` and `node:https`, by hand or through axios, got, node-fetch …, and with the functions of `undici`, recognized as those made with `fetch` are.
 * Nothing is replaced: Node and undici tell of each request themselves. A call that an instrumented library makes is left to that library's span.
 */
export class HttpInstrumentation extends LibraryInstrumentation<HttpInstrumentationOptions> {
  #isEnabled = false;

  constructor(options: HttpInstrumentationOptions = {}) {
    super("@genscope/instrumentation/http", packageVersion, [], options);
    if (options.enabled !== false) this.enable();
  }

  override enable(): void {
    if (this.#isEnabled) return;
    this.#isEnabled = true;
    this.instrumentModule(channel(requestCreated));
  }

  override disable(): void {
    this.#isEnabled = false;
    super.disable();
  }

  protected override patch(_channel: unknown, telemetry: Telemetry, { hosts }: HttpInstrumentationOptions): () => void {
    const chosen = hosts === undefined ? {} : { hosts };
    const created = (message: unknown): void => {
      const { request } = message as { readonly request: ClientRequest };
      guard("watching a request", () => watchRequest(request, telemetry, chosen));
    };
    subscribe(requestCreated, created);
    const leaveUndici = watchUndici(telemetry, chosen);
    return () => {
      unsubscribe(requestCreated, created);
      leaveUndici();
    };
  }
}
