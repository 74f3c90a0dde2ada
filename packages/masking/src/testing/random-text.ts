/** Random texts from a seed, for the labelled set. */
let state = 0;

/** Begins anew: the same seed gives the same numbers on every machine. */
export function seed(value: number): void {
  state = value;
}

/** Mulberry32. */
export function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

export const int = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
export const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)]!;
export const chars = (alphabet: string, length: number): string =>
  Array.from({ length }, () => pick(alphabet.split(""))).join("");
export const digits = (length: number): string => chars("0123456789", length);
export const pad = (value: number, length = 2): string => String(value).padStart(length, "0");
export const lower: string = "abcdefghijklmnopqrstuvwxyz";
export const upper: string = lower.toUpperCase();
export const alphanumeric: string = `${lower}${upper}0123456789`;
export const hex: string = "0123456789abcdef";
/** `##-##` with digits, `@` with upper-case letters. */
export const fill = (form: string): string =>
  form.replaceAll("#", () => digits(1)).replaceAll("@", () => chars(upper, 1));
export const group = (text: string, sizes: readonly number[], separator: string): string => {
  let at = 0;
  return sizes.map((size) => text.slice(at, (at += size))).join(separator);
};
