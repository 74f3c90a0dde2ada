import type { ProbabilisticConfig } from "./policy-config.ts";
import { type Evaluation, type PolicyBody, stateless } from "./policy.ts";

const defaultSalt = "default-hash-seed";
const encoder = new TextEncoder();
const maxUint64 = 2n ** 64n - 1n;
const twoTo32 = 2 ** 32;

/** Keeps a share of all traces, by a hash of the id that is the Collector's: so several collectors keep the same ones. */
export function probabilistic({ hash_salt, sampling_percentage }: ProbabilisticConfig): PolicyBody {
  const salt = hash_salt === "" ? defaultSalt : hash_salt;
  const threshold = boundaryOf(sampling_percentage / 100);
  const [high, low] = [Number(threshold >> 32n), Number(threshold & 0xffff_ffffn)];
  const chance = { share: Math.min(Math.max(sampling_percentage / 100, 0), 1), dice: salt };
  const kept: Evaluation = { decision: "sampled", chance };
  const not: Evaluation = { decision: "not_sampled", chance };
  const salted = new Fnv1a64();
  salted.add(encoder.encode(salt));
  const hash = new Fnv1a64();
  return stateless(({ id }) => {
    hash.begin(salted);
    hash.add(id);
    return hash.high < high || (hash.high === high && hash.low <= low) ? kept : not;
  });
}

/**
 * The largest hash that is kept: 2^64 - 1 times the share, rounded to 64 significant bits and cut to a whole number, as Go's `big.Float` comes to.
 */
export function boundaryOf(share: number): bigint {
  if (!(share > 0)) return 0n;
  if (share >= 1) return maxUint64;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, share);
  const pattern = bits.getBigUint64(0);
  const exponent = Number((pattern >> 52n) & 0x7ffn);
  const fraction = pattern & (2n ** 52n - 1n);
  // share = significand × 2^-scale
  const significand = exponent === 0 ? fraction : fraction | (1n << 52n);
  const scale = 1075 - Math.max(exponent, 1);
  const product = maxUint64 * significand;
  return roundedTo64(product) >> BigInt(scale);
}

function roundedTo64(value: bigint): bigint {
  const extra = value.toString(2).length - 64;
  if (extra <= 0) return value;
  const shift = BigInt(extra);
  const half = 1n << (shift - 1n);
  const rest = value & ((1n << shift) - 1n);
  const cut = value >> shift;
  const isUp = rest > half || (rest === half && (cut & 1n) === 1n);
  return (isUp ? cut + 1n : cut) << shift;
}

/** FNV-1a of 64 bits, in two halves. */
class Fnv1a64 {
  high = 0xcbf29ce4;
  low = 0x84222325;

  /** Goes on from where another is. */
  begin({ high, low }: Fnv1a64): void {
    this.high = high;
    this.low = low;
  }

  /** The prime is 2^40 + 0x1b3. */
  add(bytes: Uint8Array): void {
    let { high, low } = this;
    for (let at = 0; at < bytes.length; at++) {
      low = (low ^ bytes[at]!) >>> 0;
      const product = low * 0x1b3;
      high = (Math.imul(high, 0x1b3) + Math.floor(product / twoTo32) + (low << 8)) >>> 0;
      low = product >>> 0;
    }
    this.high = high;
    this.low = low;
  }
}
