import { spanIdOf, typeOf, type TraceModel } from "./model.ts";

/**
 * Rows whose name, service, label, kind or id contains the words, all of them, in any case. Each dictionary entry is looked at
 * once, however many spans use it.
 */
export function findRows(model: TraceModel, text: string): Int32Array {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return new Int32Array(0);
  const found = new Int32Array(model.rowCount);
  let count = 0;
  const tests = words.map((word) => ({
    word,
    names: model.names.map((name) => name.toLowerCase().includes(word)),
    services: model.services.map((name) => name.toLowerCase().includes(word)),
    labels: model.labels.map((name) => name.toLowerCase().includes(word)),
    id: /^[0-9a-f]{4,16}$/.test(word),
  }));
  for (let row = 0; row < model.rowCount; row++) {
    const hit = tests.every(
      (test) =>
        test.names[model.name[row]!] === true ||
        test.services[model.service[row]!] === true ||
        test.labels[model.label[row]!] === true ||
        typeOf(model, row) === test.word ||
        (test.id && spanIdOf(model, row).includes(test.word)),
    );
    if (hit) found[count++] = row;
  }
  return found.subarray(0, count);
}

/** Index of the first hit at or after `row`; of the first of all if there is none. */
export function hitFrom(hits: Int32Array, row: number): number {
  const index = hits.findIndex((hit) => hit >= row);
  return index === -1 ? 0 : index;
}

/** Cuts a text into stretches that match one of the words and stretches that do not, in order. */
export function highlight(text: string, find: string): { text: string; hit: boolean }[] {
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const lower = text.toLowerCase();
  // Lower-casing can change a text's length (İ); then positions would not fit.
  if (words.length === 0 || lower.length !== text.length) return [{ text, hit: false }];
  const parts: { text: string; hit: boolean }[] = [];
  let at = 0;
  while (at < text.length) {
    let next = text.length;
    let length = 0;
    for (const word of words) {
      const index = lower.indexOf(word, at);
      if (index !== -1 && (index < next || (index === next && word.length > length))) {
        next = index;
        length = word.length;
      }
    }
    if (next > at) parts.push({ text: text.slice(at, next), hit: false });
    if (length > 0) parts.push({ text: text.slice(next, next + length), hit: true });
    at = next + length;
    if (length === 0) break;
  }
  return parts.length === 0 ? [{ text, hit: false }] : parts;
}
