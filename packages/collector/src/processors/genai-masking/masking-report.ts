import type { Masker } from "@genscope/masking";
import { rewrite } from "@genscope/otlp";
import type { Signal } from "@genscope/otlp";
import type { GenAiMaskingConfig } from "./config.ts";
import { maskerOf } from "./config.ts";
import { isContentKey } from "./content-keys.ts";

/** What masking would do, in counts: no value is in it. */
export interface MaskingReport {
  /** By rule, as `email` or `api-key.openai`. */
  readonly rules: Readonly<Record<string, number>>;
  /** By the attribute's key, or the field's name in OTLP/JSON, and rule. Keys themselves, in which something was found, are `(a key)`. */
  readonly places: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Counts what a configuration of `genai_masking` would find, and changes nothing. */
export class MaskingDryRun {
  readonly #masker: Masker;
  readonly #content: GenAiMaskingConfig["content"];
  readonly #places = new Map<string, Map<string, number>>();

  constructor(config: GenAiMaskingConfig) {
    this.#masker = maskerOf(config);
    this.#content = config.content;
  }

  /** A request that was indexed, or otherwise is known to be well-formed protobuf. */
  add(signal: Signal, request: Uint8Array): void {
    rewrite(signal, request, {
      text: (text, name) => {
        this.#inspect(text, name);
        return text;
      },
      integer: (value, name) => {
        this.#inspect(String(value), name);
        return undefined;
      },
      attribute: (key) => {
        if (this.#content === "mask" || !isContentKey(key)) return undefined;
        this.#count(key, `content.${this.#content}`, 1);
        return "drop";
      },
    });
  }

  report(): MaskingReport {
    const rules: Record<string, number> = {};
    for (const counts of this.#places.values()) {
      for (const [rule, count] of counts) rules[rule] = (rules[rule] ?? 0) + count;
    }
    const places = [...this.#places].map(([place, counts]) => [place, Object.fromEntries(counts)] as const);
    return { rules, places: Object.fromEntries(places) };
  }

  #inspect(text: string, name: string | undefined): void {
    const found = Object.entries(this.#masker.inspect(text, name));
    if (found.length === 0) return;
    // a key may itself hold what must not be shown
    const place = name === undefined ? "(a key)" : this.#masker.text(name);
    for (const [rule, count] of found) this.#count(place, rule, count);
  }

  #count(place: string, rule: string, count: number): void {
    let counts = this.#places.get(place);
    if (counts === undefined) this.#places.set(place, (counts = new Map()));
    counts.set(rule, (counts.get(rule) ?? 0) + count);
  }
}
