import type { ConfigProblem } from "./config-error.ts";
import { type Positions, positionOf } from "./positions.ts";

/** Collects what is wrong, with its place. */
export class Problems {
  readonly all: ConfigProblem[] = [];
  readonly #positions: Positions;

  constructor(positions: Positions) {
    this.#positions = positions;
  }

  add(path: readonly (string | number)[], message: string, hint?: string): void {
    this.all.push({ message, hint, position: positionOf(this.#positions, path) });
  }
}
