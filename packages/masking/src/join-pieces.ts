/** Members whose values are pieces of one text where objects stand in a row: parts of messages, chunks of a stream, tokens with probabilities. */
export const pieceKeys: ReadonlySet<string> = new Set([
  "text",
  "content",
  "token",
  "delta",
  "arguments",
  "partial_json",
  "thinking",
  "reasoning",
  "output_text",
  "input_text",
  "transcript",
]);

/** A value that goes over a border is looked for within so many characters of it. */
const reach = 256;

/** What `mask` finds in a text, from where to where, and what stands in its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  /** Asked for once, and only if the finding counts. */
  text(): string;
}

/**
 * Pieces of one text with the values masked that go over the border between two of them: the first piece gets what stands in the value's place, the others
 * lose their part of it. Undefined if there are none. What lies within one piece is left. Of long pieces the ends are looked at alone, so the work is linear.
 */
export function maskAcross(
  pieces: readonly string[],
  find: (text: string) => readonly Replacement[],
): readonly string[] | undefined {
  let masked: string[] | undefined;
  let chain: Slice[] = [];
  const finish = (): void => {
    if (chain.length > 1) masked = maskChain(pieces, chain, find, masked);
    chain = [];
  };
  for (const [index, piece] of pieces.entries()) {
    if (piece.length <= 2 * reach) {
      chain.push({ index, start: 0, end: piece.length });
      continue;
    }
    chain.push({ index, start: 0, end: reach });
    finish();
    chain.push({ index, start: piece.length - reach, end: piece.length });
  }
  finish();
  return masked;
}

interface Slice {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

function maskChain(
  pieces: readonly string[],
  chain: readonly Slice[],
  find: (text: string) => readonly Replacement[],
  before: string[] | undefined,
): string[] | undefined {
  const text = chain.map(({ index, start, end }) => pieces[index]!.slice(start, end)).join("");
  let masked = before;
  // from the last to the first, so that positions in front stay what they are
  for (const replacement of find(text).toReversed()) {
    const parts = partsOf(chain, replacement);
    if (parts.length < 2) continue;
    masked ??= [...pieces];
    for (const [order, { index, start, end }] of parts.entries()) {
      const piece = masked[index]!;
      // a long piece was cut behind its start already if something was found there
      const shift = start > reach ? piece.length - pieces[index]!.length : 0;
      masked[index] =
        piece.slice(0, start + shift) + (order === 0 ? replacement.text() : "") + piece.slice(end + shift);
    }
  }
  return masked;
}

/** Where the pieces of a chain are covered, in positions of each piece. */
function partsOf(chain: readonly Slice[], { start, end }: Replacement): readonly Slice[] {
  const parts: Slice[] = [];
  let at = 0;
  for (const slice of chain) {
    const length = slice.end - slice.start;
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, length);
    if (from < to) parts.push({ index: slice.index, start: slice.start + from, end: slice.start + to });
    at += length;
  }
  return parts;
}
