import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "@genscope/journal";
import type { Journal } from "@genscope/journal";
import type { Bench, BenchRow } from "./bench.ts";

type Append = (payload: Uint8Array) => Promise<unknown>;

interface Rate {
  readonly appendsPerSecond: number;
  readonly megabytesPerSecond: number;
}

/** Appends `count` payloads with `inFlight` of them under way at any time. */
async function rate(append: Append, payload: Uint8Array, count: number, inFlight: number): Promise<Rate> {
  const begun = performance.now();
  let left = count;
  const sender = async (): Promise<void> => {
    while (left-- > 0) await append(payload);
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  const seconds = (performance.now() - begun) / 1000;
  return { appendsPerSecond: count / seconds, megabytesPerSecond: (count * payload.byteLength) / seconds / 1e6 };
}

async function withJournal(durability: "process" | "disk", use: (journal: Journal) => Promise<Rate>): Promise<Rate> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-bench-"));
  try {
    await using journal = await openJournal({ dir, maxBytes: 8 * 1024 ** 3, segmentBytes: 64 * 1024 ** 2, durability });
    return await use(journal);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What the journal is compared with: one write for each record, without header or checksum; synced each time or, as the journal does it, once a second. */
async function withFile(sync: boolean, use: (append: Append) => Promise<Rate>): Promise<Rate> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-bench-"));
  const file = await open(join(dir, "log"), "w");
  let last: Promise<void> = Promise.resolve();
  async function append(payload: Uint8Array, turn: Promise<void>): Promise<void> {
    await turn;
    await file.write(payload);
    if (sync) await file.datasync();
  }
  const timer = sync ? undefined : setInterval(() => void file.datasync(), 1000);
  try {
    return await use((payload) => (last = append(payload, last)));
  } finally {
    clearInterval(timer);
    await file.close();
    await rm(dir, { recursive: true, force: true });
  }
}

function median(rates: readonly Rate[]): Rate {
  return rates.toSorted((a, b) => a.appendsPerSecond - b.appendsPerSecond)[Math.floor(rates.length / 2)]!;
}

function inWords({ appendsPerSecond, megabytesPerSecond }: Rate): string {
  return `${Math.round(appendsPerSecond).toLocaleString("en")} appends/s, ${megabytesPerSecond.toFixed(megabytesPerSecond < 10 ? 1 : 0)} MB/s`;
}

async function readRate(): Promise<BenchRow> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-bench-"));
  try {
    await using journal = await openJournal({ dir, cacheBytes: 0 });
    const payload = new Uint8Array(64 * 1024).fill(7);
    for (let index = 0; index < 4096; index += 64) {
      await Promise.all(
        Array.from({ length: 64 }, () => journal.append({ signal: 1, itemCount: 1, receivedAtMs: 0, payload })),
      );
    }
    const consumer = await journal.consumer("bench");
    const begun = performance.now();
    let bytes = 0;
    for (;;) {
      const records = await consumer.read({ waitMs: 0 });
      if (records.length === 0) break;
      for (const record of records) bytes += record.payload.byteLength;
    }
    const megabytesPerSecond = bytes / (performance.now() - begun) / 1000;
    return {
      what: "read back from files, 64 KiB records, checksums verified",
      value: `${megabytesPerSecond.toFixed(0)} MB/s`,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const rounds = 5;
const cases = [
  { size: 260, count: 60_000, syncedCount: 2_000, inFlight: 64 },
  { size: 64 * 1024, count: 2_000, syncedCount: 600, inFlight: 64 },
] as const;

export const bench: Bench = {
  title: "Journal",
  method:
    "64 senders append records, each waiting for its own to be accepted before the next. The journal writes whatever arrived during a write " +
    "together, with header and checksum; the baselines write (and sync) each record by itself, without either. Median of five rounds, the two taking turns. Files in the system's " +
    "temporary directory.",
  async run(log) {
    const rows: BenchRow[] = [];
    for (const { size, count, syncedCount, inFlight } of cases) {
      const payload = new Uint8Array(size).fill(7);
      for (const [durability, times] of [
        ["process", count],
        ["disk", syncedCount],
      ] as const) {
        log(`${size} bytes, ${durability}`);
        const isSynced = durability === "disk";
        const record = { signal: 1, itemCount: 1, receivedAtMs: Date.now(), payload };
        const ours: Rate[] = [];
        const naive: Rate[] = [];
        for (let round = 0; round < rounds; round++) {
          ours.push(
            await withJournal(durability, (journal) => rate(() => journal.append(record), payload, times, inFlight)),
          );
          naive.push(await withFile(isSynced, (append) => rate(append, payload, times, inFlight)));
        }
        rows.push({
          what: `append ${size}-byte records, durability "${durability}"`,
          value: inWords(median(ours)),
          against: `one write${isSynced ? " and fdatasync" : ""} per record: ${inWords(median(naive))}`,
          ratio: median(ours).appendsPerSecond / median(naive).appendsPerSecond,
        });
      }
    }
    rows.push(await readRate());
    return rows;
  },
};
