import { createRequire } from "node:module";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type * as Sdk from "@anthropic-ai/claude-agent-sdk";
import { context, type Span, trace } from "@opentelemetry/api";
import { z } from "zod";

/** The packages that are tested, under the names of their npm aliases. */
export const claudeVersions = ["@anthropic-ai/claude-agent-sdk", "@anthropic-ai/claude-agent-sdk-v0.2"] as const;
export type ClaudeVersion = (typeof claudeVersions)[number];

export type ClaudeSdk = typeof Sdk;

/** The CLI itself: version 0.2 has it as JavaScript, later ones as a program of a quarter of a gigabyte. */
const cli = join(dirname(createRequire(import.meta.url).resolve("@anthropic-ai/claude-agent-sdk-v0.2")), "cli.js");

export interface ClaudeRuns extends AsyncDisposable {
  /** Each gives what an application gets of it. */
  readonly runs: Readonly<Record<string, () => Promise<unknown>>>;
  /** Spans that were active inside the weather tool. */
  readonly seen: (Span | undefined)[];
}

/** What can be compared of a message: nothing that is another one's each time. */
function toldOf(message: Sdk.SDKMessage): unknown {
  if (message.type === "assistant") return ["assistant", message.message.content.map(({ type }) => type)];
  if (message.type === "result") {
    return ["result", message.subtype, "result" in message ? message.result : undefined, message.usage.output_tokens];
  }
  return [message.type];
}

async function read(query: Sdk.Query, onResult?: () => void): Promise<unknown[]> {
  const told: unknown[] = [];
  try {
    for await (const message of query) {
      told.push(toldOf(message));
      if (message.type === "result") onResult?.();
    }
  } catch (error) {
    told.push((error as Error).message);
  }
  return told;
}

/** Asks one question after the other, the next when the last is answered. */
function converse(
  ask: (prompt: AsyncIterable<Sdk.SDKUserMessage>) => Sdk.Query,
  ...texts: readonly string[]
): Promise<unknown[]> {
  let answered = Promise.withResolvers<void>();
  async function* questions(): AsyncGenerator<Sdk.SDKUserMessage> {
    for (const content of texts) {
      yield { type: "user", message: { role: "user", content }, parent_tool_use_id: null };
      await answered.promise;
      answered = Promise.withResolvers();
    }
  }
  return read(ask(questions()), () => answered.resolve());
}

/** Ordinary things an application does with the Claude Agent SDK: the real CLI, and a server of Anthropic's format. `url`: its address, with `/v1`. */
export async function claudeRuns(sdk: ClaudeSdk, url: string): Promise<ClaudeRuns> {
  const home = await mkdtemp(join(tmpdir(), "genscope-claude-"));
  const seen: (Span | undefined)[] = [];
  const weather = sdk.tool("get_weather", "Weather in a city", { city: z.string() }, async ({ city }) => {
    await Promise.resolve();
    seen.push(trace.getSpan(context.active()));
    return { content: [{ type: "text", text: `18 degrees in ${city}` }] };
  });
  const options = (more: Sdk.Options = {}): Sdk.Options => ({
    cwd: home,
    // nothing of the machine's own: neither its settings nor its keys
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      CLAUDE_CONFIG_DIR: home,
      ANTHROPIC_BASE_URL: url.replace(/\/v1$/u, ""),
      ANTHROPIC_API_KEY: "unused",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      NODE_COMPILE_CACHE: join(tmpdir(), "genscope-claude-cache"),
    },
    settingSources: [],
    executable: "node",
    pathToClaudeCodeExecutable: cli,
    model: "claude-opus-5",
    tools: [],
    ...more,
  });
  const withTool = (): Sdk.Options =>
    options({
      mcpServers: { weather: sdk.createSdkMcpServer({ name: "weather", tools: [weather] }) },
      allowedTools: ["mcp__weather__get_weather"],
    });
  const question = "What is the weather in Paris?";
  return {
    seen,
    runs: {
      conversation: () => converse((prompt) => sdk.query({ prompt, options: withTool() }), question, "say: hello"),
      streamed: () => read(sdk.query({ prompt: question, options: { ...withTool(), includePartialMessages: true } })),
      "a model that fails": () =>
        read(sdk.query({ prompt: "Hello", options: options({ model: "claude-opus-5#status=400" }) })),
      "a conversation that is left": async () => {
        for await (const { type } of sdk.query({ prompt: "say: hello", options: options() })) {
          if (type === "assistant") return type;
        }
        return undefined;
      },
      "a question that is aborted": async () => {
        const abortController = new AbortController();
        try {
          const slow = options({ abortController, model: "claude-opus-5#delay-ms=60000" });
          for await (const { type } of sdk.query({ prompt: "say: hello", options: slow })) {
            if (type === "system") abortController.abort();
          }
          return undefined;
        } catch (error) {
          return error instanceof sdk.AbortError;
        }
      },
      "an agent below": () =>
        read(
          sdk.query({
            prompt: "say: hello",
            options: options({
              tools: ["Task"],
              allowedTools: ["Task"],
              agents: { hello: { description: "Says hello", prompt: "Be kind.", tools: [] } },
            }),
          }),
        ),
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true, maxRetries: 3 }),
  };
}
