/** A price in US dollars per million tokens: the base, or that of the last tier whose number of input tokens is passed. It holds for all tokens of the call. */
export interface TieredPrice {
  readonly base: number;
  /** In ascending order. */
  readonly tiers: readonly { readonly above: number; readonly price: number }[];
}

/** What a model costs on a day. */
export interface Rates {
  readonly input?: TieredPrice | undefined;
  readonly output?: TieredPrice | undefined;
  /** Of input tokens that came from a cache; the price of input if there is none. */
  readonly cacheRead?: TieredPrice | undefined;
  readonly cacheWrite?: TieredPrice | undefined;
  /** Of output tokens that were thought; the price of output if there is none. */
  readonly reasoning?: TieredPrice | undefined;
  /** Dollars for every call, besides its tokens. */
  readonly request: number;
  /** What the price is multiplied by, by service tier (`batch`). */
  readonly serviceTiers: Readonly<Record<string, number>>;
}

/** Tokens of one call. `input` includes the cached ones, `output` the reasoning. */
export interface PricedUsage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

/** Service tiers that cost what the list says. */
const standardTiers: ReadonlySet<string> = new Set(["", "default", "auto", "standard", "on_demand"]);

const million = 1_000_000;

function priceAt(price: TieredPrice, inputTokens: number): number {
  let current = price.base;
  for (const { above, price: higher } of price.tiers) if (inputTokens > above) current = higher;
  return current;
}

/** As {@link costOf}, for who has numbers at hand; NaN stands for what is not known, and is the answer where the cost is not. */
export function costOfTokens(
  rates: Rates,
  input: number,
  output: number,
  cacheRead: number,
  cacheWrite: number,
  reasoning: number,
  serviceTier: string,
): number {
  const factor = rates.serviceTiers[serviceTier] ?? (standardTiers.has(serviceTier) ? 1 : Number.NaN);
  const tokens = input || 0;
  const read = cacheRead || 0;
  const written = cacheWrite || 0;
  const thought = rates.reasoning === undefined ? 0 : reasoning || 0;
  const answered = (output || 0) - thought;
  const fresh = tokens - read - written;
  if (fresh < 0 || answered < 0) return Number.NaN;
  const total =
    partOf(fresh, rates.input, tokens) +
    partOf(read, rates.cacheRead ?? rates.input, tokens) +
    partOf(written, rates.cacheWrite ?? rates.input, tokens) +
    partOf(answered, rates.output, tokens) +
    partOf(thought, rates.reasoning, tokens) +
    rates.request;
  return total * factor;
}

function partOf(count: number, price: TieredPrice | undefined, inputTokens: number): number {
  if (count === 0) return 0;
  return price === undefined ? Number.NaN : (count * priceAt(price, inputTokens)) / million;
}

/** What a call cost in US dollars; null for usage that was not said or cannot be, and for a service tier that has no price. */
export function costOf(rates: Rates, usage: PricedUsage, serviceTier = ""): number | null {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  if (input === undefined && output === undefined) return null;
  const unknown = Number.NaN;
  const cost = costOfTokens(
    rates,
    input ?? unknown,
    output ?? unknown,
    cacheRead ?? unknown,
    cacheWrite ?? unknown,
    reasoning ?? unknown,
    serviceTier,
  );
  return Number.isNaN(cost) ? null : cost;
}
