import { context } from "@opentelemetry/api";
import { isClaimedAiSdkRequest } from "../core/ai-sdk-requests.ts";
import { guard } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import { stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { readServer } from "../openai/provider.ts";
import { packageVersion } from "../version.ts";
import { matchRequest, type ModelRequest } from "./match-request.ts";
import { watchResponse } from "./watch-response.ts";

export interface FetchInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

type Fetch = typeof globalThis.fetch;

/**
 * Traces model calls made with `fetch` and no library: requests in OpenAI's wire format, to whichever host, are recognized by path and body. A call that an
 * instrumented library makes is left to that library's span. What `fetch` resolves to is the response it would have been.
 */
export class FetchInstrumentation extends LibraryInstrumentation<FetchInstrumentationOptions> {
  #patched: (() => void) | undefined;

  constructor(options: FetchInstrumentationOptions = {}) {
    super("@genscope/instrumentation/fetch", packageVersion, [], options);
    if (options.enabled !== false) this.enable();
  }

  override enable(): void {
    if (this.#patched !== undefined) return;
    this.#patched = () => {
      this.#patched = undefined;
    };
    this.instrumentModule(globalThis);
  }

  override disable(): void {
    this.#patched?.();
    super.disable();
  }

  protected override patch(holder: unknown, telemetry: Telemetry, options: FetchInstrumentationOptions): () => void {
    const target = holder as { fetch: Fetch };
    const original = target.fetch;
    const wrapped: Fetch = (input, init) => {
      const request =
        isRecordedElsewhere(context.active()) || isClaimedAiSdkRequest(init)
          ? undefined
          : guard("recognizing a model request", () => matchRequest(input, init));
      if (request === undefined) return original(input, init);
      const call = guard("starting a model call", () => startCall(request, telemetry, options.hosts));
      if (call === undefined) return original(input, init);
      return context
        .with(call.context, () => original(input, init))
        .then(
          (response) => {
            guard("watching a response", () => watchResponse(call, response, request.endpoint));
            return response;
          },
          (error: unknown) => {
            call.fail(error);
            throw error;
          },
        );
    };
    Object.defineProperty(wrapped, "name", { value: original.name, configurable: true });
    target.fetch = wrapped;
    return () => {
      if (target.fetch === wrapped) target.fetch = original;
    };
  }
}

function startCall(
  { endpoint, url, body }: ModelRequest,
  telemetry: Telemetry,
  hosts: Readonly<Record<string, string>> | undefined,
): ModelCall {
  const { provider, address, port } = readServer(url, hosts);
  const { content } = endpoint;
  return new ModelCall(telemetry, {
    operation: endpoint.operation,
    provider,
    measured: endpoint.measured,
    model: stringOf(body["model"]) ?? deploymentOf(url),
    serverAddress: address,
    serverPort: port,
    attributes: endpoint.request(body, provider),
    ...(content === undefined ? {} : { content: () => content(body) }),
  });
}

/** Azure has the model in the path. */
function deploymentOf(url: URL): string | undefined {
  const name = /\/deployments\/([^/]+)\//u.exec(url.pathname)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}
