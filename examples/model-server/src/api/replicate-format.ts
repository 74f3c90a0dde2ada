import type { ServerResponse } from "node:http";
import { ApiError } from "../api-error.ts";
import type { Prompt, Reply } from "../brain/prompt.ts";
import { countPromptTokens, countReplyTokens, respond } from "../brain/respond.ts";
import { tokens } from "../brain/text.ts";
import type { Fault } from "../fault.ts";
import { isObject, type JsonObject, readInteger, readObject, readString } from "../read.ts";
import { sendEvents, wholeMs } from "../send.ts";
import type { WireCall, WireFormat, WireGet } from "../wire-format.ts";

/** Predictions that can be asked for again. */
const maxPredictions = 1000;
const textModels = ["meta/meta-llama-3-70b-instruct"];
const imageModels = ["black-forest-labs/flux-schnell"];
/** What stands for the newest version of a model. */
const version = "fbfb20b472b2f3bdd101412a9f70a0ed4fc0ced78a77ff00970ee7a2383c575d";

const createPattern = /^\/v1\/(?:predictions|(?:models|deployments)\/([^/]+\/[^/]+)\/predictions)$/u;
const cancelPattern = /^\/v1\/predictions\/([^/]+)\/cancel$/u;
const getPattern = /^\/v1\/predictions\/([^/]+)$/u;
const streamPattern = /^\/v1\/stream\/([^/]+)$/u;

interface Prediction {
  readonly id: string;
  readonly model: string;
  readonly input: JsonObject;
  readonly prompt: Prompt;
  readonly said: Reply;
  readonly created: number;
  readonly fault: Fault;
  readonly origin: string;
  status: "starting" | "processing" | "succeeded" | "failed" | "canceled";
}

/** Replicate's predictions: made and waited for (`Prefer: wait`), asked for again until they are done, cancelled, streamed as events, and failing. */
export function createReplicateFormat(): WireFormat {
  const predictions = new Map<string, Prediction>();

  function find(id: string): Prediction {
    const found = predictions.get(id);
    if (found === undefined) throw new ApiError(404, "not_found", "The requested resource could not be found.");
    return found;
  }

  async function create({ path, body, id, created, headers, reply, fault, pace }: WireCall): Promise<void> {
    const request = readObject(body, "body");
    const input = readObject(request["input"], "input");
    const model = findModel(createPattern.exec(path)?.[1] ?? readString(request["version"], "version"));
    const prompt = readPrompt(model, input);
    const said = respond(prompt, 0);
    const origin = `http://${headers.host ?? "localhost"}`;
    const made: Prediction = { id, model, input, prompt, said, created, fault, origin, status: "starting" };
    predictions.set(id, made);
    const [oldest] = predictions.keys();
    if (predictions.size > maxPredictions && oldest !== undefined) predictions.delete(oldest);
    const waits = String(headers["prefer"]).startsWith("wait");
    if (waits) finish(made);
    await new Promise((resolve) => {
      setTimeout(resolve, fault.delayMs ?? (waits ? wholeMs(pace, countReplyTokens(said)) : 0));
    });
    sendPrediction(reply, 201, made);
  }

  return {
    handles: (path) => createPattern.test(path) || cancelPattern.test(path),
    // a path cannot hold what follows a `#`
    modelOf: (_path, body) => {
      const input = isObject(body) && isObject(body["input"]) ? body["input"] : {};
      return typeof input["fault"] === "string" ? `#${input["fault"]}` : "";
    },
    async post(call) {
      const cancelled = cancelPattern.exec(call.path)?.[1];
      if (cancelled === undefined) return create(call);
      const made = find(cancelled);
      if (made.status === "starting" || made.status === "processing") made.status = "canceled";
      return sendPrediction(call.reply, 200, made);
    },
    get({ path, reply, pace }: WireGet) {
      const asked = getPattern.exec(path)?.[1];
      const streamed = streamPattern.exec(path)?.[1];
      if (asked !== undefined) {
        const made = find(asked);
        if (made.status === "processing") finish(made);
        else if (made.status === "starting") made.status = "processing";
        sendPrediction(reply, 200, made);
        return Promise.resolve();
      }
      if (streamed === undefined) return undefined;
      const made = find(streamed);
      return sendEvents(reply, eventsOf(made), made.fault, pace, {
        contentType: "text/event-stream; charset=utf-8",
        error: () => event("error", "0", "Prediction interrupted; please retry (code: PA)"),
      });
    },
    sendError,
  };
}

