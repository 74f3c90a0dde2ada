/**
 * A total with what is part of it. What is more than the total cannot be part of it, and comes on top, whether a rule says so or not. NaN stands for what was not
 * said.
 */
export function addBeside(total: number, part: number, isBeside: boolean): number {
  if (Number.isNaN(part)) return total;
  return isBeside || part > total ? total + part : total;
}
