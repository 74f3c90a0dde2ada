import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { indexTraces, readHex } from "@genscope/otlp";
import { createGrpcReceiver, listen, type Receiver } from "@genscope/otlp/receiver";
import { readWriteRequest, type WrittenSeries } from "../../packages/collector/src/testing/remote-write-target.ts";
import { freePort } from "./free-port.ts";
import { numberOf, spansPerTrace } from "./numbered-traces.ts";

/** An OTLP and a remote-write target that can be slow or not be there, at addresses that stay. They keep what came, not how it looked. */
export class FailingTargets implements AsyncDisposable {
  readonly #otlpPort: number;
  readonly #writePort: number;
  #otlp: Receiver | undefined;
  #write: Server | undefined;
  answerAfterMs = 0;
  /** Requests taken. */
  requests = 0;
  arrivedTwice = 0;
  /** Spans whose request was answered with OK. */
  spansTaken = 0;
  /** By number of the trace: a bit for every span that came. */
  readonly #parts = new Map<number, number>();
  /** By name and labels: the last value. */
  readonly #values = new Map<string, Map<string, number>>();

  private constructor(otlpPort: number, writePort: number) {
    this.#otlpPort = otlpPort;
    this.#writePort = writePort;
  }

  static async start(): Promise<FailingTargets> {
    const targets = new FailingTargets(await freePort(), await freePort());
    await targets.up();
    return targets;
  }

  get otlpUrl(): string {
    return `http://127.0.0.1:${this.#otlpPort}`;
  }

  get writeUrl(): string {
    return `http://127.0.0.1:${this.#writePort}/api/v1/write`;
  }

  async up(): Promise<void> {
    this.#otlp = await createGrpcReceiver({
      port: this.#otlpPort,
      sink: async ({ body }) => {
        await sleep(this.answerAfterMs);
        this.requests++;
        this.#takeSpans(body);
        return { accepted: 1, rejected: 0, message: "" };
      },
    });
    this.#write = createServer(async (incoming, response) => {
      const { series } = await readWriteRequest(incoming);
      await sleep(this.answerAfterMs);
      this.requests++;
      for (const one of series) this.#takeSeries(one);
      response.writeHead(204).end();
    });
    await listen(this.#write, "127.0.0.1", this.#writePort);
  }

  /** What is on its way is lost with its connection. */
  async down(): Promise<void> {
    this.#write?.closeAllConnections();
    this.#write?.close();
    await this.#otlp?.close({ graceMs: 0 });
    this.#otlp = this.#write = undefined;
  }

  #takeSpans(body: Uint8Array): void {
    const view = indexTraces(body);
    const { spans } = view;
    this.spansTaken += spans.count;
    for (let row = 0; row < spans.count; row++) {
      const { trace, part } = numberOf(readHex(view, spans.spanIdOffset[row]!, 8));
      const parts = this.#parts.get(trace) ?? 0;
      if ((parts & (1 << part)) !== 0) this.arrivedTwice++;
      this.#parts.set(trace, parts | (1 << part));
    }
  }

  #takeSeries({ labels, samples }: WrittenSeries): void {
    const name = labels["__name__"]!;
    const values = this.#values.get(name) ?? new Map<string, number>();
    this.#values.set(name, values);
    for (const [value] of samples) if (value !== "stale") values.set(JSON.stringify(labels), value);
  }

  isWhole(trace: number): boolean {
    return this.#parts.get(trace) === (1 << spansPerTrace) - 1;
  }

  arrived(): number[] {
    return [...this.#parts.keys()];
  }

  /** Over all series of a counter, what they were last. */
  sumOf(name: string): number {
    return [...(this.#values.get(name)?.values() ?? [])].reduce((sum, value) => sum + value, 0);
  }

  forgetCounts(): void {
    this.spansTaken = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }
}
