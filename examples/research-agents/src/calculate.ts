/** Works out numbers with + - * /, products first. Throws where the text is anything else. */
export function calculate(expression: string): number {
  const parts = expression.match(/\d+(?:\.\d+)?|[-+*/]/gu) ?? [];
  const operators = parts.filter((_, index) => index % 2 === 1);
  const numbers = parts.filter((_, index) => index % 2 === 0).map(Number);
  const whole = parts.join("") === expression.replace(/\s/gu, "") && numbers.length === operators.length + 1;
  if (!whole || numbers.some(Number.isNaN)) throw new Error(`cannot work out "${expression}"`);

  const terms = [numbers[0] ?? 0];
  for (const [index, operator] of operators.entries()) {
    const number = numbers[index + 1] ?? 0;
    const last = terms.length - 1;
    const term = terms[last] ?? 0;
    if (operator === "*") terms[last] = term * number;
    else if (operator === "/") terms[last] = term / number;
    else terms.push(operator === "-" ? -number : number);
  }
  return terms.reduce((sum, term) => sum + term, 0);
}
