import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import {
  type JournalConsumer,
  openJournal,
  type Position,
  type ReadOptions,
  type StoredRecord,
} from "@genscope/journal";
import { indexTraces, readAttributes, readHex, readString, Signal } from "@genscope/otlp";
import { aTraceRequest, type TraceRequestInit } from "@genscope/otlp/testing";
import type { ComponentType } from "../components.ts";
import { createChain } from "../graph/chain.ts";
import { createOutput } from "../graph/output.ts";
import type { Output, StatefulFactory } from "../graph/stage.ts";
import { RecentViews } from "../graph/recent-views.ts";
import { createTelemetry, type Telemetry } from "../graph/telemetry.ts";

/** A span as a stage put it out. */
export interface PutOutSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  /** Of its scope, in the shape of OTLP/JSON. */
  readonly scopeAttributes: Readonly<Record<string, unknown>>;
}

/** Time, and what was sent: the test's, over restarts. */
export interface StageWorld {
  nowMs: number;
  /** Where the last request that was sent is. */
  lastSent: Position;
}

export interface StageHarnessOptions {
  readonly dir: string;
  readonly world: StageWorld;
  readonly journalMaxBytes?: number;
  readonly isStrict?: boolean;
  /** In place of the output, as a process that is killed while it puts out has it. */
  readonly wrapOutput?: (output: Output) => Output;
}

/** A stage between two journals, on a clock of the test's. */
export interface RunningStage extends AsyncDisposable {
  /** Has it hear of requests by another signal, in the form it extracts. */
  tell(extracted: Uint8Array): Promise<void>;
  readonly telemetry: Telemetry;
  readonly warnings: readonly string[];
  readonly input: JournalConsumer;
  send(...requests: readonly TraceRequestInit[]): Promise<void>;
  /** All that was ever put out into these journals and is held. */
  putOut(): Promise<readonly PutOutSpan[]>;
  /** What requests were put out, as span ids. */
  requests(): Promise<readonly (readonly string[])[]>;
  counted(name: string, labels?: Readonly<Record<string, string>>): number;
  /** Whether it has handled all that was sent. */
  hasRead(): boolean;
}

export async function runStage<Config>(
  factory: StatefulFactory<Config>,
  component: ComponentType,
  config: unknown,
  {
    dir,
    world,
    isStrict = false,
    journalMaxBytes = 64 * 1024 * 1024,
    wrapOutput = (output) => output,
  }: StageHarnessOptions,
): Promise<RunningStage> {
  const id = component.type;
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const open = (name: string): ReturnType<typeof openJournal> =>
    openJournal({ dir: join(dir, name), maxBytes: journalMaxBytes, segmentBytes: 64 * 1024, onWarning: warn });
  const inputJournal = await open("input");
  const outputJournal = await open("output");
  const heardJournal = await open("heard");
  const heard = await heardJournal.consumer("stage");
  const input = await inputJournal.consumer("stage");
  const own = await outputJournal.consumer("own");
  const all = await outputJournal.consumer("all");
  const watched = watchReads(input);
  const telemetry = createTelemetry();
  const stopped = new AbortController();
  const output = wrapOutput(
    createOutput({
      id,
      chain: createChain([], telemetry),
      journal: outputJournal,
      own,
      telemetry,
      warn,
      stopped: stopped.signal,
    }),
  );
  const stateDir = join(dir, "state");
  await mkdir(stateDir, { recursive: true });
  const stage = await factory(component.config.parse(config) as Config, {
    id,
    pipeline: "traces",
    input: watched,
    heard,
    journalMaxBytes,
    output,
    stateDir,
    isStrict,
    now: () => world.nowMs,
    telemetry,
    recent: new RecentViews(),
    warn,
  });
  const abort = new AbortController();
  const running = stage.run(abort.signal);
  const records = (): ReturnType<JournalConsumer["read"]> => all.read({ from: all.committed, waitMs: 0 });
  return {
    telemetry,
    warnings,
    input,
    async send(...requests) {
      for (const request of requests) {
        world.lastSent = await inputJournal.append({
          signal: Signal.traces,
          itemCount: request.spans.length,
          receivedAtMs: world.nowMs,
          payload: aTraceRequest(request),
        });
      }
    },
    async tell(payload) {
      await heardJournal.append({ signal: Signal.logs, itemCount: 1, receivedAtMs: world.nowMs, payload });
    },
    async putOut() {
      return (await records()).flatMap(({ payload }) => spansOf(payload));
    },
    async requests() {
      return (await records()).map(({ payload }) => spansOf(payload).map(({ spanId }) => spanId));
    },
    counted: (name, labels = {}) =>
      telemetry
        .read()
        .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
        .reduce((sum, { value }) => sum + (typeof value === "number" ? value : 0), 0),
    hasRead: () => world.lastSent < Math.max(input.committed, watched.handled),
    async [Symbol.asyncDispose]() {
      abort.abort();
      stopped.abort();
      await running;
      await inputJournal[Symbol.asyncDispose]();
      await outputJournal[Symbol.asyncDispose]();
      await heardJournal[Symbol.asyncDispose]();
    },
  };
}

/** A reader asks for more when it has handled what it got. */
function watchReads(input: JournalConsumer): JournalConsumer & { readonly handled: Position } {
  let [got, handled] = [0, 0];
  return {
    name: input.name,
    get committed() {
      return input.committed;
    },
    get note() {
      return input.note;
    },
    get lagBytes() {
      return input.lagBytes;
    },
    get endPosition() {
      return input.endPosition;
    },
    get handled() {
      return handled;
    },
    async read(options?: ReadOptions): Promise<StoredRecord[]> {
      handled = got;
      const records = await input.read(options);
      got = records.at(-1)?.nextPosition ?? got;
      return records;
    },
    readAt: (position) => input.readAt(position),
    commit: (position, note) => input.commit(position, note),
  };
}

function spansOf(payload: Uint8Array): readonly PutOutSpan[] {
  const view = indexTraces(payload);
  const { spans, scopes } = view;
  return Array.from({ length: spans.count }, (_, row) => ({
    traceId: readHex(view, spans.traceIdOffset[row]!, 16),
    spanId: readHex(view, spans.spanIdOffset[row]!, 8),
    traceState: readString(view, spans.traceStateOffset[row]!, spans.traceStateLength[row]!),
    scopeAttributes: Object.fromEntries(
      readAttributes(view, scopes.firstAttribute[spans.scope[row]!]!).map(({ key, value }) => [
        key,
        Object.values(value)[0],
      ]),
    ),
  }));
}
