import { SpanKind, type Tracer } from "@opentelemetry/api";
import type OpenAI from "openai";
import { inSpan } from "./spans.ts";

export type Message = OpenAI.Chat.ChatCompletionMessageParam & { content: string };

const chatModel = "gpt-4o-mini";
const embeddingModel = "text-embedding-3-small";
const dimensions = 512;

/** The model calls of the service, each in a span by the GenAI conventions. */
export interface Models {
  embed(texts: readonly string[]): Promise<number[][]>;
  /** Streams an answer; gives it when it is complete. */
  chat(messages: readonly Message[], conversationId: string, headers: Record<string, string>): Promise<string>;
}

export function createModels(tracer: Tracer, client: OpenAI): Models {
  const server = new URL(client.baseURL);
  const common = {
    "gen_ai.provider.name": "openai",
    "server.address": server.hostname,
    "server.port": Number(server.port),
  };

  return {
    embed(texts) {
      const attributes = {
        ...common,
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": embeddingModel,
        "gen_ai.embeddings.dimension.count": dimensions,
      };
      return inSpan(tracer, `embeddings ${embeddingModel}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        const response = await client.embeddings.create({ model: embeddingModel, input: [...texts], dimensions });
        span.setAttributes({
          "gen_ai.response.model": response.model,
          "gen_ai.usage.input_tokens": response.usage.prompt_tokens,
        });
        return response.data.map(({ embedding }) => embedding);
      });
    },

    chat(messages, conversationId, headers) {
      const temperature = 0.2;
      const maxTokens = 400;
      const attributes = {
        ...common,
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": chatModel,
        "gen_ai.request.stream": true,
        "gen_ai.request.temperature": temperature,
        "gen_ai.request.max_tokens": maxTokens,
        "gen_ai.conversation.id": conversationId,
        "openai.api.type": "chat_completions",
        // content is captured because this is a demo; by default the conventions leave it out
        "gen_ai.system_instructions": JSON.stringify(messages.filter(isSystem).map(textPart)),
        "gen_ai.input.messages": JSON.stringify(
          messages
            .filter((message) => !isSystem(message))
            .map((message) => ({ role: message.role, parts: [textPart(message)] })),
        ),
      };
      return inSpan(tracer, `chat ${chatModel}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
        const startMs = performance.now();
        const stream = await client.chat.completions.create(
          {
            model: chatModel,
            messages: [...messages],
            temperature,
            max_completion_tokens: maxTokens,
            stream: true,
            stream_options: { include_usage: true },
          },
          { headers },
        );
        let text = "";
        let finishReason = "error";
        let chunkCount = 0;
        for await (const chunk of stream) {
          if (chunkCount++ === 0) {
            span.setAttributes({
              "gen_ai.response.id": chunk.id,
              "gen_ai.response.model": chunk.model,
              "gen_ai.response.time_to_first_chunk": (performance.now() - startMs) / 1000,
              "openai.response.service_tier": chunk.service_tier ?? "",
              "openai.response.system_fingerprint": chunk.system_fingerprint ?? "",
            });
          }
          const [choice] = chunk.choices;
          text += choice?.delta.content ?? "";
          finishReason = choice?.finish_reason ?? finishReason;
          if (chunk.usage) {
            span.setAttributes({
              "gen_ai.usage.input_tokens": chunk.usage.prompt_tokens,
              "gen_ai.usage.output_tokens": chunk.usage.completion_tokens,
            });
          }
        }
        span.setAttributes({
          "gen_ai.response.finish_reasons": [finishReason],
          "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: text }] }]),
        });
        return text;
      });
    },
  };
}

const isSystem = ({ role }: Message): boolean => role === "system";

function textPart({ content }: Message): { type: "text"; content: string } {
  return { type: "text", content };
}
