import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "@genscope/journal";
import type { Journal } from "@genscope/journal";
import { indexLogs, indexMetrics, indexTraces, Signal } from "@genscope/otlp";
import { createLoader } from "../loader/create-loader.ts";
import { openStore } from "../open-store.ts";
import type { Loader, Store, StoreOptions } from "../store.ts";

/** A real store with journal and loader, in a directory of its own that disposing removes. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly loader: Loader;
  readonly journal: Journal;
  readonly dir: string;
  /** Appends an OTLP protobuf request to the journal; it is stored once `loader.drained()` resolves. */
  append(signal: Signal, request: Uint8Array, receivedAtMs?: number): Promise<void>;
  /** Appends, and waits until it is stored. */
  load(signal: Signal, request: Uint8Array, receivedAtMs?: number): Promise<void>;
  /** Ends the loader and starts another, as a restart does. */
  restartLoader(): Promise<void>;
  /** Rows of a query, bigints as strings. */
  rows<Row = Record<string, unknown>>(query: string): Promise<Row[]>;
}

function itemCount(signal: Signal, request: Uint8Array): number {
  if (signal === Signal.traces) return indexTraces(request).spans.count;
  return signal === Signal.logs ? indexLogs(request).logs.count : indexMetrics(request).points.count;
}

export async function openTestStore(options: Omit<StoreOptions, "dataDir"> = {}): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-store-"));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rm(dir, { recursive: true, force: true }));
  const journal = opened.use(await openJournal({ dir: join(dir, "journal") }));
  const store = opened.use(await openStore({ ...options, dataDir: join(dir, "store") }));
  const consumer = await journal.consumer("store");
  const newLoader = (): Loader => createLoader({ store, consumer, deadLetterDir: join(dir, "dead-letter") });
  let loader = newLoader();
  opened.defer(() => loader[Symbol.asyncDispose]());
  await store.ready();
  const held = opened.move();

  async function append(signal: Signal, payload: Uint8Array, receivedAtMs = Date.now()): Promise<void> {
    await journal.append({ signal, itemCount: itemCount(signal, payload), receivedAtMs, payload });
  }

  return {
    store,
    get loader() {
      return loader;
    },
    journal,
    dir,
    append,
    async load(signal, request, receivedAtMs) {
      await append(signal, request, receivedAtMs);
      await loader.drained();
    },
    async restartLoader() {
      await loader[Symbol.asyncDispose]();
      loader = newLoader();
    },
    async rows<Row>(query: string) {
      const answer = await store.client.query({ query, format: "JSONEachRow", clickhouse_settings: { readonly: "1" } });
      return answer.json<Row>();
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
