import { setTimeout as sleep } from "node:timers/promises";
import { startModelServer } from "@genscope/example-model-server";
import { run as runRagService } from "@genscope/example-rag-service";
import { run as runResearchAgents } from "@genscope/example-research-agents";
import { CommandError, formatDuration, paint } from "./terminal.ts";

export interface DemoOptions {
  /** OTLP/HTTP endpoint that the spans go to. */
  readonly otlpEndpoint: string;
  /** Where the UI is, for the links. */
  readonly uiUrl: string;
  readonly log: (line: string) => void;
  /** Ends the demo after what is under way; all spans so far are sent. */
  readonly signal?: AbortSignal;
}

/**
 * Sends the traces of two real programs, a RAG service and a team of agents, that talk to the model server of the examples. Prints a line and a link per
 * trace. Throws a {@link CommandError} with the remedy if nobody takes the spans.
 */
export async function runDemo({ otlpEndpoint, uiUrl, log, signal }: DemoOptions): Promise<void> {
  await checkEndpoint(otlpEndpoint);
  const ui = uiUrl.replace(/\/$/u, "");
  let traceCount = 0;
  const onTrace = (trace: { traceId: string; title: string; ok: boolean; durationMs: number }): void => {
    traceCount++;
    const mark = trace.ok ? paint("green", "ok  ") : paint("red", "fail");
    log(`  ${mark} ${formatDuration(trace.durationMs * 1e6).padStart(8)}  ${trace.title}`);
    log(`                 ${paint("cyan", `${ui}/trace/${trace.traceId}`)}`);
  };
  const common = { endpoint: otlpEndpoint, onTrace, ...(signal === undefined ? {} : { signal }) };

  log(
    `Sending to ${otlpEndpoint} from a RAG service and a team of research agents; they talk to a model server in this process.`,
  );
  log("");
  const modelServer = await startModelServer({ pace: "natural" });
  try {
    const options = { ...common, baseURL: modelServer.url };
    await Promise.all([
      runRagService({ ...options, thinkMs: 350 }),
      sleep(600).then(() => runResearchAgents({ ...options, latencyMs: 120 })),
    ]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the demo broke off: ${reason}. Is whoever listens at ${otlpEndpoint} still running?`, {
      cause: error,
    });
  } finally {
    await modelServer.close();
  }
  log("");
  log(`${traceCount} traces sent. All of them: ${paint("cyan", ui)}`);
}

/** An empty request is a valid one, so it tells whether somebody listens who understands. */
async function checkEndpoint(endpoint: string): Promise<void> {
  let status: number;
  try {
    const response = await fetch(new URL("/v1/traces", endpoint), {
      method: "POST",
      headers: { ...headersFromEnvironment(), "content-type": "application/x-protobuf" },
      body: new Uint8Array(),
    });
    ({ status } = response);
  } catch (error) {
    throw new CommandError(
      `nothing listens at ${endpoint}. Start Genscope first, in another terminal: npm start (or: genscope up). ` +
        "If it listens elsewhere, say where with --endpoint.",
      { cause: error },
    );
  }
  if (status === 401 || status === 403) {
    throw new CommandError(`${endpoint} wants an API key: set OTEL_EXPORTER_OTLP_HEADERS="x-api-key=…"`);
  }
  if (status >= 400) {
    throw new CommandError(`${endpoint} answered ${status} to OTLP. Is that the OTLP/HTTP port? Genscope's is 4318.`);
  }
}

/** The headers that the exporters will send, from OTEL_EXPORTER_OTLP_HEADERS (`name=value,…`, values percent-encoded). */
function headersFromEnvironment(): Record<string, string> {
  const pairs = (process.env["OTEL_EXPORTER_OTLP_HEADERS"] ?? "").split(",").filter((pair) => pair.includes("="));
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
}
