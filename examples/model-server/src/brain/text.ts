/** FNV-1a over UTF-16 units: the same text has the same number on every machine. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

// a word, a number or a run of signs, with the white space before it; long words take several pieces, as they do in real tokenizers
const piece = /\s*[\p{L}\p{M}]{1,7}|\s*\p{N}{1,3}|\s*[^\s\p{L}\p{M}\p{N}]{1,4}|\s+/gu;

/** The text cut into what this server calls tokens. Joined, they are the text again. */
export function tokens(text: string): string[] {
  return text.match(piece) ?? [];
}

const stopWords = new Set(
  (
    "a about above after again all also am an and any are as at be because been before being below between both but by can could did do does doing down during " +
    "each few for from further had has have having he her here hers him his how i if in into is it its itself just me more most my no nor not now of off on " +
    "once only or other our out over own please same she should so some such than that the their them then there these they this those through to too under " +
    "until up very was we were what when where which while who whom why will with would you your give tell know say says main facts task question compare find write describe explain research short report"
  ).split(" "),
);

/** Crude stem, so that "returns", "returned" and "returning" meet. */
export function stem(word: string): string {
  return word.replace(/(?:'s|ing|ies|ied|ed|es|s|y|e)$/u, (ending) => (word.length - ending.length >= 3 ? "" : ending));
}

/** Words that carry meaning, lower case, in order, unstemmed. */
export function keywords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'-]*/gu) ?? [];
  return words.filter((word) => !stopWords.has(word));
}

export function stems(text: string): string[] {
  return keywords(text).map(stem);
}

export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** What a request is about, as words to put into a sentence: the phrase after "compare" or "about", else its keywords, each once, at most `max`. */
export function subject(text: string, max = 6): string {
  const phrase = /\b(?:compare|about|topic:)\s+([^.,:;?!\n]{3,80})/iu.exec(text)?.[1];
  if (phrase !== undefined) return phrase.trim();
  return [...new Set(keywords(text))].slice(0, max).join(" ");
}
