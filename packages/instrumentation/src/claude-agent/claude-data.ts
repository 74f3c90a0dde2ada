import { addressOf } from "../core/address-of.ts";
import { arrayOf, integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";

/** A block of an assistant's message that calls a tool. */
export interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export function toolUsesOf(content: unknown): readonly ToolUse[] {
  return arrayOf(content)
    .filter(isObject)
    .flatMap(({ type, id, name, input }) =>
      type === "tool_use" && typeof id === "string" ? [{ id, name: stringOf(name) ?? "tool", input }] : [],
    );
}

/** What came of a tool. */
export interface ToolResult {
  readonly id: string;
  readonly isError: boolean;
  readonly content: unknown;
}

export function toolResultsOf(content: unknown): readonly ToolResult[] {
  return arrayOf(content)
    .filter(isObject)
    .flatMap((block) =>
      block["type"] === "tool_result" && typeof block["tool_use_id"] === "string"
        ? [{ id: block["tool_use_id"], isError: block["is_error"] === true, content: block["content"] }]
        : [],
    );
}

/** The text of a message's content. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return arrayOf(content)
    .map((block) => stringOf(objectOf(block)["text"]) ?? "")
    .join("\n");
}

/** Tokens of all models together that the CLI has told so far. */
export function outputTokensOf(modelUsage: unknown): number {
  return Object.values(objectOf(modelUsage)).reduce<number>(
    (sum, usage) => sum + (integerOf(objectOf(usage)["outputTokens"]) ?? 0),
    0,
  );
}

export interface ClaudeServer {
  readonly provider: string;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** Whom the CLI asks, by the environment it is given. */
export function serverOf(environment: JsonObject): ClaudeServer {
  const isOn = (name: string): boolean => /^(?:1|true|yes|on)$/iu.test(stringOf(environment[name]) ?? "");
  if (isOn("CLAUDE_CODE_USE_BEDROCK")) return { provider: "aws.bedrock" };
  if (isOn("CLAUDE_CODE_USE_VERTEX")) return { provider: "gcp.vertex_ai" };
  if (isOn("CLAUDE_CODE_USE_FOUNDRY")) return { provider: "azure.ai.inference" };
  const base = stringOf(environment["ANTHROPIC_BASE_URL"]) ?? "https://api.anthropic.com";
  return { provider: "anthropic", ...addressOf(base) };
}
