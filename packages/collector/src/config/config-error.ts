/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration, in the Collector's words where it has them. */
export interface ConfigProblem {
  readonly message: string;
  readonly position?: Position | undefined;
  /** What to do about it, where that can be guessed. */
  readonly hint?: string | undefined;
}

export function formatProblem({ message, position, hint }: ConfigProblem): string {
  const where = position === undefined ? "" : `${position.file}:${position.line}:${position.column}: `;
  return `${where}${message}${hint === undefined ? "" : ` (${hint})`}`;
}

/** A configuration that cannot be run, with everything that is wrong with it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

export function problem(message: string, position?: Position, hint?: string): ConfigError {
  return new ConfigError([{ message, position, hint }]);
}
