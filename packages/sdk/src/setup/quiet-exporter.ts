import { reach } from "./reach.ts";
import type { Env } from "./read-env.ts";

/** What an export came to, as every OpenTelemetry exporter tells it: 0 is success. */
export interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

/** The part that all exporters have in common. */
export interface Exporter<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void;
}

/**
 * Whether telemetry arrives, as the last export of any signal found it. Says once that it does not, and again only if it did in between.
 */
export class Delivery {
  #state: "unknown" | "delivering" | "failing" = "unknown";
  readonly #target: string;
  readonly #url: URL | undefined;
  readonly #warn: (message: string) => void;

  constructor(
    target: string,
    env: Env,
    warn: (message: string) => void = (message) => process.emitWarning(message, "Genscope"),
  ) {
    this.#target = target;
    this.#warn = warn;
    // through a proxy there is nothing to be reached directly
    const proxied = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].some((name) => env[name] !== undefined);
    this.#url = proxied || !URL.canParse(target) ? undefined : new URL(target);
  }

  /**
   * The reason why an export would be in vain. While telemetry arrives nothing is looked up; while it does not, a connection tells within a millisecond what
   * the exporter finds out by retrying for ten seconds, in which it holds a batch and keeps the process from ending.
   */
  async obstacle(): Promise<Error | undefined> {
    if (this.#state === "delivering" || this.#url === undefined) return undefined;
    return reach(this.#url);
  }

  failed(error: unknown): void {
    if (this.#state === "failing") return;
    this.#state = "failing";
    this.#warn(
      `Telemetry cannot be delivered to ${this.#target} (${reasonOf(error)}). It is dropped until that works; the ` +
        "application is not affected. Start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_SDK_DISABLED=true.",
    );
  }

  delivered(): void {
    this.#state = "delivering";
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given";
  const { code, errors } = error as Error & { code?: string; errors?: readonly Error[] };
  const inner = errors?.[0] ?? error.cause;
  return error.message || code || (inner instanceof Error ? inner.message : error.name);
}

/** One {@link Delivery} per host and port: the three signals usually go to one collector, whose absence is said once. */
export class Deliveries {
  readonly #env: Env;
  readonly #known = new Map<string, Delivery>();

  constructor(env: Env) {
    this.#env = env;
  }

  to(target: string): Delivery {
    const origin = URL.canParse(target) ? new URL(target).origin : target;
    const delivery = this.#known.get(origin) ?? new Delivery(origin, this.#env);
    this.#known.set(origin, delivery);
    return delivery;
  }
}

/** An exporter that does not try in vain, and whose failures are said once. What cannot be delivered is dropped: nothing piles up. */
export function quiet<Batch, Kind extends Exporter<Batch>>(exporter: Kind, delivery: Delivery): Kind {
  const original = exporter.export.bind(exporter);
  exporter.export = (batch, done) => {
    const finish = (result: ExportResult): void => {
      if (result.code === 0) delivery.delivered();
      else delivery.failed(result.error);
      done(result);
    };
    const attempt = async (): Promise<void> => {
      const error = await delivery.obstacle();
      if (error === undefined) original(batch, finish);
      else finish({ code: 1, error });
    };
    void attempt();
  };
  return exporter;
}
