import { setTimeout as sleep } from "node:timers/promises";
import { JournalError, type Position } from "@genscope/journal";
import { indexMetrics, readFixed64, Signal } from "@genscope/otlp";
import { ProtoWriter } from "@genscope/otlp/proto";
import { createIndexer, internalLimits } from "../graph/index-request.ts";
import type { CountedRequest } from "../graph/split-request.ts";
import type { Output, Stage, StageContext } from "../graph/stage.ts";
import { Turns } from "../graph/turns.ts";
import type { Meter } from "./meter.ts";
import { readState, type SavedState, saveState } from "./state-file.ts";
import { StateReader } from "./state-reader.ts";

export interface MeterStageOptions {
  readonly meter: Meter;
  readonly context: StageContext;
  readonly outputs: readonly Output[];
  /** Between two collections. */
  readonly flushIntervalMs: number;
}

const readBytes = 4 * 1024 * 1024;
/** What is read is kept in the input's journal until the state is saved: not later than after this much. */
const checkpointBytes = 64 * 1024 * 1024;
const retryMs = 1_000;

/**
 * Runs a meter over a journal so that a kill at any moment neither loses nor doubles what it counts: the state is saved with the position it was read up to,
 * then what it says is put out, then the input is committed. A later run goes on from the state (docs/adr/0018).
 */
export async function createMeterStage(options: MeterStageOptions): Promise<Stage> {
  const { meter, context } = options;
  const saved = await readState(context.stateDir);
  const known = saved === "damaged" ? undefined : saved;
  const { committed, note = "", endPosition } = context.input;
  if (saved === "damaged" || (known === undefined && note !== "")) {
    context.warn("the state of its counters is lost: they start again from 0");
  }
  const isOurs =
    known !== undefined &&
    (note === known.note || note === known.before) &&
    known.position >= committed &&
    known.position <= endPosition;
  if (known !== undefined && known.identity === meter.identity) meter.load(new StateReader(known.body));
  else if (known !== undefined) context.warn("its configuration makes other series than before: they start from 0");
  return new MeterStage(options, isOurs ? known : undefined, note, known?.collectedMs ?? 0);
}

class MeterStage implements Stage {
  readonly #options: MeterStageOptions;
  readonly #index: ReturnType<typeof createIndexer>;
  readonly #turns = new Turns();
  #position: Position;
  #savedPosition: Position;
  #note: string;
  #lastMs: number;
  #unfinished: SavedState | undefined;
  #unsavedBytes = 0;

