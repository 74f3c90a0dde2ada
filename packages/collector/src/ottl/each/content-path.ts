import { OttlError } from "../ottl-error.ts";

type Segment = number | "any" | { readonly name: string } | { readonly anyDepth: true };

/** Sets of positions in a path, one bit each. */
type Positions = number;

const maxSegments = 24;
const part =
  /\.?(?<deep>\*\*)|\.?(?<star>\*)|\.?(?<name>[^.[\]*]+)|\[(?<each>\*)\]|\[(?<index>\d{1,9})\]|\["(?<quoted>(?:\\.|[^"\\])*)"\]/uy;

/**
 * A path to many values of one: `[*].parts[*].content`. `name` and `["a name"]` are a key, `[2]` an element, `*` and `[*]` every key or element, `**` any
 * depth; with `**` at its end it leads to every value that is no map or list.
 */
export class ContentPath {
  readonly #segments: readonly Segment[];
  readonly #start: Positions;

  /** @throws {OttlError} for a text that is no path. */
  constructor(text: string) {
    const segments: Segment[] = [];
    for (let at = 0; at < text.length;) {
      part.lastIndex = at;
      const found = part.exec(text);
      if (found === null) throw new OttlError(`invalid path ${JSON.stringify(text)} at character ${at}`);
      const { deep, star, name, each, index, quoted } = found.groups!;
      if (deep !== undefined) segments.push({ anyDepth: true });
      else if (star !== undefined || each !== undefined) segments.push("any");
      else if (index !== undefined) segments.push(Number(index));
      else segments.push({ name: name ?? (JSON.parse(`"${quoted}"`) as string) });
      at += found[0].length;
    }
    if (segments.length === 0) throw new OttlError('invalid path "": it must have a part, such as ** for all');
    if (segments.length > maxSegments) throw new OttlError(`invalid path: more than ${maxSegments} parts`);
    this.#segments = segments;
    this.#start = this.#reaching(1);
  }

  /** Where walking a value begins. */
  get start(): Positions {
    return this.#start;
  }

  /** Where a step to a key of a map, or an index of a list, leads; 0 if the path leads nowhere from there. */
  step(from: Positions, key: string | number): Positions {
    let to = 0;
    for (const [i, segment] of this.#segments.entries()) {
      if ((from & (1 << i)) === 0) continue;
      if (segment === "any") to |= 1 << (i + 1);
      else if (typeof segment === "number") to |= segment === key ? 1 << (i + 1) : 0;
      else if ("anyDepth" in segment) to |= 1 << i;
      else if (segment.name === key) to |= 1 << (i + 1);
    }
    return this.#reaching(to);
  }

  /** Whether the value at these positions is one the path leads to. */
  selects(at: Positions, isLeaf: boolean): boolean {
    const last = this.#segments.length;
    if ((at & (1 << last)) !== 0) return !this.#endsDeep || isLeaf;
    return false;
  }

  /** Whether the path goes on behind these positions. */
  goesOn(at: Positions): boolean {
    return (at & ((1 << this.#segments.length) - 1)) !== 0;
  }

  get #endsDeep(): boolean {
    const last = this.#segments.at(-1);
    return typeof last === "object" && "anyDepth" in last;
  }

  /** With what `**` reaches by going no deeper. */
  #reaching(positions: Positions): Positions {
    let all = positions;
    for (const [i, segment] of this.#segments.entries()) {
      if (typeof segment === "object" && "anyDepth" in segment && (all & (1 << i)) !== 0) all |= 1 << (i + 1);
    }
    return all;
  }
}
