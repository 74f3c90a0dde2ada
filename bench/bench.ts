/** One measured line. A ratio compares with the peer or baseline measured in the same run; bigger is better for us. */
export interface BenchRow {
  readonly what: string;
  readonly value: string;
  /** What it is compared with, and that one's value. */
  readonly against?: string;
  readonly ratio?: number;
  /** What was aimed at, where an aim was set. */
  readonly target?: string;
}

export interface Bench {
  readonly title: string;
  /** What is measured and how, for the reader of docs/benchmarks.md. */
  readonly method: string;
  run(log: (line: string) => void): Promise<readonly BenchRow[]>;
}
