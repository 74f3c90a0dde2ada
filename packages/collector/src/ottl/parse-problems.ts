import { OttlParseError } from "./statement.ts";

/** What is wrong with OTTL in a configuration, for a component's `check`: the message of each that does not compile. */
export function parseProblems(...compile: readonly (() => unknown)[]): string[] {
  return compile.flatMap((one) => {
    try {
      one();
      return [];
    } catch (error) {
      if (error instanceof OttlParseError) return [error.message];
      throw error;
    }
  });
}
