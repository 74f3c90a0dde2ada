/** What tracing a call to a model costs the application, against the other instrumentations of the `openai` package. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Bench, BenchRow } from "./bench.ts";

const peers = {
  opentelemetry: "@opentelemetry/instrumentation-openai 0.22",
  traceloop: "@traceloop/instrumentation-openai 0.27",
  openinference: "@arizeai/openinference-instrumentation-openai 4.2",
} as const;
type Peer = keyof typeof peers;
const peerNames = Object.keys(peers) as Peer[];
const contenders = ["none", "by-hand", "genscope", ...peerNames] as const;
type Contender = (typeof contenders)[number];

type Mode = "plain" | "stream" | "first";
type Content = "off" | "on";
/** What becomes of spans, see `peers/call-cost.cts`. */
type Fate = "dropped" | "sent" | "measured";

/** Each contender gets processes of its own several times: what the compiler makes of a program differs from one to the next. */
const generations: Readonly<Record<Mode, number>> = { plain: 2, stream: 2, first: 2 };
const callsPerWindow: Readonly<Record<Mode, number>> = { plain: 1000, stream: 200, first: 100 };
const windows = 30;
const warmUps = 20;
// as large for everybody from the start: when a process lets its own grow is chance, and worth a microsecond
const youngGeneration = ["--min-semi-space-size=16", "--max-semi-space-size=16"];

interface Window {
  readonly microseconds: number;
  readonly isComplete: boolean;
  readonly heapBytes: number;
}

/** Where somebody listens, which exporters may want to know before they send. */
let endpoint = "";

