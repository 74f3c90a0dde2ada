import type { Tracer } from "@opentelemetry/api";
import type { Message, Models } from "./model.ts";
import { inSpan } from "./spans.ts";
import type { Hit, VectorStore } from "./vector-store.ts";

export interface Question {
  readonly text: string;
  readonly conversationId: string;
  /** Headers for the model call, by which the demo asks its model server to fail. */
  readonly modelHeaders: Record<string, string>;
}

export interface Answer {
  readonly text: string;
  readonly sources: readonly { id: string; title: string }[];
}

const instructions =
  "You are the support assistant of the Marlow espresso machine. Answer from the numbered passages only, and cite them.";

/** Question in, answer out: embed, search, build the prompt, chat, format. Remembers each conversation. */
export function createAsk(tracer: Tracer, models: Models, store: VectorStore): (question: Question) => Promise<Answer> {
  const conversations = new Map<string, Message[]>();

  return async ({ text, conversationId, modelHeaders }) => {
    const [vector = []] = await models.embed([text]);
    const hits = await store.search(text, vector, 3);

    const history = conversations.get(conversationId) ?? [];
    const messages = await inSpan(tracer, "build prompt", { attributes: {} }, async (span) => {
      const prompt = buildPrompt(text, hits);
      span.setAttributes({ "app.prompt.characters": prompt.length, "app.prompt.history_messages": history.length });
      return [
        { role: "system", content: instructions },
        ...history,
        { role: "user", content: prompt },
      ] satisfies Message[];
    });

    const said = await models.chat(messages, conversationId, modelHeaders);
    conversations.set(conversationId, [
      ...history,
      { role: "user", content: text },
      { role: "assistant", content: said },
    ]);

    return inSpan(tracer, "format answer", { attributes: {} }, async (span) => {
      const answer = format(said, hits);
      span.setAttribute(
        "app.answer.sources",
        answer.sources.map(({ id }) => id),
      );
      if (answer.sources.length === 0) span.addEvent("app.answer.uncited");
      return answer;
    });
  };
}

export function buildPrompt(question: string, hits: readonly Hit[]): string {
  const passages = hits.map(({ document }, index) => `[${index + 1}] ${document.title}: ${document.text}`);
  return `${passages.join("\n")}\n\nQuestion: ${question}`;
}

/** Replaces `[2]` by the title of the passage, and lists the passages that were cited. */
export function format(said: string, hits: readonly Hit[]): Answer {
  const sources = new Map<string, string>();
  const text = said.replace(/\[(\d+)\]/gu, (marker, number: string) => {
    const document = hits[Number(number) - 1]?.document;
    if (document === undefined) return marker;
    sources.set(document.id, document.title);
    return `(${document.title})`;
  });
  return { text, sources: [...sources].map(([id, title]) => ({ id, title })) };
}
