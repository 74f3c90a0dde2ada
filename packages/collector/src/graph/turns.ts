import { setImmediate as nextTurn } from "node:timers/promises";

const longMs = 4;

/**
 * Divides a stage's work into turns: between two of them receivers read and answer. A stage calls it between records; most of the time it gives nothing back, and
 * there is nothing to wait for.
 */
export class Turns {
  #begunMs = performance.now();

  /** @returns something to wait for, if the turn has been long */
  next(): Promise<void> | undefined {
    if (performance.now() - this.#begunMs < longMs) return undefined;
    return this.#wait();
  }

  /** A turn begins: there was something else to wait for. */
  begin(): void {
    this.#begunMs = performance.now();
  }

  async #wait(): Promise<void> {
    await nextTurn();
    this.begin();
  }
}
