import { diag } from "@opentelemetry/api";

/** Runs telemetry code. What it throws is told to `diag` and goes no further: the application must not notice. */
export function guard<Result>(what: string, run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    diag.error(`genscope: ${what} failed`, error);
    return undefined;
  }
}
