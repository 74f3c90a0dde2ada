import type { TraceView } from "@genscope/otlp";
import { type VerdictLabel, VerdictLabels } from "./verdict-labels.ts";
import { VerdictLog } from "./verdict-log.ts";
import type { Verdict } from "./verdict-record.ts";
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
  #log!: VerdictLog;

  private constructor({ mostKept, mostNotKept }: VerdictsOptions) {
    this.#kept = new VerdictTable(mostKept);
    this.#notKept = new VerdictTable(mostNotKept);
  }

  static async open(options: VerdictsOptions): Promise<Verdicts> {
    const { dir, mostKept, mostNotKept, warn } = options;
    const verdicts = new Verdicts(options);
    verdicts.#log = await VerdictLog.open(dir, mostKept + mostNotKept, warn, (verdict, atMs) =>
      verdicts.#remember(verdict, atMs),
    );
    return verdicts;
  }

  recall(bytes: Uint8Array, traceId: number): Recalled | undefined {
    const kept = this.#kept.find(bytes, traceId);
    if (kept !== -1) return { isKept: true, label: this.#kept.labelOf(kept), atMs: this.#kept.atMsOf(kept) };
    const notKept = this.#notKept.find(bytes, traceId);
    return notKept === -1 ? undefined : { isKept: false, label: -1, atMs: this.#notKept.atMsOf(notKept) };
  }

  /** Resolves once they are durable. */
  async add(verdicts: readonly Verdict[], atMs: number): Promise<void> {
    await this.#log.append(verdicts, atMs);
    for (const verdict of verdicts) this.#remember(verdict, atMs);
  }

  /** What was put out was kept, even where nothing else is known of it any more. */
  restore({ bytes, spans }: TraceView, row: number, label: VerdictLabel, nowMs: number): void {
    const traceId = spans.traceIdOffset[row]!;
    if (traceId === -1 || this.#kept.find(bytes, traceId) !== -1) return;
    this.#kept.add(bytes, traceId, this.labels.numberOf(label), nowMs);
  }

  #remember({ traceId, label }: Verdict, atMs: number): void {
    if (label === undefined) this.#notKept.add(traceId, 0, 0, atMs);
    else this.#kept.add(traceId, 0, this.labels.numberOf(label), atMs);
  }

  /** Lets go, on disk, of what is not remembered any more. */
  async settle(): Promise<void> {
    await this.#log.forgetBefore(Math.min(this.#kept.oldestMs, this.#notKept.oldestMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log[Symbol.asyncDispose]();
  }
}
