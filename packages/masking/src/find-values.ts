import type { EnabledDetectors } from "./detector-name.ts";
import type { Finding } from "./findings.ts";
import { mergeFindings } from "./findings.ts";
import { foldText } from "./fold-text.ts";
import { scan } from "./scan.ts";
import { ScanContext } from "./scan-context.ts";

/** All that the detectors find: in the text as it is, and in what it would be in plain characters if there are others in it. */
export function findValues(text: string, enabled: EnabledDetectors, lead: string): Finding[] {
  const context = new ScanContext(text, enabled, lead);
  const findings = scan(context);
  const folded = context.isTricky ? foldText(text) : undefined;
  if (folded === undefined) return findings;
  const more = scan(new ScanContext(folded.text, enabled, lead)).map(({ rule, start, end }) => ({
    rule,
    start: folded.startOf(start),
    end: folded.endOf(end),
  }));
  return mergeFindings([...findings, ...more]);
}

/** The name of a field as words that a text in it begins with: `user.phoneNumber` → `phone number `. */
export function leadOf(name: string | undefined): string {
  if (name === undefined || name.length > 256) return "";
  const last = name.slice(name.lastIndexOf(".") + 1).slice(0, 64);
  // calls of tools and texts of messages are no telephone's
  const words = last.replaceAll(/([a-z])([A-Z])/g, "$1 $2").replaceAll(/[^\p{L}\p{N}]+/gu, " ");
  return `${words.toLowerCase().replaceAll(/\b(?:tool )?calls?\b|\btext\b|\bsin\b/g, "")}: `;
}
