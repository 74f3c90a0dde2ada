import type { Span } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { ModelCall } from "../core/model-call.ts";
import { isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { readOwnServer } from "../openai/provider.ts";
import type { Endpoint } from "../stainless/endpoint.ts";
import { patchClient, type Server, prototypesOf } from "../stainless/patch-client.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { adoptClient, standInOf } from "./adopt.ts";
import { messagesContent } from "./content.ts";
import { batchModel, messagesAnswer, messagesRequest, readMessageEvents } from "./messages.ts";

export interface AnthropicInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that are others: `{ "llm.internal:8443": "litellm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

const message = {
  method: "create",
  operation: "chat",
  measured: "inference",
  request: messagesRequest,
  content: messagesContent,
  answer: messagesAnswer,
  chunks: readMessageEvents,
} as const;
const batch = {
  method: "create",
  operation: "create_batch",
  measured: "other",
  body: ([body]: readonly unknown[]) => batchModel(objectOf(body)),
  request: () => ({}),
  answer: () => ({ attributes: {} }),
} as const;

/** Helpers (`stream`, `parse`, `toolRunner`) go through these, so each call is recorded once. */
const endpoints: readonly Endpoint[] = [
  { path: ["Messages"], ...message },
  { path: ["Beta", "Messages"], ...message },
  { path: ["Messages", "Batches"], ...batch },
  { path: ["Beta", "Messages", "Batches"], ...batch },
];

const flavours: Readonly<Record<string, string>> = {
  AnthropicBedrock: "aws.bedrock",
  AnthropicBedrockMantle: "aws.bedrock",
  AnthropicVertex: "gcp.vertex_ai",
  AnthropicFoundry: "azure.ai.inference",
};

function readServer(
  client: Readonly<Record<string, unknown>>,
  hosts: AnthropicInstrumentationOptions["hosts"],
): Server {
  // told by those that trace themselves; Foundry's says nothing
  const told = stringOf(client["_genAIProviderName"]);
  if (told !== undefined && told !== "anthropic") return readOwnServer(client, told, hosts);
  for (let at: unknown = client; isObject(at); at = Object.getPrototypeOf(at) as unknown) {
    const flavour = flavours[(at as { constructor?: { name?: string } }).constructor?.name ?? ""];
    if (flavour !== undefined) return readOwnServer(client, flavour, hosts);
  }
  return readOwnServer(client, "anthropic", hosts);
}

/**
 * Traces the `@anthropic-ai/sdk` package, and through it its flavours for Bedrock, Vertex and Foundry: one CLIENT span per call, with the metrics and events
 * of the GenAI conventions. From 0.134 on the library has spans of its own; they become these, so that a call has one span and its tokens are counted once.
 */
export class AnthropicInstrumentation extends LibraryInstrumentation<AnthropicInstrumentationOptions> {
  constructor(options: AnthropicInstrumentationOptions = {}) {
    super("@genscope/instrumentation/anthropic", packageVersion, specifiersOf("anthropic"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(
    module: unknown,
    telemetry: Telemetry,
    options: AnthropicInstrumentationOptions,
  ): () => void {
    const adoption = { enabled: true, spans: new WeakSet<Span>() };
    const undo = [
      patchClient(module, telemetry, {
        className: "Anthropic",
        endpoints,
        readServer: (client) => readServer(client, options.hosts),
        onCall: (call: ModelCall, resource, parameters) => {
          adoption.spans.add(call.span);
          standInOf(parameters[1])?.bind(call.span);
          adoptClient(isObject(resource) ? resource["_client"] : undefined, adoption);
        },
      }),
    ];
    // they start a span before they make the call
    for (const path of [["Messages"], ["Beta", "Messages"]]) {
      for (const prototype of prototypesOf(module, "Anthropic", path)) {
        for (const helper of ["stream", "toolRunner"]) {
          const step = wrapMethod(
            prototype,
            helper,
            (original) =>
              function (...parameters) {
                guard("adopting a client", () => adoptClient(objectOf(this)["_client"], adoption));
                return Reflect.apply(original, this, parameters);
              },
          );
          if (step !== undefined) undo.push(step);
        }
      }
    }
    return () => {
      adoption.enabled = false;
      for (const step of undo) step();
    };
  }
}
