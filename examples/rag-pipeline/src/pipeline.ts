import { SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import type OpenAI from "openai";

interface Passage {
  readonly id: string;
  readonly text: string;
}

/** What the pipeline knows. */
const passages: readonly Passage[] = [
  { id: "returns", text: "Unused items may be returned within 30 days. Opened ones within 14 days." },
  { id: "refunds", text: "Refunds arrive within five working days after the parcel." },
  { id: "shipping", text: "Return shipping is free within the country." },
  { id: "gift-cards", text: "Gift cards cannot be returned." },
];
const passageCount = 2;
const tracer = trace.getTracer("rag-pipeline");

/** Runs a step in a span of its own, which says whether it failed. */
async function step<Result>(name: string, run: (span: Span) => Promise<Result>): Promise<Result> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await run(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

async function embed(client: OpenAI, input: string[]): Promise<number[][]> {
  const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input });
  return data.map(({ embedding }) => embedding);
}

/** The passages nearest to the question. */
function retrieve(client: OpenAI, question: string): Promise<Passage[]> {
  return step("rag.retrieval", async (span) => {
    const [asked = [], ...known] = await embed(client, [question, ...passages.map(({ text }) => text)]);
    // vectors of this model have length 1: their product is the cosine
    const scores = known.map((vector) => vector.reduce((sum, value, i) => sum + value * (asked[i] ?? 0), 0));
    const found = passages
      .map((passage, i) => ({ passage, score: scores[i] ?? 0 }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, passageCount);
    span.setAttribute("rag.documents", found.length);
    return found.map(({ passage }) => passage);
  });
}

/** Answers a question from what was found for it. */
export function answer(client: OpenAI, question: string): Promise<string> {
  return step("rag.pipeline", async () => {
    const found = await retrieve(client, question);
    return step("rag.llm_call", async () => {
      const completion = await client.chat.completions.create({
        model: "gpt-4o-mini",
        messages: [
          { role: "system", content: `Answer from these passages:\n${found.map(({ text }) => text).join("\n")}` },
          { role: "user", content: question },
        ],
      });
      return completion.choices[0]?.message.content ?? "";
    });
  });
}
