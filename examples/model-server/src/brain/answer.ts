import { isObject } from "../read.ts";
import type { Turn } from "./prompt.ts";
import { sentences, stems, subject } from "./text.ts";

interface Statement {
  readonly text: string;
  /** `[2]` if it stands in a passage marked so. */
  readonly citation: string;
  readonly stems: ReadonlySet<string>;
  /** Of the whole passage it stands in, title included. */
  readonly passageStems: ReadonlySet<string>;
  /** Number of the line: what was found first is likely to matter most. */
  readonly place: number;
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
  return text.split("\n").flatMap((line, place) => {
    const [marker, citation] = /^\s*(\[\d+\])\s*/u.exec(line) ?? [];
    // "Title: the passage" – the title helps to find the passage, and is not said
    const passage = line.slice(marker?.length ?? 0).replace(/^\s*[-*]\s+/u, "");
    const title = /^(?:[^\s.!?:]+\s?){1,3}:\s+/u.exec(passage)?.[0] ?? "";
    const passageStems = new Set(stems(passage));
    return sentences(passage.slice(title.length))
      .filter((sentence) => !sentence.endsWith("?") && !sentence.endsWith(":"))
      .map((sentence) => ({
        text: sentence,
        citation: citation ?? "",
        stems: new Set(stems(sentence)),
        passageStems,
        place,
      }));
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

// words that an answer to such a question has
const cues: readonly (readonly [RegExp, string])[] = [
  [/\bhow often\b/iu, "every"],
  [/\bhow long\b/iu, "years months days minutes seconds lasts takes"],
  [/\bhow (?:warm|hot|cold)\b/iu, "degrees"],
  [/\bhow much\b/iu, "hours euros percent uses costs"],
];

/** Statements that fit the question at least that share as well as the best does, best first. A word that many statements share counts for less. */
function ranked(all: readonly Statement[], question: string, share: number): Statement[] {
  const hints = cues.filter(([cue]) => cue.test(question)).map(([, words]) => words);
  const asked = new Set(stems([question, ...hints].join(" ")));
  const weights = new Map<string, number>();
  for (const word of asked) {
    const holders = all.filter((statement) => statement.stems.has(word)).length;
    weights.set(word, holders === 0 ? 0 : Math.log(1 + all.length / holders));
  }
  const weigh = (words: ReadonlySet<string>): number => {
    let sum = 0;
    for (const word of words) sum += weights.get(word) ?? 0;
    return sum;
  };
  const scored = all
    .map((statement) => {
      const own = weigh(statement.stems) / Math.sqrt(6 + statement.stems.size);
      const around = weigh(statement.passageStems) / Math.sqrt(20 + statement.passageStems.size);
      return { statement, score: own === 0 ? 0 : (own + around) / (1 + 0.1 * statement.place) };
    })
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score);
  const enough = share * (scored[0]?.score ?? 0);
  return scored.filter(({ score }) => score >= enough).map(({ statement }) => statement);
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
  const sums = all.filter(({ text }) => /^[\d\s.+*/-]+= [\d.-]+$/u.test(text.replace(/\.$/u, "")));
  const isReport = /^\s*(?:write|draft|compose|summari[sz]e)\b/iu.test(question);
  const best = [...ranked(all, question, isReport ? 0.1 : 0.6).slice(0, isReport ? 6 : 3), ...sums];
  if (best.length === 0) return `${opening}The material I was given does not say.`;
  if (!isReport) return opening + best.map(cited).join(" ");
  const [headline, ...rest] = best.map(cited);
  return [`${opening}${headline}`, ...rest.map((line) => `- ${line}`)].join("\n");
}
