import { createWriteStream } from "node:fs";
import { protobufToJson } from "@genscope/otlp";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { boolean, integer, list, section, text, word } from "../config/fields.ts";
import { queueField } from "../graph/delivery.ts";
import { createIndexer, internalLimits, itemCountOf } from "../graph/index-request.ts";
import { signalNameOf } from "../graph/signals.ts";
import type { ExporterFactory } from "../graph/stage.ts";
import { describeDetailed, describeNormal, type RequestJson } from "./debug-text.ts";

const config = section({
  verbosity: word(["basic", "normal", "detailed"], "basic"),
  sampling_initial: integer(2),
  sampling_thereafter: integer(1),
  use_internal_logger: boolean(true),
  output_paths: list(text("")),
  sending_queue: queueField,
});
type DebugConfig = z.output<typeof config>;

export const debugComponent: ComponentType = { kind: "exporters", type: "debug", signals, config };

const titles = { traces: "Traces", logs: "Logs", metrics: "Metrics" } as const;
const counts = { traces: "spans", logs: "log records", metrics: "data points" } as const;

/** Shows what passes, as the Collector's does: a line a request, a line an item, or everything. */
export const createDebug: ExporterFactory<DebugConfig> = async (one, { id, now }) => {
  const index = createIndexer(internalLimits);
  const out = openOutput(one);
  let second = 0;
  let shown = 0;

  /** The first few requests of every second, then every so many. */
  function isShown(): boolean {
    const current = Math.floor(now() / 1000);
    if (current !== second) {
      second = current;
      shown = 0;
    }
    shown++;
    if (shown <= one.sampling_initial || one.sampling_thereafter === 1) return true;
    return one.sampling_thereafter > 0 && (shown - one.sampling_initial) % one.sampling_thereafter === 0;
  }

  return {
    async send(signal, request) {
      if (!isShown()) return { rejected: 0, message: "" };
      const name = signalNameOf[signal];
      const view = index(signal, request);
      const resources = name === "traces" ? "resource spans" : name === "logs" ? "resource logs" : "resource metrics";
      const facts = {
        "otelcol.component.id": id,
        "otelcol.component.kind": "exporter",
        "otelcol.signal": name,
        [resources]: view.view.resources.count,
        ...(view.signal === "metrics" ? { metrics: view.view.metrics.count } : {}),
        [counts[name]]: itemCountOf(view),
      };
      const lines = [`${new Date(now()).toISOString()}\tinfo\t${titles[name]}\t${JSON.stringify(facts)}`];
      if (one.verbosity !== "basic") {
        const json = JSON.parse(Buffer.from(protobufToJson(signal, request, internalLimits)).toString()) as RequestJson;
        lines.push(one.verbosity === "normal" ? describeNormal(name, json) : describeDetailed(name, json));
      }
      await out.write(`${lines.join("\n")}\n`);
      return { rejected: 0, message: "" };
    },
    [Symbol.asyncDispose]: () => out.close(),
  };
};

interface DebugOutput {
  write(shownText: string): Promise<void>;
  close(): Promise<void>;
}

function openOutput({ output_paths }: DebugConfig): DebugOutput {
  const streams = (output_paths.length === 0 ? ["stderr"] : output_paths).map((path) =>
    path === "stdout" ? process.stdout : path === "stderr" ? process.stderr : createWriteStream(path, { flags: "a" }),
  );
  return {
    write: async (shownText) => {
      const written = streams.map(
        (stream) =>
          new Promise<void>((resolve, reject) => {
            stream.write(shownText, (error) => (error ? reject(error) : resolve()));
          }),
      );
      await Promise.all(written);
    },
    close: async () => {
      for (const stream of streams) {
        if (stream === process.stdout || stream === process.stderr) continue;
        await new Promise<void>((resolve) => {
          stream.end(() => resolve());
        });
      }
    },
  };
}
