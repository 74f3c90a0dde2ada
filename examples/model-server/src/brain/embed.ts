import { hash, keywords, stem } from "./text.ts";

/**
 * A unit vector for a text: its words, stemmed, and their three-letter parts, each hashed to a place and a sign. Texts that share words
 * come out close, so that searches over them make sense. A text without words gets a vector of its own by its hash.
 */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float64Array(dimensions);
  const add = (feature: string, weight: number): void => {
    const place = hash(feature);
    const index = place % dimensions;
    vector[index] = (vector[index] ?? 0) + (hash(`${feature}±`) % 2 === 0 ? weight : -weight);
  };
  for (const keyword of keywords(text)) {
    const word = stem(keyword);
    add(word, 1);
    for (let start = 0; start + 3 <= word.length; start++) add(`~${word.slice(start, start + 3)}`, 0.25);
  }
  let length = Math.hypot(...vector);
  if (length === 0) {
    add(`whole:${text}`, 1);
    length = 1;
  }
  return Float32Array.from(vector, (value) => value / length);
}