  constructor(options: MeterStageOptions, resumed: SavedState | undefined, note: string, lastMs: number) {
    this.#options = options;
    const { recent } = options.context;
    this.#index = createIndexer(internalLimits, (bytes, limits) => recent.of(bytes, limits));
    this.#position = resumed?.position ?? options.context.input.committed;
    this.#savedPosition = this.#position;
    this.#note = note;
    this.#lastMs = lastMs;
    if (resumed !== undefined && resumed.note !== note) this.#unfinished = resumed;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { context } = this.#options;
    const { input, now } = context;
    // an interval of nothing still leaves time to read
    const flushIntervalMs = Math.max(1, this.#options.flushIntervalMs);
    try {
      await this.#finishCollection();
      let dueMs = now() + flushIntervalMs;
      while (!signal.aborted) {
        const waitMs = dueMs - now();
        if (waitMs <= 0) {
          await this.#flush(signal);
          dueMs = now() + flushIntervalMs;
          continue;
        }
        const records = await input.read({ from: this.#position, maxBytes: readBytes, waitMs, signal });
        this.#turns.begin();
        for (const { signal: kind, payload, receivedAtMs, nextPosition } of records) {
          await this.#turns.next();
          this.#options.meter.consume(this.#index(kind as Signal, payload), receivedAtMs);
          this.#position = nextPosition;
          this.#unsavedBytes += payload.length;
        }
        if (this.#unsavedBytes >= checkpointBytes) await this.#checkpoint(signal);
        await this.#turns.pause(records.length);
      }
      await this.#flush(signal);
    } catch (error) {
      const isOver = signal.aborted || (error instanceof JournalError && error.code === "closed");
      if (!isOver) throw error;
    }
  }

  /** What a run before this one had collected and perhaps not put out. */
  async #finishCollection(): Promise<void> {
    const unfinished = this.#unfinished;
    if (unfinished === undefined) return;
    const { meter, outputs } = this.#options;
    for (const [index, output] of outputs.entries()) {
      const from = unfinished.outputEnds[index] ?? output.own.endPosition;
      const done = meter.repeating === "once" ? await timesSince(output, from) : new Set<bigint>();
      for (const one of unfinished.outgoing) {
        if (!done.has(timeOf(one))) await output.append(Signal.metrics, one.request, one.itemCount);
      }
    }
    await this.#commit(unfinished.note);
  }

  async #flush(signal: AbortSignal): Promise<void> {
    const { meter, context, outputs } = this.#options;
    const timeMs = Math.max(context.now(), this.#lastMs + 1);
    this.#lastMs = timeMs;
    const requests = meter.collect(timeMs);
    const isAnew = meter.repeating === "anew";
    const note = await this.#save(isAnew ? [] : requests, signal);
    if (note === undefined && !isAnew && requests.length > 0) return;
    for (const output of outputs) {
      for (const { request, itemCount } of requests) await output.append(Signal.metrics, request, itemCount);
    }
    if (note !== undefined) await this.#commit(note);
    else await this.#commitOwn();
  }

  async #checkpoint(signal: AbortSignal): Promise<void> {
    // what is to be put out once is in no state
    if (this.#options.meter.repeating === "again") return this.#flush(signal);
    const note = await this.#save([], signal);
    if (note !== undefined) await this.#commit(note);
  }

  /** The state's note; `undefined` if there is nothing new to save, or the collector stops while it cannot be saved. */
  async #save(outgoing: readonly CountedRequest[], signal: AbortSignal): Promise<string | undefined> {
    if (this.#position === this.#savedPosition && outgoing.length === 0) return undefined;
    const { meter, context, outputs } = this.#options;
    const out = new ProtoWriter(64 * 1024);
    meter.save(out);
    const note = String(Number(this.#note) + 1);
    const state: SavedState = {
      note,
      before: this.#note,
      position: this.#position,
      identity: meter.identity,
      collectedMs: this.#lastMs,
      outgoing,
      outputEnds: outputs.map(({ own }) => own.endPosition),
      body: out.finish(),
    };
    for (;;) {
      try {
        await saveState(context.stateDir, state);
        this.#savedPosition = this.#position;
        this.#unsavedBytes = 0;
        return note;
      } catch (error) {
        context.warn(`cannot save its state, and puts nothing out until it can: ${(error as Error).message}`);
        if (signal.aborted) return undefined;
        await sleep(retryMs, undefined, { signal });
      }
    }
  }

  async #commit(note: string): Promise<void> {
    this.#note = note;
    this.#unfinished = undefined;
    await this.#options.context.input.commit(this.#savedPosition, note);
    await this.#commitOwn();
  }

  async #commitOwn(): Promise<void> {
    for (const { own } of this.#options.outputs) await own.commit(own.endPosition);
  }
}

function timeOf({ request }: CountedRequest): bigint {
  const view = indexMetrics(request, internalLimits);
  return readFixed64(view, view.points.timeOffset[0]!);
}

/** The times of points that stand in an output's journal from a position on. */
async function timesSince({ own }: Output, from: Position): Promise<ReadonlySet<bigint>> {
  const times = new Set<bigint>();
  for (let at = Math.max(from, own.committed); ;) {
    const records = await own.read({ from: at, waitMs: 0 });
    if (records.length === 0) return times;
    for (const { payload, nextPosition } of records) {
      const view = indexMetrics(payload, internalLimits);
      for (let point = 0; point < view.points.count; point++)
        times.add(readFixed64(view, view.points.timeOffset[point]!));
      at = nextPosition;
    }
  }
}
