/** The `tail_sampling` stage with traces that wait, against keeping their spans in memory. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench, BenchRow } from "./bench.ts";

const run = promisify(execFile);
const spansPerTrace = 5;
const traces = Number(process.env["GENSCOPE_BENCH_TRACES"] ?? 50_000);
const promptBytes = 50_000;
const script = join(import.meta.dirname, "tail-sampling-process.ts");

export interface TailSamplingResult {
  readonly putOut: number;
  /** With all traces waiting. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Decisions and putting out included. */
  readonly endPeakBytes: number;
  readonly cpuSeconds: number;
}

async function inProcess(...parameters: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ["--conditions=@genscope/source", script, ...parameters], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Both contenders on one journal of `count` traces. */
export async function measureTailSampling(
  count: number,
  bytesOfPrompt: number,
): Promise<Readonly<Record<"stage" | "memory", TailSamplingResult>>> {
  const dir = mkdtempSync(join(tmpdir(), "genscope-bench-"));
  try {
    await inProcess("fill", dir, String(count), String(bytesOfPrompt));
    const stage = JSON.parse(await inProcess("stage", dir, String(count))) as TailSamplingResult;
    const memory = JSON.parse(await inProcess("memory", dir, String(count))) as TailSamplingResult;
    return { stage, memory };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2).toLocaleString("en")} MiB`;
}

function rows(
  what: string,
  count: number,
  { stage, memory }: Awaited<ReturnType<typeof measureTailSampling>>,
): BenchRow[] {
  const rate = (one: TailSamplingResult): number => (count * spansPerTrace) / one.cpuSeconds;
  const perSecond = (one: TailSamplingResult): string => `${Math.round(rate(one)).toLocaleString("en")} spans/CPU-s`;
  return [
    {
      what: `resident memory with ${count.toLocaleString("en")} traces waiting, ${what}`,
      value: mebibytes(stage.residentBytes),
      against: `spans in memory: ${mebibytes(memory.residentBytes)}`,
      ratio: memory.residentBytes / stage.residentBytes,
    },
    {
      what: `its highest, decisions included, ${what}`,
      value: mebibytes(stage.endPeakBytes),
      against: `spans in memory: ${mebibytes(memory.endPeakBytes)}`,
      ratio: memory.endPeakBytes / stage.endPeakBytes,
    },
    {
      what: `spans read, decided and put out, ${what}`,
      value: perSecond(stage),
      against: `spans in memory: ${perSecond(memory)}`,
      ratio: rate(stage) / rate(memory),
    },
  ];
}

export const bench: Bench = {
  title: "Tail sampling",
  method:
    "Traces of five spans, each span in a request of its own with those of other traces, are read from a journal until all wait, then decided by two policies (errors, 10 %), and what is kept " +
    "is put out into another journal. Against it, what one would write first: the bytes of each trace's spans in a map, nothing that survives a kill. Each contender in a process of its own, on the same " +
    "journal; a bare Node process with the same modules has about 150 MiB.",
  async run(log) {
    log(`${traces} traces of small spans`);
    const small = rows("small spans", traces, await measureTailSampling(traces, 0));
    log(`${traces} traces with a prompt of 50 kB each`);
    const large = rows("a prompt of 50 kB in each", traces, await measureTailSampling(traces, promptBytes));
    return [...small, ...large];
  },
};
