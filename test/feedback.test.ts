import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { it } from "node:test";
import { promisify } from "node:util";
import { tempDir, until } from "../packages/collector/src/testing/collector-harness.ts";
import { startProcess } from "../packages/collector/src/testing/start-process.ts";
import { startTarget } from "../packages/collector/src/testing/target.ts";
import { freePort } from "./support/free-port.ts";

/** An application that answers twice, and whose user dislikes one of the answers, which it tells when the answer's span has long ended. */
const app = `
import { agent, currentSpan, init, recordFeedback } from "@genscope/sdk";
const genscope = init({ serviceName: "helper" });
const answer = agent("helper", async (question) => currentSpan());
const [liked, disliked] = [await answer("one"), await answer("two")];
recordFeedback({ score: 1 }, liked);
recordFeedback({ score: 0, explanation: "my number is 123" }, disliked);
console.log(JSON.stringify({ liked, disliked }));
await genscope.shutdown();
`;

it("feedback that an application records keeps the trace, though the sampler is killed before it decides", async () => {
  await using dir = await tempDir();
  await using target = await startTarget("http");
  const port = await freePort();
  const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
processors:
  tail_sampling:
    decision_wait: 5s
    policies: [{name: unhappy, type: genai_evaluation, genai_evaluation: {names: [user_feedback], max_score: 0.3}}]
exporters: {otlphttp: {endpoint: "${target.url}"}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], processors: [tail_sampling], exporters: [otlphttp]}}
`;
  await using killed = await startProcess(yaml, dir.path);
  const flags = ["--conditions=@genscope/source", "--input-type=module", "--eval", app];
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: killed.http, OTEL_METRICS_EXPORTER: "none" };
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: import.meta.dirname, env });
  const spans = JSON.parse(stdout) as Readonly<Record<"liked" | "disliked", { readonly spanId: string }>>;
  await killed.kill();
  assert.match(
    killed.said(),
    /"otlp" is in no pipeline of logs: of those that come, only what "tail_sampling" goes by/u,
  );

  await using collector = await startProcess(yaml, dir.path);
  await until(() => target.spanIds().length > 0, "the trace is kept");
  assert.deepEqual(target.spanIds(), [spans.disliked.spanId]);
  await collector.kill();
});