function finish(made: Prediction): void {
  made.status = made.fault.errorAfter === undefined ? "succeeded" : "failed";
}

function sendError(reply: ServerResponse, error: ApiError): void {
  const body = JSON.stringify({ title: error.type, detail: error.message, status: error.status });
  const type = "application/problem+json";
  reply.writeHead(error.status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

function sendPrediction(reply: ServerResponse, status: number, made: Prediction): void {
  const body = JSON.stringify(predictionOf(made));
  reply.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  reply.end(body);
}

/** By its name, with or without a version, or by a version alone. */
function findModel(name: string): string {
  const bare = name === version ? textModels[0] : name.split(":")[0];
  const model = [...textModels, ...imageModels].find((one) => one === bare);
  if (model === undefined) throw new ApiError(404, "not_found", "The requested resource could not be found.");
  return model;
}

function readPrompt(model: string, input: JsonObject): Prompt {
  const system = input["system_prompt"];
  return {
    model: { id: model, snapshot: model, kind: "chat" },
    turns: [
      ...(typeof system === "string" ? [{ role: "system" as const, text: system, toolCalls: [] }] : []),
      { role: "user", text: readString(input["prompt"], "input.prompt"), toolCalls: [] },
    ],
    tools: [],
    toolChoice: "none",
    parallelToolCalls: false,
    json: undefined,
    maxTokens: readInteger(input["max_tokens"], "input.max_tokens", 1) ?? 512,
    stop: [],
  };
}

function outputOf({ model, id, said, status }: Prediction): unknown {
  if (status !== "succeeded") return null;
  return imageModels.includes(model) ? [`https://replicate.delivery/${id}/out-0.webp`] : tokens(said.text);
}

function predictionOf(made: Prediction): JsonObject {
  const { id, model, input, prompt, said, created, origin, status } = made;
  const at = new Date(created * 1000).toISOString();
  const isOver = status !== "starting" && status !== "processing";
  const counts = imageModels.includes(model)
    ? { image_count: 1 }
    : { input_token_count: countPromptTokens(prompt.turns, []), output_token_count: countReplyTokens(said) };
  return {
    id,
    model,
    version,
    input,
    logs: "",
    output: outputOf(made),
    data_removed: false,
    error: status === "failed" ? "Prediction interrupted; please retry (code: PA)" : null,
    source: "api",
    status,
    created_at: at,
    ...(isOver ? { started_at: at, completed_at: at } : {}),
    urls: {
      get: `${origin}/v1/predictions/${id}`,
      cancel: `${origin}/v1/predictions/${id}/cancel`,
      ...(imageModels.includes(model) ? {} : { stream: `${origin}/v1/stream/${id}` }),
    },
    ...(status === "succeeded" ? { metrics: { predict_time: 0.5, total_time: 0.6, ...counts } } : {}),
  };
}

function event(name: string, id: string, data: string): string {
  return `event: ${name}\nid: ${id}\n${data.replaceAll(/^/gmu, "data: ")}\n\n`;
}

function* eventsOf({ created, said }: Prediction): Generator<string, void, undefined> {
  let count = 0;
  for (const piece of tokens(said.text)) yield event("output", `${created}:${count++}`, piece);
  yield event("done", `${created}:${count}`, "{}");
}
