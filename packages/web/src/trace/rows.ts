import { rowFlag, type TraceModel } from "./model.ts";

/** Which rows are open, as the address says it: all down to `depth`, but for the toggled ones. */
export interface Openness {
  /** Levels open, from the top; Infinity for all. */
  readonly depth: number;
  readonly toggled: ReadonlySet<number>;
}

export const allOpen: Openness = { depth: Infinity, toggled: new Set() };

export function isOpen(model: TraceModel, row: number, openness: Openness): boolean {
  return model.depth[row]! < openness.depth - 1 !== openness.toggled.has(row);
}

/** The rows on the page, top to bottom. With `keep`, only rows it marks; a subtree without any is passed over. */
export function visibleRows(model: TraceModel, openness: Openness, keep?: Uint8Array): Int32Array {
  const rows = new Int32Array(model.rowCount);
  let count = 0;
  for (let row = 0; row < model.rowCount;) {
    if (keep !== undefined && keep[row] === 0) {
      row += model.size[row]!;
      continue;
    }
    rows[count++] = row;
    row += isOpen(model, row, openness) ? 1 : model.size[row]!;
  }
  return rows.subarray(0, count);
}

/** What to leave on the page. An empty list or false asks for nothing. */
export interface RowFilter {
  /** Indexes into `spanTypes`. */
  readonly types: ReadonlySet<number>;
  readonly errors: boolean;
}

/** Marks every row that fits the filter and all its ancestors: 2 for a match, 1 for an ancestor. Undefined if nothing is asked. */
export function keptRows(model: TraceModel, filter: RowFilter): Uint8Array | undefined {
  if (filter.types.size === 0 && !filter.errors) return undefined;
  const keep = new Uint8Array(model.rowCount);
  for (let row = model.rowCount - 1; row >= 0; row--) {
    const span = (model.flags[row]! & rowFlag.missing) === 0;
    const kind = filter.types.size === 0 || filter.types.has(model.type[row]!);
    if (span && kind && (!filter.errors || model.status[row] === 2)) keep[row] = 2;
    const parent = model.parent[row]!;
    if (keep[row] !== 0 && parent >= 0 && keep[parent] === 0) keep[parent] = 1;
  }
  return keep;
}

/** Rows to open so that `row` can be seen, nearest last. */
export function closedAncestors(model: TraceModel, row: number, openness: Openness): number[] {
  const closed: number[] = [];
  for (let at = model.parent[row]!; at >= 0; at = model.parent[at]!)
    if (!isOpen(model, at, openness)) closed.unshift(at);
  return closed;
}

/** The next row after `from` (before it for -1) of which `test` holds, going round at the end; -1 if there is none. */
export function nextRow(model: TraceModel, from: number, step: 1 | -1, test: (row: number) => boolean): number {
  const { rowCount } = model;
  const first = from < 0 && step === -1 ? 0 : from;
  for (let k = 1; k <= rowCount; k++) {
    const row = (((first + step * k) % rowCount) + rowCount) % rowCount;
    if (test(row)) return row;
  }
  return -1;
}
