/** What questions cost at 1 M and at 10 M spans, each against the same question without what makes it fast. */
import { setTimeout as delay } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { aTraceRequest, createSpanGenerator } from "@genscope/otlp/testing";
import { listTraces, spanDetail, traceFacets, traceSkeleton } from "@genscope/store/queries";
import { openTestStore } from "@genscope/store/testing";
import type { TestStore } from "@genscope/store/testing";
import type { Bench, BenchRow } from "./bench.ts";

const sizes = (process.env["GENSCOPE_BENCH_MILLIONS"] ?? "1,10").split(",").map(Number);
const spansPerRequest = 1_000;
const spansPerSlice = 50_000;
const dayNano = 86_400_000_000_000n;
const now = BigInt(Date.now()) * 1_000_000n;
const rounds = 9;
/** A span that a search is to find: one in each slice. */
const rare = { traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174" };

interface Question {
  readonly what: string;
  readonly target?: string;
  /** Asked for something else in each round: the engine remembers which granules a condition did not match. */
  readonly ask: (round: number) => Promise<unknown>;
  readonly against?: string;
  readonly askPeer?: (round: number) => Promise<unknown>;
}

/** Median of several answers, in milliseconds. */
async function median(ask: (round: number) => Promise<unknown>, count = rounds): Promise<number> {
  const times: number[] = [];
  await ask(0);
  for (let round = 1; round <= count; round++) {
    const begun = performance.now();
    await ask(round);
    times.push(performance.now() - begun);
  }
  return times.toSorted((a, b) => a - b)[count >> 1]!;
}

function rareTraceId(slice: number): string {
  return rare.traceId.slice(0, 24) + slice.toString(16).padStart(8, "0");
}

function rareRequest(slice: number, startTime: bigint): Uint8Array {
  return aTraceRequest({
    resource: { "service.name": "orders" },
    spans: [
      {
        traceId: rareTraceId(slice),
        spanId: rare.spanId,
        name: "chat gpt-4o",
        startTime,
        endTime: startTime + 1_000_000n,
        attributes: { "gen_ai.request.model": "gpt-4o", "app.order": `order-${slice}`, note: `needle${slice} in hay` },
      },
    ],
  });
}

/** Fills the store up to `spans`, spread over a day, oldest first. */
async function fill(test: TestStore, from: number, to: number, total: number): Promise<void> {
  for (let at = from; at < to; at += spansPerSlice) {
    const slice = at / spansPerSlice;
    const startTime = now - dayNano + (dayNano * BigInt(at)) / BigInt(total);
    const generator = createSpanGenerator({ spansPerRequest, seed: slice + 1, startTime });
    await test.append(Signal.traces, rareRequest(slice, startTime));
    for (let i = 0; i < spansPerSlice; i += spansPerRequest) await test.append(Signal.traces, generator.next());
    while (test.loader.stats().lagBytes > 64 * 1024 * 1024) await delay(5);
  }
  await test.loader.drained();
}

/** Queries of a running system meet few parts: waits until the engine has merged what it wants to. */
async function settled(test: TestStore): Promise<void> {
  for (let quiet = 0; quiet < 10; quiet++) {
    await delay(200);
    const [row] = await test.rows<{ merges: string }>("SELECT count() AS merges FROM system.merges");
    if (row?.merges !== "0") quiet = 0;
  }
}

async function found(traces: Promise<{ traces: unknown[] }>): Promise<unknown> {
  const page = await traces;
  if (page.traces.length === 0) throw new Error("no traces found");
  return page;
}

function questions(test: TestStore, slices: number, toNano: bigint): Question[] {
  const { client } = test.store;
  const filter = { fromNano: now - dayNano, toNano };
  const list = { sort: "start", order: "desc", limit: 50 } as const;
  /** A slice for each round, some way into the data. */
  const sliceOf = (round: number): number => (round * 7) % slices;
  const rareId = (round: number): string => rareTraceId(sliceOf(round));
  const generatedIds = Array.from({ length: rounds + 1 }, (_, round) =>
    createSpanGenerator({ spansPerRequest, seed: sliceOf(round) + 1 }).ids(500),
  );
  const sql =
    (query: (round: number) => string) =>
    async (round: number): Promise<unknown> => {
      const rows = await test.rows(query(round));
      if (rows.length === 0) throw new Error(`no rows: ${query(round)}`);
      return rows;
    };
  const range = `start_unix_nano >= ${filter.fromNano} AND start_unix_nano < ${filter.toNano}`;
  return [
    {
      what: "list, first page of 50, newest first",
      target: "100 ms",
      ask: () => found(listTraces(client, { ...list, filter })),
      against: "grouping the spans",
      askPeer: sql(
        () =>
          `SELECT trace_id, min(start_unix_nano) AS started, max(end_unix_nano), count(), argMin(name, start_unix_nano), sum(input_tokens) FROM spans WHERE ${range} GROUP BY trace_id ORDER BY started DESC LIMIT 50`,
      ),
    },
    { what: "list, slowest first", ask: () => found(listTraces(client, { ...list, sort: "duration", filter })) },
    {
      what: "list, with errors",
      ask: () => found(listTraces(client, { ...list, filter: { ...filter, status: "error" } })),
    },
    {
      what: "list, by model",
      ask: () => found(listTraces(client, { ...list, filter: { ...filter, model: ["gpt-4o"] } })),
    },
    {
      what: "search, an attribute's value",
      target: "200 ms",
      ask: (round) =>
        found(listTraces(client, { ...list, filter: { ...filter, attribute: [`app.order=order-${sliceOf(round)}`] } })),
      against: "reading the maps",
      askPeer: sql(
        (round) =>
          `SELECT DISTINCT trace_id FROM spans WHERE ${range} AND string_attributes['app.order'] = 'order-${sliceOf(round)}'`,
      ),
    },
    {
      what: "search, a word anywhere",
      ask: (round) => found(listTraces(client, { ...list, filter: { ...filter, q: `needle${sliceOf(round)}` } })),
    },
    {
      what: "trace by id, its page's skeleton",
      target: "30 ms",
      ask: async (round) => {
        if ((await traceSkeleton(client, generatedIds[round]!.traceId)) === undefined) throw new Error("no such trace");
      },
      against: "the same rows without the table of windows",
      askPeer: sql(
        (round) =>
          `SELECT * EXCEPT journal_position FROM spans WHERE trace_id = unhex('${generatedIds[round]!.traceId}')`,
      ),
    },
    {
      what: "one span with everything it has",
      ask: async (round) => {
        const { traceId, spanId } = generatedIds[round]!;
        if ((await spanDetail(client, traceId, spanId)) === undefined) throw new Error("no such span");
      },
    },
    {
      what: "trace by id, found through the search field",
      ask: (round) => found(listTraces(client, { ...list, filter: { ...filter, q: rareId(round) } })),
    },
    {
      what: "aggregate, calls and tokens by model",
      ask: sql(() => "SELECT model, count(), sum(input_tokens), sum(output_tokens) FROM spans GROUP BY model"),
      against: "the same from the attribute maps",
      askPeer: sql(
        () =>
          "SELECT string_attributes['gen_ai.request.model'] AS model, count(), sum(int_attributes['gen_ai.usage.input_tokens']), sum(int_attributes['gen_ai.usage.output_tokens']) FROM spans GROUP BY model",
      ),
    },
    {
      what: "facets with counts and histogram, an hour",
      ask: () => traceFacets(client, { ...filter, fromNano: toNano - dayNano / 24n }),
    },
    { what: "facets with counts and histogram, the whole day", ask: () => traceFacets(client, filter) },
  ];
}

export const bench: Bench = {
  title: "Queries",
  method:
    "Medians of nine answers through the engine's HTTP interface, after its merges came to rest, each for something not asked for before. Spans of about 260 bytes with the attributes of a chat call, ten to a trace, spread over a day; " +
    "one span in 50,000 has the attribute and the word that are searched for. A ratio compares with the same question asked without the table or index made for it.",
  async run(log) {
    await using test = await openTestStore();
    const rows: BenchRow[] = [];
    let filled = 0;
    for (const size of sizes) {
      const total = size * 1_000_000;
      await fill(test, filled, total, sizes.at(-1)! * 1_000_000);
      filled = total;
      await settled(test);
      const toNano = now - dayNano + (dayNano * BigInt(total)) / BigInt(sizes.at(-1)! * 1_000_000) + 1_000_000_000n;
      for (const { what, target, ask, against, askPeer } of questions(test, total / spansPerSlice, toNano)) {
        const ms = await median(ask);
        const peerMs = askPeer === undefined ? undefined : await median(askPeer, 3);
        log(
          `${size} M: ${what}: ${ms.toFixed(0)} ms${peerMs === undefined ? "" : ` (${against}: ${peerMs.toFixed(0)} ms)`}`,
        );
        rows.push({
          what: `${what}, ${size} M spans`,
          value: `${ms.toFixed(ms < 10 ? 1 : 0)} ms`,
          ...(target === undefined || size < 10 ? {} : { target: `under ${target}` }),
          ...(peerMs === undefined ? {} : { against: `${against}, ${peerMs.toFixed(0)} ms`, ratio: peerMs / ms }),
        });
      }
    }
    return rows;
  },
};
