import { diag } from "@opentelemetry/api";

/** Runs telemetry code. What it throws is told to `diag` and goes no further: the application must not notice. */
export function guard<Result>(what: string, run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    reportFailure(what, error);
    return undefined;
  }
}

/** Where telemetry's own failures go. */
export function reportFailure(what: string, error: unknown): void {
  diag.error(`genscope: ${what} failed`, error);
}
