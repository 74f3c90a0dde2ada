import type { Pricing } from "../prices/pricing.ts";
import { costOfTokens, type Rates } from "../prices/rates.ts";
import type { AttributeColumns } from "./attribute-columns.ts";
import { KeyBuffer } from "./key-buffer.ts";
import { KeyIndex } from "./key-index.ts";
import { fieldIndex, type SpanReader } from "./span-reader.ts";
import type { UsageReader } from "./usage-reader.ts";

const providerField = fieldIndex("provider");
const requestModelField = fieldIndex("requestModel");
const responseModelField = fieldIndex("responseModel");
const serviceTierField = fieldIndex("serviceTier");
/** What a price depends on. */
const nameFields = [providerField, responseModelField, requestModelField, serviceTierField];

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What counts the calls of one model that has no price. */
export interface UnpricedCounter {
  add(count: number): void;
}

const uncounted: UnpricedCounter = { add: () => {} };

/** A provider, a model and a service tier that were seen. */
interface Seen {
  readonly provider: string;
  readonly models: readonly string[];
  readonly serviceTier: string;
  minute: number;
  rates: Rates | undefined;
  unpriced: UnpricedCounter | undefined;
}

const maxSeen = 10_000;
const minuteMs = 60_000;

/** Prices calls on the wire: names become text only when they are new. */
export class CallPricer {
  readonly #pricing: Pricing;
  readonly #unpriced: (provider: string, model: string) => UnpricedCounter;
  readonly #key = new KeyBuffer();
  #index = new KeyIndex();
  #seen: Seen[] = [];

  /** `unpriced` gives what counts the calls of a model that has no price; asked once for each. */
  constructor(pricing: Pricing, unpriced: (provider: string, model: string) => UnpricedCounter = () => uncounted) {
    this.#pricing = pricing;
    this.#unpriced = unpriced;
  }

  /** Dollars; NaN where the price is not known. `startMs` is when the call was made. */
  costOf(
    bytes: Uint8Array,
    attributes: AttributeColumns,
    span: SpanReader,
    usage: UsageReader,
    startMs: number,
  ): number {
    const seen = this.#find(bytes, attributes, span);
    const minute = Math.floor(startMs / minuteMs);
    if (seen.minute !== minute) {
      seen.minute = minute;
      seen.rates = this.#ratesOf(seen, minute * minuteMs);
    }
    const { rates, serviceTier } = seen;
    const cost =
      rates === undefined
        ? Number.NaN
        : costOfTokens(
            rates,
            usage.input,
            usage.output,
            usage.cacheRead,
            usage.cacheWrite,
            usage.reasoning,
            serviceTier,
          );
    if (Number.isNaN(cost)) (seen.unpriced ??= this.#unpriced(seen.provider, seen.models[0] ?? "")).add(1);
    return cost;
  }

  /** The model that answered has the price; the one that was asked for where nobody knows that one. */
  #ratesOf({ provider, models }: Seen, atMs: number): Rates | undefined {
    for (const model of models) {
      const rates = this.#pricing.ratesOf(provider, model, atMs);
      if (rates !== undefined) return rates;
    }
    return undefined;
  }

  #find(bytes: Uint8Array, attributes: AttributeColumns, { fieldRow }: SpanReader): Seen {
    const key = this.#key;
    key.reset();
    for (let at = 0; at < nameFields.length; at++) {
      const row = fieldRow[nameFields[at]!]!;
      if (row === -1) key.number(0);
      else key.text(bytes, attributes.valueOffset[row]!, attributes.valueLength[row]!);
    }
    const found = this.#index.find(key);
    if (found !== -1) return this.#seen[found]!;
    if (this.#seen.length >= maxSeen) {
      this.#index = new KeyIndex();
      this.#seen = [];
    }
    const text = (field: number): string => {
      const row = fieldRow[field]!;
      if (row === -1) return "";
      const from = attributes.valueOffset[row]!;
      return decoder.decode(bytes.subarray(from, from + attributes.valueLength[row]!));
    };
    const seen: Seen = {
      provider: text(providerField),
      models: [text(responseModelField), text(requestModelField)].filter((model) => model !== ""),
      serviceTier: text(serviceTierField),
      minute: -1,
      rates: undefined,
      unpriced: undefined,
    };
    this.#seen[this.#index.add(key)] = seen;
    return seen;
  }
}
