import type { Position } from "./config-error.ts";

/** Where each value of a configuration was written, by its path of keys. */
export type Positions = Map<string, Position>;

/** A path as the Collector writes it: `processors::batch::timeout`. */
export function pathKey(path: readonly (string | number)[]): string {
  return path.join("::");
}

/** The position of a path, or of the closest one above it. */
export function positionOf(positions: Positions, path: readonly (string | number)[]): Position | undefined {
  for (let length = path.length; length > 0; length--) {
    const position = positions.get(pathKey(path.slice(0, length)));
    if (position !== undefined) return position;
  }
  return undefined;
}
