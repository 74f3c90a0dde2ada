import type { Masker } from "@genscope/masking";
import { rewrite } from "@genscope/otlp";
import type { Signal } from "@genscope/otlp";
import type { GenAiMaskingConfig } from "./config.ts";
import { maskerOf } from "./config.ts";
import { isContentKey } from "./content-keys.ts";

/** Where something would be masked, to look at. */
export interface MaskingSample {
  readonly traceId: string;
  readonly spanId: string;
  /** As in {@link MaskingReport.places}. */
  readonly place: string;
}

/** What masking would do, in counts and places: no value is in it. */
export interface MaskingReport {
  /** By detector, as `email` or `api-key`, or rule of one's own. */
  readonly detectors: Readonly<Record<string, number>>;
  /** By rule, as `email` or `api-key.openai`. */
  readonly rules: Readonly<Record<string, number>>;
  /** By the attribute's key, or the field's name in OTLP/JSON, and rule. Keys themselves, in which something was found, are `(a key)`. */
  readonly places: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The first of every rule. */
  readonly samples: Readonly<Record<string, readonly MaskingSample[]>>;
}

/** One span or log record of a request, as a request of its own. */
export interface LocatedItem {
  readonly traceId: string;
  readonly spanId: string;
  readonly request: Uint8Array;
}

const mostSamples = 3;

/** Counts what a configuration of `genai_masking` would find, and changes nothing. */
export class MaskingDryRun {
  readonly #masker: Masker;
  readonly #content: GenAiMaskingConfig["content"];
  readonly #places = new Map<string, Map<string, number>>();
  readonly #samples = new Map<string, MaskingSample[]>();

  constructor(config: GenAiMaskingConfig) {
    this.#masker = maskerOf(config);
    this.#content = config.content;
  }

  /**
   * A request that was indexed, or otherwise is known to be well-formed protobuf. `items` is asked for its spans or records one by one while there are
   * rules without enough samples.
   */
  add(signal: Signal, request: Uint8Array, items?: () => Iterable<LocatedItem>): void {
    const wanted = new Set<string>();
    this.#look(signal, request, (place, rule, count) => {
      let counts = this.#places.get(place);
      if (counts === undefined) this.#places.set(place, (counts = new Map()));
      counts.set(rule, (counts.get(rule) ?? 0) + count);
      if ((this.#samples.get(rule)?.length ?? 0) < mostSamples) wanted.add(rule);
    });
    if (wanted.size === 0 || items === undefined) return;
    for (const { traceId, spanId, request: item } of items()) {
      this.#look(signal, item, (place, rule) => this.#sample(rule, { traceId, spanId, place }));
    }
  }

  report(): MaskingReport {
    const rules: Record<string, number> = {};
    const detectors: Record<string, number> = {};
    for (const counts of this.#places.values()) {
      for (const [rule, count] of counts) {
        rules[rule] = (rules[rule] ?? 0) + count;
        const detector = rule.split(".")[0]!;
        detectors[detector] = (detectors[detector] ?? 0) + count;
      }
    }
    const places = [...this.#places].map(([place, counts]) => [place, Object.fromEntries(counts)] as const);
    return { detectors, rules, places: Object.fromEntries(places), samples: Object.fromEntries(this.#samples) };
  }

  #look(signal: Signal, request: Uint8Array, onFound: (place: string, rule: string, count: number) => void): void {
    rewrite(signal, request, {
      text: (text, name) => {
        this.#inspect(text, name, onFound);
        return text;
      },
      integer: (value, name) => {
        this.#inspect(String(value), name, onFound);
        return undefined;
      },
      attribute: (key) => {
        if (this.#content === "mask" || !isContentKey(key)) return undefined;
        onFound(key, `content.${this.#content}`, 1);
        return "drop";
      },
    });
  }

  #inspect(
    text: string,
    name: string | undefined,
    onFound: (place: string, rule: string, count: number) => void,
  ): void {
    const found = Object.entries(this.#masker.inspect(text, name));
    if (found.length === 0) return;
    // a key may itself hold what must not be shown
    const place = name === undefined ? "(a key)" : this.#masker.text(name);
    for (const [rule, count] of found) onFound(place, rule, count);
  }

  #sample(rule: string, sample: MaskingSample): void {
    const samples = this.#samples.get(rule);
    if (samples === undefined) this.#samples.set(rule, [sample]);
    else if (samples.length < mostSamples && !samples.some((one) => isSame(one, sample))) samples.push(sample);
  }
}

function isSame(a: MaskingSample, b: MaskingSample): boolean {
  return a.spanId === b.spanId && a.traceId === b.traceId && a.place === b.place;
}
