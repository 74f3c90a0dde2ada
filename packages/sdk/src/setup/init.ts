import {
  AutoInstrumentation,
  type ContentOptions,
  endOpenCalls,
  type EventLoggerProvider,
  type LibraryName,
  onModule,
  registerLoggerProvider,
} from "@genscope/instrumentation";
import { type ConventionVersion } from "@genscope/semconv/genai";
import {
  context,
  diag,
  DiagConsoleLogger,
  DiagLogLevel,
  type MeterProvider,
  metrics,
  propagation,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  CompositePropagator,
  setGlobalErrorHandler,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import { ConsoleProcessor } from "../console/console-processor.ts";
import { createStepTelemetry, setStepTelemetry } from "../step/step-telemetry.ts";
import type { HeadSamplingOptions } from "../sampling/head-sampler.ts";
import { checkApi } from "./api-check.ts";
import type { LogRecordProcessor, MetricReader, SpanProcessor } from "./extensions.ts";
import { flushAtExit } from "./flush-at-exit.ts";
import { contentOptions, type InitContentOptions } from "./content-options.ts";
import { takeModules } from "./instrument-module.ts";
import { applyMaskingRule } from "./masking-rule.ts";
import { createProviders, type Providers } from "./providers.ts";
import { type Env, readFlag, readText, readWords } from "./read-env.ts";

export interface InitOptions {
  /** `service.name`; `OTEL_SERVICE_NAME` goes before it. */
  readonly serviceName?: string;
  readonly serviceVersion?: string;
  /** `deployment.environment.name`. */
  readonly environment?: string;
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>>;
  /** The collector's base URL, as in `OTEL_EXPORTER_OTLP_ENDPOINT`: http://localhost:4318 unless either is set. */
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether and how prompts, answers, arguments and results leave the process. They do not, unless asked for. */
  readonly content?: InitContentOptions;
  /** Which traces to keep, decided at their start; without it `OTEL_TRACES_SAMPLER` decides. Metrics count all calls, kept or not. */
  readonly sampling?: HeadSamplingOptions;
  /** Refuse to start with content capture on and no masking. Otherwise that is a warning, and in production nothing is captured. */
  readonly requireMasking?: boolean;
  /** Write the run to standard error as a tree while it happens. `GENSCOPE_CONSOLE=true` asks for it, too. */
  readonly console?: boolean;
  readonly conventions?: ConventionVersion;
  /** `gen_ai.provider.name` of hosts that speak OpenAI's format and are not known: `{ "llm.internal": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Libraries to leave alone. */
  readonly disabled?: readonly LibraryName[];
  /** More instrumentations, OpenTelemetry's own or any with its interface. */
  readonly instrumentations?: readonly Instrumentation[];
  readonly spanProcessors?: readonly SpanProcessor[];
  readonly logRecordProcessors?: readonly LogRecordProcessor[];
  readonly metricReaders?: readonly MetricReader[];
  /** Take user, session, conversation, feature and tags from the baggage of incoming requests. Only where callers are trusted. */
  readonly contextFromBaggage?: boolean;
  /** `false` where nothing can have been loaded before: saves the search for it. */
  readonly alreadyLoaded?: boolean;
}

/** The part of OpenTelemetry's interface for instrumentations that is used here. */
export interface Instrumentation {
  enable(): void;
  disable(): void;
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  setLoggerProvider?(provider: EventLoggerProvider): void;
}

export interface Genscope {
  /** Sends what is waiting. For serverless functions, before they return. Never rejects. */
  flush(): Promise<void>;
  /** Flushes and stops; libraries get their own methods back. Never rejects. */
  shutdown(): Promise<void>;
  /** Instruments code that no loader sees: bundled classes, or a client, of the library named (`openai` unless said). */
  instrumentModule(module: unknown, library?: LibraryName): void;
}

const nothing: Genscope = { flush: async () => {}, shutdown: async () => {}, instrumentModule: () => {} };
const currentKey = Symbol.for("genscope.current");
const shared = globalThis as { [currentKey]?: Genscope };

/**
 * Sets OpenTelemetry up for the process and instruments the libraries it finds, loaded before or after. The `OTEL_*` variables are honoured. A second call
 * changes nothing and gives back what the first one gave. Throws only for what the caller asked to be refused; whatever else goes wrong is a warning, and the
 * application runs on without telemetry.
 *
 * @example
 * ```ts
 * import { init } from "@genscope/sdk";
 * init({ serviceName: "support-bot" });
 * ```
 */
export function init(options: InitOptions = {}): Genscope {
  const current = shared[currentKey];
  if (current !== undefined) {
    process.emitWarning("init() was called again; the first call stands.", "Genscope");
    return current;
  }
  const { env } = process;
  if (readFlag(env, "OTEL_SDK_DISABLED")) return nothing;
  setLogLevel(env);
  const content = applyMaskingRule(options, env, (message) => process.emitWarning(message, "Genscope"));
  try {
    const started = start({ ...options, ...(content === undefined ? {} : { content }) }, env);
    shared[currentKey] = started;
    takeModules(started);
    return started;
  } catch (error) {
    process.emitWarning(
      `Tracing could not be started: ${error instanceof Error ? error.message : String(error)}`,
      "Genscope",
    );
    return nothing;
  }
}

function start(options: InitOptions, env: Env): Genscope {
  warnAboutProtocol(env);
  // exporters report each failure here, in the background, for ever; `Delivery` says it once
  setGlobalErrorHandler((error) => diag.debug("genscope: telemetry error", error));
  const toConsole = options.console ?? readFlag(env, "GENSCOPE_CONSOLE");
  const spanProcessors = [...(options.spanProcessors ?? []), ...(toConsole ? [new ConsoleProcessor()] : [])];
  const providers = createProviders(
    { ...options, spanProcessors, fromBaggage: options.contextFromBaggage ?? false },
    env,
  );
  register(providers, env);
  // where nobody reads, what the process has otherwise: looking for one at each call costs more than asking a silent one
  const meterProvider = providers.meterProvider ?? metrics.getMeterProvider();
  warnAboutApi();

  const content = contentOptions(options.content, env);
  const telemetry = createStepTelemetry({ ...content, ...conventionsOf(options) });
  telemetry.setTracerProvider(providers.tracerProvider);
  telemetry.setMeterProvider(meterProvider);
  telemetry.setLoggerProvider(providers.loggerProvider);
  setStepTelemetry(telemetry);

  const own = createInstrumentation(options, content);
  const instrumentations: readonly Instrumentation[] = [own, ...(options.instrumentations ?? [])];
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(providers.tracerProvider);
    instrumentation.setMeterProvider(meterProvider);
    instrumentation.setLoggerProvider?.(providers.loggerProvider);
    instrumentation.enable();
  }

  const all = (Object.values(providers) as readonly (Flushable | undefined)[]).filter((one) => one !== undefined);
  const flush = (): Promise<void> => settle(all.map((provider) => provider.forceFlush()));
  const stopWaiting = flushAtExit(endOpenCalls, flush);
  return {
    flush,
    async shutdown() {
      stopWaiting();
      endOpenCalls();
      for (const instrumentation of instrumentations) instrumentation.disable();
      await settle(all.map((provider) => provider.shutdown()));
    },
    instrumentModule: (module, library) => own.instrumentModule(module, library),
  };
}

