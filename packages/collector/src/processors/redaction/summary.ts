import type { AnyValue } from "@genscope/otlp";
import { compareText } from "../../ottl/values/compare.ts";

/** What was done, by the word that the summary has for it. */
export const outcomes = ["redacted", "masked", "allowed", "ignored"] as const;
export type Outcome = (typeof outcomes)[number];
export type Outcomes = Readonly<Record<Outcome, string[]>>;

export type Verbosity = "silent" | "info" | "debug";
type Prefix = "redaction" | "redaction.body";

/** Attributes that a summary can be in. Of what was ignored only the number is said. */
export const summaryKeys: readonly string[] = (["redaction", "redaction.body"] as const).flatMap((prefix) =>
  outcomes.flatMap((outcome) => {
    const count = `${prefix}.${outcome}.count`;
    return outcome === "ignored" ? [count] : [`${prefix}.${outcome}.keys`, count];
  }),
);

export function createOutcomes(): Outcomes {
  return { redacted: [], masked: [], allowed: [], ignored: [] };
}

/** Writes what was done into attributes, on top of what a redaction before this one wrote there. */
export function summarise(
  prefix: Prefix,
  done: Outcomes,
  verbosity: Verbosity,
  before: ReadonlyMap<string, AnyValue> | undefined,
  set: (key: string, value: AnyValue) => void,
): void {
  if (verbosity === "silent") return;
  for (const outcome of outcomes) {
    const keys = done[outcome];
    if (keys.length === 0) continue;
    const keysName = `${prefix}.${outcome}.keys`;
    const countName = `${prefix}.${outcome}.count`;
    if (verbosity === "debug" && outcome !== "ignored") {
      const earlier = before?.get(keysName)?.stringValue ?? "";
      const all = earlier === "" ? keys : [...keys, ...earlier.split(",")];
      set(keysName, { stringValue: all.toSorted(compareText).join(",") });
    }
    const count = BigInt(before?.get(countName)?.intValue ?? 0) + BigInt(keys.length);
    set(countName, { intValue: count.toString() });
  }
}
