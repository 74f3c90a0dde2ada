import { globSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Recorder } from "./recorder.ts";

/** Ordinary calls of a library at one version, instrumented, against a server that speaks the real wire format. */
export interface TestProgram {
  /** The package's name. */
  readonly library: string;
  /** Its major version, as people write it. */
  readonly version: string;
  /** Gives what was emitted. */
  run(capture: "none" | "both"): Promise<Recorder>;
}

/** The programs of `testing/programs`, one file for each library. */
export async function loadPrograms(): Promise<readonly TestProgram[]> {
  const files = globSync("programs/*.[jt]s", { cwd: import.meta.dirname, exclude: ["**/*.d.ts"] }).toSorted();
  const programs: TestProgram[] = [];
  for (const file of files) {
    const url = new URL(file, pathToFileURL(`${import.meta.dirname}/`)).href;
    programs.push(...((await import(url)) as { programs: readonly TestProgram[] }).programs);
  }
  return programs;
}
