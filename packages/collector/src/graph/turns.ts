import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

const longMs = 4;
/** Reading more often than this costs more than what is read. */
const pauseMs = 10;
/** With as many records at once there are more behind them, perhaps. */
const manyRecords = 16;

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

  /** Between two readings of a journal, of which the last gave `count` records: lets some more come, so that they are handled in one go. */
  async pause(count: number): Promise<void> {
    if (count > 0 && count < manyRecords) await sleep(pauseMs);
  }

  async #wait(): Promise<void> {
    await nextTurn();
    this.begin();
  }
}
