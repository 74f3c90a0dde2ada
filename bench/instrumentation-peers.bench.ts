/** What tracing a call to a model costs the application, against the other instrumentations of the `openai` package. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench, BenchRow } from "./bench.ts";

const rounds = 3;
const peers = {
  opentelemetry: "@opentelemetry/instrumentation-openai 0.22",
  traceloop: "@traceloop/instrumentation-openai 0.27",
  openinference: "@arizeai/openinference-instrumentation-openai 4.2",
} as const;
const contenders = ["none", "genscope", ...(Object.keys(peers) as (keyof typeof peers)[])] as const;
type Contender = (typeof contenders)[number];

const run = promisify(execFile);

interface Cost {
  readonly microseconds: number;
  readonly spans: number;
  readonly expected: number;
}

async function measure(contender: Contender, mode: string, content: string): Promise<Cost> {
  const script = join(import.meta.dirname, "peers/call-cost.cts");
  const args = ["--conditions=@genscope/source", "--no-warnings", script, contender, mode, content];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout) as Cost;
}

export const bench: Bench = {
  title: "Instrumentation against others",
  method: `CPU time of a chat call of openai 6.49 whose fetch answers at once, above that of the call without instrumentation; spans go to a processor that drops them. Each contender in a process of its own, taking turns ${rounds} times, the lowest of each. The ratio is that of the cheapest peer that recorded every call.`,
  async run(log) {
    const rows: BenchRow[] = [];
    for (const mode of ["plain", "stream"] as const) {
      for (const content of ["off", "on"] as const) {
        const best = new Map<Contender, Cost>();
        for (let round = 0; round < rounds; round++) {
          for (const contender of contenders) {
            const cost = await measure(contender, mode, content);
            if (cost.microseconds < (best.get(contender)?.microseconds ?? Number.POSITIVE_INFINITY))
              best.set(contender, cost);
          }
        }
        const base = best.get("none")!.microseconds;
        const added = (contender: Contender): number => best.get(contender)!.microseconds - base;
        const names = Object.keys(peers) as (keyof typeof peers)[];
        const complete = names.filter((name) => best.get(name)!.spans === best.get(name)!.expected);
        const cheapest = complete.toSorted((a, b) => added(a) - added(b))[0];
        for (const name of contenders) {
          const { microseconds, spans, expected } = best.get(name)!;
          log(`${mode}, content ${content}: ${name} ${microseconds.toFixed(1)} µs, ${spans}/${expected} spans`);
        }
        rows.push({
          what: `${mode === "plain" ? "chat" : "streamed chat"}, content ${content}; the call itself ${base.toFixed(0)} µs`,
          value: `+${added("genscope").toFixed(0)} µs`,
          against: names
            .map(
              (name) => `${peers[name]} ${complete.includes(name) ? `+${added(name).toFixed(0)} µs` : "missed calls"}`,
            )
            .join(", "),
          ...(cheapest === undefined ? {} : { ratio: added(cheapest) / added("genscope") }),
          target: "half of the best",
        });
      }
    }
    return rows;
  },
};
