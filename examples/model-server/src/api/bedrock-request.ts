import { badRequest } from "../api-error.ts";
import type { Prompt, Tool, Turn } from "../brain/prompt.ts";
import { isObject, type JsonObject, readArray, readInteger, readObject, readString } from "../read.ts";

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return objects(content)
    .map((block) => block["text"] ?? (block["json"] === undefined ? undefined : JSON.stringify(block["json"])))
    .filter((text) => typeof text === "string")
    .join("\n");
}

/** A message's turns: results of tools come before what the user says. */
function turnsOf(message: JsonObject, path: string): readonly Turn[] {
  const role = readString(message["role"], `${path}.role`);
  if (role !== "user" && role !== "assistant" && role !== "system") {
    throw badRequest(`${path}.role`, `Value '${role}' at '${path}.role' failed to satisfy constraint.`);
  }
  const blocks = objects(message["content"]);
  const results = blocks.flatMap((block) => {
    const result = block["type"] === "tool_result" ? block : block["toolResult"];
    if (!isObject(result)) return [];
    const toolCallId = String(result["toolUseId"] ?? result["tool_use_id"]);
    return [{ role: "tool" as const, text: textOf(result["content"]), toolCalls: [], toolCallId }];
  });
  const toolCalls = blocks.flatMap((block) => {
    const use = block["type"] === "tool_use" ? block : block["toolUse"];
    if (!isObject(use)) return [];
    const id = String(use["toolUseId"] ?? use["id"]);
    return [{ id, name: String(use["name"]), arguments: JSON.stringify(use["input"] ?? {}) }];
  });
  const text = textOf(message["content"]);
  return text === "" && results.length > 0 ? results : [...results, { role, text, toolCalls }];
}

function toolsOf(body: JsonObject): readonly Tool[] {
  const config = isObject(body["toolConfig"]) ? body["toolConfig"] : {};
  return objects(config["tools"] ?? body["tools"]).flatMap((tool) => {
    const spec = isObject(tool["toolSpec"]) ? tool["toolSpec"] : tool;
    const schema = isObject(spec["inputSchema"]) ? spec["inputSchema"]["json"] : spec["input_schema"];
    if (typeof spec["name"] !== "string") return [];
    return [
      {
        name: spec["name"],
        description: typeof spec["description"] === "string" ? spec["description"] : "",
        parameters: isObject(schema) ? schema : {},
      },
    ];
  });
}

/** A request of Converse, or of a model invoked in its maker's format. */
export function readBedrockRequest(modelId: string, value: unknown): Prompt {
  const body = readObject(value, "body");
  const single = body["prompt"] ?? body["inputText"] ?? body["message"];
  const system = textOf(body["system"]);
  const turns =
    single === undefined
      ? readArray(body["messages"], "messages").flatMap((message, index) =>
          turnsOf(readObject(message, `messages.${index}`), `messages.${index}`),
        )
      : [{ role: "user" as const, text: readString(single, "prompt"), toolCalls: [] }];
  const limits = [body, body["inferenceConfig"], body["textGenerationConfig"]].filter(isObject);
  const limit = limits
    .map((one) => one["maxTokens"] ?? one["max_tokens"] ?? one["max_gen_len"] ?? one["maxTokenCount"])
    .find((one) => one !== undefined);
  return {
    model: { id: modelId, snapshot: modelId, kind: "chat" },
    turns: [...(system === "" ? [] : [{ role: "system" as const, text: system, toolCalls: [] }]), ...turns],
    tools: toolsOf(body),
    toolChoice: "auto",
    parallelToolCalls: true,
    json: undefined,
    maxTokens: readInteger(limit, "maxTokens", 1) ?? Number.MAX_SAFE_INTEGER,
    stop: [],
  };
}
