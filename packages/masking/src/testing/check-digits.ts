/** The digit that makes ISO/IEC 7812 come out, computed apart from the detector. */
export function luhnDigit(body: string): string {
  const sum = body
    .split("")
    .toReversed()
    .reduce((total, c, i) => {
      const doubled = Number(c) * (i % 2 === 0 ? 2 : 1);
      return total + Math.floor(doubled / 10) + (doubled % 10);
    }, 0);
  return String((10 - (sum % 10)) % 10);
}

export const weighted = (text: string, weights: readonly number[]): number =>
  weights.reduce((sum, w, i) => sum + w * Number(text[i]), 0);

export const cpfDigit = (text: string): number => {
  const rest = text.split("").reduce((sum, c, i) => sum + Number(c) * (text.length + 1 - i), 0) % 11;
  return rest < 2 ? 0 : 11 - rest;
};

/** ISO/IEC 7064, MOD 11,10, by its recursion. */
export function mod1110Digit(body: string): number {
  let product = 10;
  for (const c of body) product = (((Number(c) + product) % 10 || 10) * 2) % 11;
  return (11 - product) % 10;
}

/** A remainder below zero made one above. */
export const modulo = (value: number, by: number): number => ((value % by) + by) % by;
