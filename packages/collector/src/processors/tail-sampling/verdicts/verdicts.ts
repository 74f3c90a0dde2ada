import { join } from "node:path";
import type { TraceView } from "@genscope/otlp";
import { type VerdictLabel, VerdictLabels } from "./verdict-labels.ts";
import { VerdictLog } from "./verdict-log.ts";
import { encodeVerdicts, notKept, type Verdict, type VerdictBatch } from "./verdict-record.ts";
import { VerdictTable } from "./verdict-table.ts";

export interface VerdictsOptions {
  readonly dir: string;
  /** Traces that are remembered to have been kept, and not. */
  readonly mostKept: number;
  readonly mostNotKept: number;
  readonly warn: (message: string) => void;
}

/** Which of the two, and when. */
export interface Recalled {
  readonly isKept: boolean;
  /** Of a kept one. */
  readonly label: number;
  readonly atMs: number;
}

/** What was decided about the last traces. Durable before it is acted upon. */
export class Verdicts implements AsyncDisposable {
  readonly labels: VerdictLabels = new VerdictLabels();
  readonly #kept: VerdictTable;
  readonly #notKept: VerdictTable;
  /** One each: what is remembered of the one must not hold what is forgotten of the other. */
  #keptLog!: VerdictLog;
  #notKeptLog!: VerdictLog;

  private constructor({ mostKept, mostNotKept }: VerdictsOptions) {
    this.#kept = new VerdictTable(mostKept);
    this.#notKept = new VerdictTable(mostNotKept);
  }

  static async open(options: VerdictsOptions): Promise<Verdicts> {
    const { dir, mostKept, mostNotKept, warn } = options;
    const verdicts = new Verdicts(options);
    const remember = (verdict: Verdict, atMs: number): void => verdicts.#remember(verdict, atMs);
    await using opened = new AsyncDisposableStack();
    verdicts.#keptLog = opened.use(await VerdictLog.open(join(dir, "kept"), mostKept, warn, remember));
    verdicts.#notKeptLog = opened.use(await VerdictLog.open(join(dir, "not-kept"), mostNotKept, warn, remember));
    opened.move();
    return verdicts;
  }

  recall(bytes: Uint8Array, traceId: number): Recalled | undefined {
    const kept = this.#kept.find(bytes, traceId);
    if (kept !== -1) return { isKept: true, label: this.#kept.labelOf(kept), atMs: this.#kept.atMsOf(kept) };
    const left = this.#notKept.find(bytes, traceId);
    return left === -1 ? undefined : { isKept: false, label: notKept, atMs: this.#notKept.atMsOf(left) };
  }

  /** Resolves once they are durable. Rejects if `signal` aborts before they can be. */
  async add(batch: VerdictBatch, atMs: number, signal: AbortSignal): Promise<void> {
    const { count, keptCount, ids } = batch;
    await Promise.all([
      keptCount > 0 && this.#keptLog.append(encodeVerdicts(batch, true, this.labels), keptCount, atMs, signal),
      keptCount < count &&
        this.#notKeptLog.append(encodeVerdicts(batch, false, this.labels), count - keptCount, atMs, signal),
    ]);
    for (let verdict = 0; verdict < count; verdict++) {
      const label = batch.labelOf(verdict);
      if (label === notKept) this.#notKept.add(ids, verdict * 16, 0, atMs);
      else this.#kept.add(ids, verdict * 16, label, atMs);
    }
  }

  /** What was put out was kept, even where nothing else is known of it any more. */
  restore({ bytes, spans }: TraceView, row: number, label: VerdictLabel, nowMs: number): void {
    const traceId = spans.traceIdOffset[row]!;
    if (traceId === -1 || this.#kept.find(bytes, traceId) !== -1) return;
    this.#kept.add(bytes, traceId, this.labels.numberOf(label), nowMs, false);
  }

  #remember({ traceId, label }: Verdict, atMs: number): void {
    if (label === undefined) this.#notKept.add(traceId, 0, 0, atMs);
    else this.#kept.add(traceId, 0, this.labels.numberOf(label), atMs);
  }

  /** Lets go, on disk, of what is not remembered any more. */
  async settle(): Promise<void> {
    await this.#keptLog.forgetBefore(this.#kept.forgotten);
    await this.#notKeptLog.forgetBefore(this.#notKept.forgotten);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keptLog[Symbol.asyncDispose]();
    await this.#notKeptLog[Symbol.asyncDispose]();
  }
}
