import { createOpenAI } from "@ai-sdk/openai";
import { context, type Span, trace } from "@opentelemetry/api";
import * as ai from "ai";

export const aiModule: unknown = ai;

export interface AiRuns {
  /** Each gives what an application gets of it. */
  readonly runs: Readonly<Record<string, () => Promise<unknown>>>;
  /** Spans that were active inside the weather tool. */
  readonly seen: (Span | undefined)[];
}

async function thrown(run: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return { name: (error as Error).name, message: (error as Error).message };
  }
}

/** Ordinary things an application does with the AI SDK, against a server of OpenAI's format. */
export function aiRuns(url: string): AiRuns {
  const seen: (Span | undefined)[] = [];
  const provider = createOpenAI({ baseURL: url, apiKey: "unused" });
  const model = provider.chat("gpt-4o");
  const city = ai.jsonSchema<{ city: string }>({
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
  });
  const weather = ai.tool({
    description: "Weather in a city",
    inputSchema: city,
    execute: async (input) => {
      await Promise.resolve();
      seen.push(trace.getSpan(context.active()));
      return `18 degrees in ${input.city}`;
    },
  });
  const broken = ai.tool({
    description: "Weather in a city",
    inputSchema: city,
    execute: (): string => {
      throw new Error("the tool broke");
    },
  });
  const ask = { model, prompt: "What is the weather in Paris?", stopWhen: ai.stepCountIs(3) };
  const failing = provider.chat("gpt-4o#status=500");
  return {
    seen,
    runs: {
      text: async () => (await ai.generateText({ model, prompt: "say: hello", temperature: 0 })).text,
      "text with a tool": async () =>
        (await ai.generateText({ ...ask, tools: { get_weather: weather }, telemetry: { functionId: "forecast" } }))
          .text,
      "text with a tool that fails": async () =>
        (await ai.generateText({ ...ask, tools: { get_weather: broken } })).finishReason,
      stream: async () => {
        const texts: string[] = [];
        for await (const text of ai.streamText({ model, prompt: "say: hello" }).textStream) texts.push(text);
        return texts;
      },
      "stream with a tool": async () => {
        const { textStream } = ai.streamText({ ...ask, tools: { get_weather: weather } });
        const texts: string[] = [];
        for await (const text of textStream) texts.push(text);
        return texts;
      },
      agent: async () =>
        (await new ai.ToolLoopAgent({ model, tools: { get_weather: weather } }).generate({ prompt: ask.prompt })).text,
      object: async () =>
        (
          await ai.generateText({
            model,
            prompt: "How urgent?",
            output: ai.Output.object({ schema: city }),
          })
        ).output,
      embedding: async () =>
        (await ai.embed({ model: provider.embedding("text-embedding-3-small"), value: "x" })).embedding.length,
      "embedding of many": async () =>
        (await ai.embedMany({ model: provider.embedding("text-embedding-3-small"), values: ["x", "y"] })).embeddings
          .length,
      "text that fails": () => thrown(() => ai.generateText({ model: failing, prompt: "x", maxRetries: 0 })),
      "stream that fails": () =>
        thrown(() => ai.streamText({ model: failing, prompt: "x", maxRetries: 0, onError: () => {} }).text),
      "opted out": async () =>
        (await ai.generateText({ model, prompt: "say: hello", telemetry: { isEnabled: false } })).text,
    },
  };
}
