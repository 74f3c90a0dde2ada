import type { EnabledDetectors } from "./detector-name.ts";
import type { Finding } from "./findings.ts";
import { mergeFindings } from "./findings.ts";
import { foldText } from "./fold-text.ts";
import { scan } from "./scan.ts";
import { ScanContext } from "./scan-context.ts";

/** All that the detectors find: in the text as it is, and in what it would be in plain characters if there are others in it. `name` is the field's. */
export function findValues(text: string, enabled: EnabledDetectors, name?: string): Finding[] {
  const context = new ScanContext(text, enabled, name);
  const findings = scan(context);
  const folded = context.isTricky ? foldText(text) : undefined;
  if (folded === undefined) return findings;
  const more = scan(new ScanContext(folded.text, enabled, name)).map(({ rule, start, end }) => ({
    rule,
    start: folded.startOf(start),
    end: folded.endOf(end),
  }));
  return mergeFindings([...findings, ...more]);
}
