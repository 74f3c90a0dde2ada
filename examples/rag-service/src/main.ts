import { startModelServer } from "@genscope/example-model-server";
import { run } from "./run.ts";

const ui = process.env["GENSCOPE_URL"] ?? "http://127.0.0.1:4319";
const realModel = process.env["OPENAI_BASE_URL"];
const modelServer = realModel === undefined ? await startModelServer({ pace: "natural" }) : undefined;
try {
  await run({
    baseURL: realModel ?? modelServer?.url ?? "",
    thinkMs: 300,
    onTrace: ({ traceId, title, ok, durationMs }) => {
      process.stdout.write(
        `${ok ? "ok    " : "failed"} ${Math.round(durationMs)} ms  ${title}\n       ${ui}/trace/${traceId}\n`,
      );
    },
  });
} catch (error) {
  process.stderr.write(
    `${String(error)}\nStart Genscope (npm start), or say with OTEL_EXPORTER_OTLP_ENDPOINT who shall get them.\n`,
  );
  process.exitCode = 1;
} finally {
  await modelServer?.close();
}