interface Flushable {
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** Waits for all, whatever becomes of each. */
async function settle(steps: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(steps);
}

function conventionsOf({ conventions }: InitOptions): { conventions?: ConventionVersion } {
  return conventions === undefined ? {} : { conventions };
}

function createInstrumentation(options: InitOptions, content: ContentOptions): AutoInstrumentation {
  const { alreadyLoaded, hosts, disabled } = options;
  return new AutoInstrumentation({
    ...content,
    ...conventionsOf(options),
    enabled: false,
    ...(alreadyLoaded === undefined ? {} : { alreadyLoaded }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(disabled === undefined ? {} : { disabled }),
  });
}

function register({ tracerProvider, meterProvider, loggerProvider }: Providers, env: Env): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const names = readWords(env, "OTEL_PROPAGATORS", ["tracecontext", "baggage", "none"]) ?? ["tracecontext", "baggage"];
  const propagators = [
    ...(names.includes("tracecontext") ? [new W3CTraceContextPropagator()] : []),
    ...(names.includes("baggage") ? [new W3CBaggagePropagator()] : []),
  ];
  propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
  const taken = trace.setGlobalTracerProvider(tracerProvider);
  if (meterProvider !== undefined) metrics.setGlobalMeterProvider(meterProvider);
  registerLoggerProvider(loggerProvider);
  if (!taken) {
    process.emitWarning(
      "Another tracer provider is registered already. Spans of other libraries go there; those of Genscope's instrumentations " +
        "go to both places only if that provider exports them. Use init() or another set-up, not both.",
      "Genscope",
    );
  }
}

/** Now, and whenever another copy of the API is loaded later. */
function warnAboutApi(): void {
  const said = new Set<string>();
  const check = (): void => {
    for (const problem of checkApi()) {
      if (said.has(problem)) continue;
      said.add(problem);
      process.emitWarning(problem, "Genscope");
    }
  };
  check();
  onModule({ specifiers: ["@opentelemetry/api"], onLoad: check }, { alreadyLoaded: false });
}

function warnAboutProtocol(env: Env): void {
  const protocol = readText(env, "OTEL_EXPORTER_OTLP_PROTOCOL");
  if (protocol === undefined || protocol === "http/protobuf") return;
  process.emitWarning(
    `OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} is not available here; http/protobuf is used. For gRPC add your own processor with init({ spanProcessors }).`,
    "Genscope",
  );
}

function setLogLevel(env: Env): void {
  const name = readWords(env, "OTEL_LOG_LEVEL", ["none", "error", "warn", "info", "debug", "verbose", "all"])?.[0];
  if (name === undefined) return;
  const level = DiagLogLevel[name.toUpperCase() as keyof typeof DiagLogLevel];
  diag.setLogger(new DiagConsoleLogger(), { logLevel: level, suppressOverrideMessage: true });
}
