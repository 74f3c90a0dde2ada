import { isObject } from "../read.ts";
import type { Turn } from "./prompt.ts";
import { sentences, stems, subject } from "./text.ts";

interface Statement {
  readonly text: string;
  /** `[2]` if it stands in a passage marked so. */
  readonly citation: string;
  readonly stems: ReadonlySet<string>;
}

/** What the last user turn asks: the line after "Question:" if there is one, else all of it. */
export function questionOf(turns: readonly Turn[]): string {
  const text = turns.findLast(({ role }) => role === "user")?.text ?? "";
  return /(?:^|\n)question:\s*(.+)/iu.exec(text)?.[1] ?? text;
}

/** Turns that follow the last user turn: what the tools have said so far. */
export function sinceQuestion(turns: readonly Turn[]): readonly Turn[] {
  return turns.slice(turns.findLastIndex(({ role }) => role === "user") + 1);
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** The strings of a tool's result, longest kind of reading first: text stays text, a JSON object of short values becomes "key: value". */
function readable(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(readable).join("\n");
  if (!isObject(value)) return String(value);
  if (typeof value["expression"] === "string") return `${value["expression"]} = ${String(value["result"])}.`;
  const prose = ["text", "content", "snippet", "summary", "answer"].find((key) => typeof value[key] === "string");
  if (prose !== undefined) return String(value[prose]);
  return Object.entries(value)
    .map(([key, field]) => (isScalar(field) ? `${key}: ${field}.` : readable(field)))
    .join(" ");
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function statementsIn(text: string): Statement[] {
  return text.split("\n").flatMap((line) => {
    const [marker, citation] = /^\s*(\[\d+\])\s*/u.exec(line) ?? [];
    return sentences(line.slice(marker?.length ?? 0).replace(/^\s*[-*]\s+/u, ""))
      .filter((sentence) => !sentence.endsWith("?") && !sentence.endsWith(":"))
      .map((sentence) => ({ text: sentence, citation: citation ?? "", stems: new Set(stems(sentence)) }));
  });
}

/** What the model was given to answer from: marked passages and lists in the messages, and the results of its tools. */
function statements(turns: readonly Turn[]): Statement[] {
  const given = turns
    .filter(({ role }) => role === "user" || role === "system")
    .flatMap(({ text }) => text.split("\n").filter((line) => /^\s*(?:\[\d+\]|[-*]\s)/u.test(line)));
  const results = sinceQuestion(turns)
    .filter(({ role }) => role === "tool")
    .map(({ text }) => parseJson(text))
    .filter((result) => !isObject(result) || result["error"] === undefined)
    .map(readable);
  const seen = new Set<string>();
  return statementsIn([...given, ...results].join("\n")).filter(({ text }) => !seen.has(text) && seen.add(text));
}

/** Statements that share words with the question, best first. A word that many statements share counts for less. */
function ranked(all: readonly Statement[], question: string): Statement[] {
  const asked = new Set(stems(question));
  const weight = new Map<string, number>();
  for (const word of asked) {
    const holders = all.filter((statement) => statement.stems.has(word)).length;
    if (holders > 0) weight.set(word, Math.log(1 + all.length / holders));
  }
  return all
    .map((statement) => {
      let score = 0;
      for (const word of statement.stems) score += weight.get(word) ?? 0;
      return { statement, score: score / Math.sqrt(6 + statement.stems.size) };
    })
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
    .map(({ statement }) => statement);
}

function cited({ text, citation }: Statement): string {
  return citation === "" ? text : `${text.replace(/[.!]$/u, "")} ${citation}.`;
}

function smallTalk(question: string): string {
  const echo = /^\s*(?:say|repeat)(?: after me)?:?\s+(.+)$/isu.exec(question);
  if (echo?.[1] !== undefined) return echo[1].trim().replace(/^["“](.*)["”]$/u, "$1");
  if (/\b(?:hello|hi|hey|good (?:morning|evening))\b/iu.test(question)) return "Hello! How can I help you today?";
  if (/\b(?:poem|haiku)\b/iu.test(question)) {
    return "A call goes out, waits,\ntokens come back one by one.\nEach span knows its end.";
  }
  const about = subject(question);
  return about === ""
    ? "I am a scripted model. Ask me something, and give me passages or tools to answer from."
    : `I was given nothing about ${about}. Give me passages or tools, and I will answer from them.`;
}

const openings = ["", "In short: ", "As far as I can see: ", "From what I was given: "];

/**
 * The text of an answer: for a request to write something, a short report; for a question, the sentences of what was given that fit it best, cited;
 * a line of small talk where nothing was given. `choice` is the index among several answers to one request.
 */
export function answer(turns: readonly Turn[], choice: number): string {
  const question = questionOf(turns);
  const all = statements(turns);
  const opening = openings[choice % openings.length] ?? "";
  if (all.length === 0) return opening + smallTalk(question);
  const best = ranked(all, question);
  if (best.length === 0) return `${opening}The material I was given does not say.`;
  if (/^\s*(?:write|draft|compose|summari[sz]e)\b/iu.test(question)) {
    const [headline, ...rest] = best.slice(0, 6).map(cited);
    return [`${opening}${headline}`, ...rest.map((line) => `- ${line}`)].join("\n");
  }
  return opening + best.slice(0, 3).map(cited).join(" ");
}
