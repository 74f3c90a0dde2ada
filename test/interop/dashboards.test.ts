import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { startTarget } from "../../packages/collector/src/testing/target.ts";
import { freePort } from "../support/free-port.ts";
import { startCollectorProcess } from "./collector-process.ts";
import { eventuallyFound, isMissing, startMetricStore } from "./prometheus/metric-store.ts";

const example = join(import.meta.dirname, "../../examples/collector-compose");

interface Dashboard {
  readonly title: string;
  readonly templating: { readonly list: readonly { readonly query: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

async function dashboards(): Promise<readonly Dashboard[]> {
  const dir = join(example, "grafana/dashboards");
  const files = (await readdir(dir)).filter((name) => name.endsWith(".json"));
  return Promise.all(files.map(async (name) => JSON.parse(await readFile(join(dir, name), "utf8")) as Dashboard));
}

/** What Grafana asks, with every service and model chosen. */
function filledIn(expr: string): string {
  return expr.replaceAll(/\$__(?:range|rate_interval)/g, "1m").replaceAll(/\$(?:service|model)/g, ".*");
}

function call(n: number) {
  return {
    name: "chat gpt-4o",
    kind: 3,
    startTime: BigInt(Date.now()) * 1_000_000n,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.usage.input_tokens": 1000 + n,
      "gen_ai.usage.output_tokens": 100,
    },
    ...(n % 10 === 0 ? { status: { code: 2 } } : {}),
  };
}

describe("the dashboards of the compose example", { skip: isMissing("prometheus") }, () => {
  it("ask for what the collector writes: every query has an answer", async () => {
    await using store = await startMetricStore("prometheus");
    await using jaeger = await startTarget("grpc");
    const [grpc, http] = [await freePort(), await freePort()];
    const yaml = (await readFile(join(example, "collector.yaml"), "utf8"))
      .replace("0.0.0.0:4317", `127.0.0.1:${grpc}`)
      .replace("0.0.0.0:4318", `127.0.0.1:${http}`)
      .replace("http://prometheus:9090/api/v1/write", store.writeUrl)
      .replace("http://jaeger:4317", jaeger.url)
      .replace("metrics_flush_interval: 15s", "metrics_flush_interval: 500ms");
    await using collector = await startCollectorProcess(yaml, grpc);
    await using client = createOtlpGrpcClient({ endpoint: `http://127.0.0.1:${grpc}` });
    // counters that rise while somebody looks
    const stop = new AbortController();
    const sending = (async () => {
      for (let n = 0; !stop.signal.aborted; n++) {
        const spans = Array.from({ length: 20 }, (_, index) => call(20 * n + index));
        await client.send(Signal.traces, aTraceRequest({ resource: { "service.name": "shop" }, spans }));
        await delay(250);
      }
    })();
    try {
      for (const { title, panels, templating } of await dashboards()) {
        assert.equal(templating.list.length, 2);
        for (const panel of panels) {
          for (const { expr } of panel.targets) {
            const found = await eventuallyFound(
              () => store.query(filledIn(expr)),
              (answer) => answer.length > 0 && answer.every(({ value }) => Number.isFinite(value) && value > 0),
            );
            assert.ok(found.length > 0, `${title}: ${panel.title}`);
          }
        }
      }
      const [price] = await store.query(
        filledIn((await dashboards()).find(({ title }) => title === "Cost")!.panels.at(-1)!.targets[0]!.expr),
      );
      // between the list prices of input and output
      assert.ok(price!.value > 2 && price!.value < 11, String(price!.value));
    } finally {
      stop.abort();
      await sending;
    }
    assert.doesNotMatch(collector.output, /dropped|error/i);
  });
});
