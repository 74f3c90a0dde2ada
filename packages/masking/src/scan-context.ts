import type { DetectorName, EnabledDetectors } from "./detector-name.ts";
import type { Finding } from "./findings.ts";
import { leadOf } from "./lead-of.ts";
import type { TextSource } from "./text-source.ts";

/** What detectors share during one pass over one text. */
export class ScanContext {
  readonly findings: Finding[] = [];
  readonly text: TextSource;
  readonly #enabled: EnabledDetectors;
  readonly #name: string | undefined;
  /** Where the next private key's end mark is; -1 for nowhere, undefined for not looked yet. Kept so that it is looked for once. */
  privateKeyEnd: number | undefined;

  /** Whether there is something that `foldText` writes in plain characters. */
  isTricky = false;

  /** Up to where a run of base64url has been read and was no token. */
  jwtSegmentEnd = 0;

  /** `name` is that of the field the text is in; its words count as standing before the text. */
  constructor(text: TextSource, enabled: EnabledDetectors, name?: string) {
    this.text = text;
    this.#enabled = enabled;
    this.#name = name;
  }

  enabled(detector: DetectorName): boolean {
    return this.#enabled[detector];
  }

  /** Records a finding and gives back its end, where the pass goes on. */
  add(rule: string, start: number, end: number): number {
    this.findings.push({ rule, start, end });
    return end;
  }

  /** End of the last finding: nothing before it is worth a look back. */
  get floor(): number {
    return this.findings.length === 0 ? 0 : this.findings[this.findings.length - 1]!.end;
  }

  /**
   * The text right before a position, in lower case, for words that say what a number is. It starts after the last finding, and after what looks like the
   * placeholder of one, so that masked text is read as the text was.
   */
  before(start: number, length: number): string {
    const from = Math.max(this.floor, start - length);
    const words = `${from === 0 ? leadOf(this.#name) : ""}${this.text.slice(from, start).toLowerCase()}`;
    return words.slice(Math.max(words.lastIndexOf("]"), words.lastIndexOf("…")) + 1);
  }

  /** Whether the literal stands at the position. */
  has(literal: string, at: number): boolean {
    for (let i = 0; i < literal.length; i++) {
      if (this.text.charCodeAt(at + i) !== literal.charCodeAt(i)) return false;
    }
    return true;
  }
}