/** A contender's process, ready to be asked. */
class Calls implements Disposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(
    contender: Contender,
    mode: Mode,
    content: Content,
    fate: Fate,
    ...flags: string[]
  ): Promise<Calls> {
    const child = fork(join(import.meta.dirname, "peers/call-cost.cts"), [contender, mode, content, fate], {
      execArgv: ["--conditions=@genscope/source", "--no-warnings", ...youngGeneration, ...flags],
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        // nothing is dropped before it is sent
        OTEL_BSP_MAX_QUEUE_SIZE: "100000",
        OTEL_LOGS_EXPORTER: "none",
        ...(fate === "measured" ? {} : { OTEL_METRICS_EXPORTER: "none" }),
      },
    });
    await once(child, "message");
    return new Calls(child);
  }

  async measure(calls: number): Promise<Window> {
    this.#child.send(calls);
    const [window] = (await once(this.#child, "message")) as [Window];
    return window;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}

interface Cost {
  /** The least of all windows: other work on the machine only adds. */
  readonly microseconds: number;
  readonly isComplete: boolean;
}

/** All contenders, window by window in turn, in several generations of processes. */
async function compare(mode: Mode, content: Content, fate: Fate): Promise<ReadonlyMap<Contender, Cost>> {
  const costs = new Map<Contender, Cost>();
  const calls = callsPerWindow[mode];
  for (let generation = 0; generation < generations[mode]; generation++) {
    using processes = new DisposableStack();
    const running = new Map<Contender, Calls>();
    for (const contender of contenders) {
      const started = processes.use(await Calls.start(contender, mode, content, fate));
      for (let warmUp = 0; warmUp < warmUps; warmUp++) await started.measure(calls);
      running.set(contender, started);
    }
    for (let window = 0; window < windows; window++) {
      for (const [contender, process] of running) {
        const { microseconds, isComplete } = await process.measure(calls);
        const known = costs.get(contender);
        costs.set(contender, {
          microseconds: Math.min(known?.microseconds ?? Number.POSITIVE_INFINITY, microseconds),
          isComplete: isComplete && known?.isComplete !== false,
        });
      }
    }
  }
  return costs;
}

const titles: Readonly<Record<Mode, string>> = {
  plain: "chat",
  stream: "streamed chat",
  first: "time to a stream's first chunk",
};

const fates: Readonly<Record<Fate, string>> = {
  dropped: "the instrumentation alone, on the same SDK",
  sent: "recorded and sent",
  measured: "recorded and sent, metrics counted",
};

async function rowsOf(
  mode: Mode,
  content: Content,
  fate: Fate,
  log: (line: string) => void,
): Promise<readonly BenchRow[]> {
  const costs = await compare(mode, content, fate);
  const base = costs.get("none")!.microseconds;
  const added = (contender: Contender): number => costs.get(contender)!.microseconds - base;
  const shown = (contender: Contender): string => `+${added(contender).toFixed(1)} µs`;
  const complete = peerNames.filter((name) => costs.get(name)!.isComplete);
  const cheapest = complete.toSorted((a, b) => added(a) - added(b))[0];
  const ratio = (contender: Contender): { ratio?: number } =>
    cheapest === undefined ? {} : { ratio: added(cheapest) / added(contender) };
  for (const [name, { microseconds, isComplete }] of costs) {
    const missed = isComplete ? "" : ", missed calls";
    log(`${mode}, content ${content}, ${fate}: ${name} ${microseconds.toFixed(1)} µs${missed}`);
  }
  const what = `${titles[mode]}, content ${content}`;
  const against = peerNames
    .map((name) => `${peers[name]} ${complete.includes(name) ? shown(name) : "missed calls"}`)
    .join(", ");
  if (mode === "first") {
    const title = `${what}; without instrumentation ${base.toFixed(0)} µs`;
    return [{ what: title, value: shown("genscope"), against, target: "under 50 µs" }];
  }
  return [
    {
      what: `${what}: ${fates[fate]}; without instrumentation ${base.toFixed(0)} µs`,
      value: shown("genscope"),
      against: `${against}; by hand with OpenTelemetry's SDK ${shown("by-hand")}`,
      ...ratio("genscope"),
      ...(fate === "dropped" ? {} : { target: "half of the best" }),
    },
  ];
}

function megabytes({ heapBytes }: Window): string {
  return `${(heapBytes / 1e6).toFixed(1)} MB`;
}

/** The heap after a few calls, and after a million. */
async function memoryRow(): Promise<BenchRow> {
  using process = await Calls.start("genscope", "plain", "off", "sent", "--expose-gc");
  const before = await process.measure(10_000);
  const after = await process.measure(1_000_000);
  return {
    what: "heap after 1,000,000 chats",
    value: megabytes(after),
    against: `${megabytes(before)} after 10,000`,
    target: "flat",
  };
}

export const bench: Bench = {
  title: "Instrumentation against others",
  method:
    'CPU time of a chat call of openai 6.49 whose fetch answers from memory, above that of the call without instrumentation. "Recorded and sent": each with the set-up that its users have, Genscope by `init()`, the others by OpenTelemetry\'s SDK with a `BatchSpanProcessor`; ' +
    "spans go in OTLP over HTTP as far as `http.request`, which answers from memory, too: a network costs everybody the same. \"Metrics counted\": as well, by OpenTelemetry's SDK; of the peers OpenTelemetry's and Traceloop's have some. " +
    '"The instrumentation alone": all on OpenTelemetry\'s SDK, with a processor that drops spans; who uses that SDK can hardly be below what a span written by hand costs there, with the attributes that Genscope records. Log records, by which some send content, are dropped. ' +
    `Each contender in a process of its own, all with the same young generation (16 MB), taking turns for ${windows} windows in each of ${generations.plain} generations of processes; the lowest of each. ` +
    "The ratio is that of the cheapest peer that recorded every call. Time to the first chunk is by the wall clock, of a stream that arrives piece by piece, the median of a window.",
  async run(log) {
    const server = createServer((socket) => socket.destroy());
    await once(server.listen(0, "127.0.0.1"), "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const rows: BenchRow[] = [];
    try {
      for (const fate of ["sent", "dropped"] as const) {
        for (const mode of ["plain", "stream"] as const) {
          for (const content of ["off", "on"] as const) rows.push(...(await rowsOf(mode, content, fate, log)));
        }
      }
      rows.push(...(await rowsOf("plain", "off", "measured", log)));
      for (const content of ["off", "on"] as const) rows.push(...(await rowsOf("first", content, "dropped", log)));
      rows.push(await memoryRow());
    } finally {
      server.close();
    }
    return rows;
  },
};
