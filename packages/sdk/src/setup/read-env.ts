import { diag } from "@opentelemetry/api";

export type Env = Readonly<Record<string, string | undefined>>;

/** A variable's text, `undefined` if it is unset or empty: OpenTelemetry treats the two alike. */
export function readText(env: Env, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

/** `true` only for the word; anything else is false, as OpenTelemetry has it. */
export function readFlag(env: Env, name: string): boolean {
  return readText(env, name)?.toLowerCase() === "true";
}

/** A number of at least `min`; what is none is told and ignored. */
export function readNumber(env: Env, name: string, min = 0): number | undefined {
  const text = readText(env, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= min) return value;
  diag.warn(`genscope: ${name}=${text} is no number of at least ${min} and is ignored`);
  return undefined;
}

/** One of the words, or a list of them; what is not known is told and ignored. */
export function readWords<Word extends string>(
  env: Env,
  name: string,
  known: readonly Word[],
): readonly Word[] | undefined {
  const text = readText(env, name);
  if (text === undefined) return undefined;
  const words: Word[] = [];
  for (const item of text.split(",").map((part) => part.trim().toLowerCase())) {
    const word = known.find((candidate) => candidate === item);
    if (word !== undefined) words.push(word);
    else if (item !== "") diag.warn(`genscope: ${name}=${text}: ${item} is none of ${known.join(", ")} and is ignored`);
  }
  return words;
}
