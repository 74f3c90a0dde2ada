import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { buildOtelcol } from "../../bench/peers/otelcol/build.mts";
import {
  readRoutingCases,
  routedItems,
  routingInput,
  routingTargets,
} from "../../packages/collector/src/testing/routing-cases.ts";
import { freePort } from "../support/free-port.ts";
import { postOnceUp } from "./post-once-up.ts";

/** What the Collector refuses and this project takes, with its message. */
const refused: Readonly<Record<string, RegExp>> = { "by scope": /invalid context: scope/u };

const cases = readRoutingCases((target, signal, i) => `${signal}/${i}_${target}`).map((one, i) => ({ ...one, i }));
const tried = cases.filter(({ name }) => !(name in refused));

function configOf(some: typeof cases, ports: ReadonlyMap<number, number>, url: string): object {
  const exporters = some.flatMap(({ i, signal }) =>
    routingTargets.map((target) => [
      `otlphttp/${i}_${target}`,
      {
        [`${signal}_endpoint`]: `${url}/${i}/${target}`,
        compression: "none",
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    ]),
  );
  const pipelines = some.flatMap(({ i, signal }) => [
    [`${signal}/${i}_in`, { receivers: [`otlp/${i}`], exporters: [`routing/${i}`] }],
    ...routingTargets.map((target) => [
      `${signal}/${i}_${target}`,
      { receivers: [`routing/${i}`], exporters: [`otlphttp/${i}_${target}`] },
    ]),
  ]);
  return {
    receivers: Object.fromEntries(
      some.map(({ i }) => [`otlp/${i}`, { protocols: { http: { endpoint: `127.0.0.1:${ports.get(i)}` } } }]),
    ),
    connectors: Object.fromEntries(some.map(({ i, config }) => [`routing/${i}`, config])),
    exporters: Object.fromEntries(exporters) as object,
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: Object.fromEntries(pipelines) as object,
    },
  };
}

/** The connector of the last Collector that the module proxy has one for. */
describe("routing beside the Collector's own", () => {
  /** Bodies by path. */
  const arrived = new Map<string, Uint8Array[]>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const path = request.url ?? "";
    arrived.set(path, [...(arrived.get(path) ?? []), body]);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  };
  const server = createServer((request, response) => void take(request, response));
  let directory = "";
  before(async () => {
    const program = await buildOtelcol("routing");
    directory = await mkdtemp(join(tmpdir(), "genscope-otelcol-"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { readonly port: number };
    const ports = new Map<number, number>();
    for (const { i } of tried) ports.set(i, await freePort());
    const file = join(directory, "config.json");
    await writeFile(file, JSON.stringify(configOf(tried, ports, `http://127.0.0.1:${port}`)));
    const child = spawn(program, ["--config", file], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const exited = once(child, "exit");
    try {
      for (const { i, signal } of tried) {
        const url = `http://127.0.0.1:${ports.get(i)}/v1/${signal}`;
        // answered when everything is delivered: there are no queues
        await postOnceUp(url, routingInput(signal), () => child.exitCode);
      }
    } catch (error) {
      throw new Error(`the Collector did not run: ${said.slice(-4_000)}`, { cause: error });
    } finally {
      child.kill("SIGTERM");
      await exited;
    }
  });
  after(async () => {
    server.close();
    await rm(directory, { recursive: true, force: true });
  });

  for (const { name, i, signal, gives } of tried) {
    it(name, () => {
      const theirs = routingTargets.map((target) => routedItems(signal, arrived.get(`/${i}/${target}`) ?? []));
      assert.deepEqual(
        theirs,
        routingTargets.map((target) => gives[target] ?? []),
      );
    });
  }

  for (const one of cases.filter(({ name }) => name in refused)) {
    it(`${one.name} differs: the Collector refuses it`, async () => {
      const file = join(directory, "refused.json");
      await writeFile(file, JSON.stringify(configOf([one], new Map([[one.i, 1]]), "http://127.0.0.1:1")));
      const program = await buildOtelcol("routing");
      await assert.rejects(promisify(execFile)(program, ["validate", "--config", file]), refused[one.name]!);
    });
  }
});
