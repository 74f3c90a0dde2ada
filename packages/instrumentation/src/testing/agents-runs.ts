import { context, type Span, trace } from "@opentelemetry/api";
import type * as Agents from "@openai/agents";
import OpenAI from "openai";

/** The packages that are tested, under the names of their npm aliases. */
export const agentsVersions = ["@openai/agents-v0.19", "@openai/agents"] as const;
export type AgentsVersion = (typeof agentsVersions)[number];

export interface AgentsRuns {
  /** What the instrumentation is handed. */
  readonly module: unknown;
  /** What agents of a test's own may ask. */
  readonly model: Agents.Model;
  /** Each gives what an application gets of it. */
  readonly runs: Readonly<Record<string, () => Promise<unknown>>>;
  /** Spans that were active inside the weather tool. */
  readonly seen: (Span | undefined)[];
}

async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return { name: (error as Error).constructor.name, message: (error as Error).message };
  }
}

/** Ordinary things an application does with the Agents SDK, against a server of OpenAI's format. */
export async function agentsRuns(version: AgentsVersion, url: string): Promise<AgentsRuns> {
  const sdk = (await import(version)) as typeof Agents;
  // nothing may go to OpenAI from here
  sdk.setTraceProcessors([]);
  const client = new OpenAI({ baseURL: url, apiKey: "unused", maxRetries: 0 });
  const responses = new sdk.OpenAIResponsesModel(client, "gpt-4o");
  const chat = new sdk.OpenAIChatCompletionsModel(client, "gpt-4o");
  const seen: (Span | undefined)[] = [];
  const parameters = {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  } as const;
  const weather = sdk.tool({
    name: "get_weather",
    description: "Weather in a city",
    parameters: { ...parameters, required: ["city"] },
    execute: async (input) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${String((input as { city?: unknown }).city)}`;
    },
  });
  const broken = sdk.tool({
    name: "get_weather",
    description: "Weather in a city",
    parameters: { ...parameters, required: ["city"] },
    execute: async (): Promise<string> => {
      throw new Error("the tool broke");
    },
  });
  const question = "What is the weather in Paris?";
  const forecaster = new sdk.Agent({
    name: "forecaster",
    instructions: "Be brief.",
    model: responses,
    tools: [weather],
  });
  const runner = new sdk.Runner();
  return {
    module: sdk,
    model: responses,
    seen,
    runs: {
      responses: async () =>
        (await runner.run(new sdk.Agent({ name: "plain", model: responses }), "say: hello")).finalOutput,
      chat: async () => (await runner.run(new sdk.Agent({ name: "plain", model: chat }), "say: hello")).finalOutput,
      "with a tool": async () => (await runner.run(forecaster, question)).finalOutput,
      "with a tool, chat": async () => (await runner.run(forecaster.clone({ model: chat }), question)).finalOutput,
      "with a tool, streamed": async () => {
        const result = await runner.run(forecaster, question, { stream: true });
        const types: string[] = [];
        for await (const event of result) types.push(event.type);
        await result.completed;
        return [types, result.finalOutput];
      },
      "with a tool, chat streamed": async () => {
        const result = await runner.run(forecaster.clone({ model: chat }), question, { stream: true });
        const texts: string[] = [];
        for await (const text of result.toTextStream()) texts.push(text);
        await result.completed;
        return [texts, result.finalOutput];
      },
      "stream that is left": async () => {
        const slow = new sdk.OpenAIResponsesModel(client, "gpt-4o#chunk-delay-ms=5");
        const result = await runner.run(new sdk.Agent({ name: "plain", model: slow }), "say: one two three four", {
          stream: true,
        });
        for await (const text of result.toTextStream()) if (text !== "") break;
        await result.completed.catch(() => {});
      },
      "stream that is aborted": async () => {
        const controller = new AbortController();
        const slow = new sdk.OpenAIResponsesModel(client, "gpt-4o#chunk-delay-ms=5");
        const result = await runner.run(new sdk.Agent({ name: "plain", model: slow }), "say: one two three four", {
          stream: true,
          signal: controller.signal,
        });
        return thrown(async () => {
          for await (const text of result.toTextStream()) if (text !== "") controller.abort();
          await result.completed;
        });
      },
      "stream that fails": () =>
        thrown(async () => {
          const failing = new sdk.OpenAIResponsesModel(client, "gpt-4o#status=500");
          const result = await runner.run(new sdk.Agent({ name: "plain", model: failing }), "x", { stream: true });
          await result.completed;
        }),
      "with a tool that fails": async () =>
        (await runner.run(forecaster.clone({ tools: [broken] }), question)).finalOutput,
      handoff: async () => {
        const desk = sdk.Agent.create({ name: "desk", model: responses, handoffs: [forecaster] });
        return (await runner.run(desk, question)).lastAgent?.name;
      },
      "agent as a tool": async () => {
        const inner = forecaster.asTool({ toolName: "get_weather", toolDescription: "Weather in a city" });
        const outer = new sdk.Agent({ name: "outer", model: responses, tools: [inner] });
        return (await runner.run(outer, question)).finalOutput;
      },
      "guardrail that trips": () =>
        thrown(() =>
          runner.run(
            forecaster.clone({
              inputGuardrails: [
                {
                  name: "no weather",
                  runInParallel: false,
                  execute: async () => ({ tripwireTriggered: true, outputInfo: {} }),
                },
              ],
            }),
            question,
          ),
        ),
      "several in one workflow": () =>
        sdk.withTrace(
          "trip",
          async () => {
            const plain = new sdk.Agent({ name: "plain", model: responses });
            await runner.run(plain, "say: one");
            const both = await Promise.all([runner.run(plain, "say: two"), runner.run(forecaster, question)]);
            return both.map(({ finalOutput }) => finalOutput);
          },
          { groupId: "conversation-1" },
        ),
      "model that fails": () =>
        thrown(() =>
          runner.run(
            new sdk.Agent({ name: "plain", model: new sdk.OpenAIResponsesModel(client, "gpt-4o#status=500") }),
            "x",
          ),
        ),
      "switched off": async () =>
        (await new sdk.Runner({ tracingDisabled: true }).run(forecaster, question)).finalOutput,
    },
  };
}
