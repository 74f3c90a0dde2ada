/**
 * A trace as the page works with it: one row per span in reading order (parents before children, siblings by start), everything in
 * columns. A subtree is a stretch of rows, `i` up to `i + size[i]`, which makes collapsing, filtering and summing plain loops.
 * Arrays of numbers only, so that a worker can build it and hand it over without a copy.
 */
import type { TraceSkeleton, TraceSummary } from "@genscope/server/contract";
import { spanTypes, type SpanType } from "@genscope/semconv";

/** Bits of {@link TraceModel.flags}. */
export const rowFlag = {
  /** Not a span: stands for a parent that was not received, above the spans that name it. */
  missing: 1,
  /** Starts before its parent, or ends after it. */
  skewed: 2,
  /** Its ancestors form a ring; shown as a root. */
  cyclic: 4,
  running: 8,
} as const;

export interface TraceModel {
  readonly traceId: string;
  readonly summary: TraceSummary;
  /** Spans in the store; more than are here if the server left some out. */
  readonly totalSpans: number;
  readonly startUnixNano: string;
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly labels: readonly string[];
  /** Spans plus one row per missing parent. */
  readonly rowCount: number;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly runningCount: number;
  readonly skewedCount: number;
  readonly missingCount: number;
  readonly maxDepth: number;
  /** The time all rows lie in, nanoseconds after `startUnixNano`. */
  readonly from: number;
  readonly to: number;
  /** Span ids as two 32-bit halves per row; of the missing parent for its row. */
  readonly ids: Uint32Array;
  /** Row of the parent, -1 at the top. */
  readonly parent: Int32Array;
  readonly depth: Uint16Array;
  /** Rows in the subtree, itself included. */
  readonly size: Int32Array;
  /** Children. */
  readonly childCount: Int32Array;
  /** Nanoseconds after `startUnixNano`. */
  readonly start: Float64Array;
  /** Nanoseconds; for a running span, up to the end of the trace. */
  readonly duration: Float64Array;
  readonly name: Int32Array;
  readonly service: Int32Array;
  /** Index into `spanTypes`. */
  readonly type: Uint8Array;
  readonly kind: Uint8Array;
  readonly status: Uint8Array;
  readonly label: Int32Array;
  /** NaN where unknown. */
  readonly inputTokens: Float64Array;
  readonly outputTokens: Float64Array;
  /** Documents a retrieval found; NaN where unknown. */
  readonly documents: Float64Array;
  readonly events: Int32Array;
  readonly links: Int32Array;
  readonly flags: Uint8Array;
  /** Failed spans in the subtree, itself left out. */
  readonly errorsBelow: Int32Array;
}

const typeIndex = new Map<SpanType, number>(spanTypes.map((type, index) => [type, index]));
const internal = spanTypes.indexOf("internal");

/** Lays a trace out. Any input gives rows for all its spans: without roots, with missing parents, with rings. */
export function buildTraceModel(skeleton: TraceSkeleton): TraceModel {
  const { spans } = skeleton;
  const n = spans.id.length;
  const { parents, missingIds } = resolveParents(skeleton);
  const total = n + missingIds.length;
  const { order, size, depth, cyclic } = readingOrder(parents, spans.start, n, total);

  const rowOf = new Int32Array(total);
  for (let row = 0; row < total; row++) rowOf[order[row]!] = row;

  const model = {
    ids: new Uint32Array(total * 2),
    parent: new Int32Array(total),
    childCount: new Int32Array(total),
    start: new Float64Array(total),
    duration: new Float64Array(total),
    name: new Int32Array(total),
    service: new Int32Array(total),
    type: new Uint8Array(total),
    kind: new Uint8Array(total),
    status: new Uint8Array(total),
    label: new Int32Array(total).fill(-1),
    inputTokens: new Float64Array(total).fill(Number.NaN),
    outputTokens: new Float64Array(total).fill(Number.NaN),
    documents: new Float64Array(total).fill(Number.NaN),
    events: new Int32Array(total),
    links: new Int32Array(total),
    flags: new Uint8Array(total),
    errorsBelow: new Int32Array(total),
  };

  let from = Infinity;
  let to = -Infinity;
  for (let i = 0; i < n; i++) {
    from = Math.min(from, spans.start[i]!);
    to = Math.max(to, spans.start[i]! + Math.max(0, spans.duration[i]!));
  }
  if (n === 0) {
    from = 0;
    to = 0;
  }

  let errorCount = 0;
  let runningCount = 0;
  for (let row = 0; row < total; row++) {
    const i = order[row]!;
    const parent = cyclic[i] === 1 ? -1 : parents[i]!;
    model.parent[row] = parent < 0 ? -1 : rowOf[parent]!;
    if (cyclic[i] === 1) model.flags[row]! |= rowFlag.cyclic;
    if (parent >= 0) model.childCount[rowOf[parent]!]!++;
    if (i >= n) {
      putId(model.ids, row, missingIds[i - n]!);
      model.flags[row]! |= rowFlag.missing;
      model.name[row] = -1;
      model.service[row] = -1;
      model.type[row] = internal;
      continue;
    }
    putId(model.ids, row, spans.id[i]!);
    const start = spans.start[i]!;
    const duration = spans.duration[i]!;
    model.start[row] = start;
    model.duration[row] = duration < 0 ? Math.max(0, to - start) : duration;
    if (duration < 0) {
      model.flags[row]! |= rowFlag.running;
      runningCount++;
    }
    model.name[row] = spans.name[i]!;
    model.service[row] = spans.service[i]!;
    model.type[row] = typeIndex.get(spans.type[i]!) ?? internal;
    model.kind[row] = spans.kind[i]!;
    model.status[row] = spans.status[i]!;
    if (spans.status[i] === 2) errorCount++;
    model.label[row] = spans.label[i]!;
    model.inputTokens[row] = spans.inputTokens[i] ?? Number.NaN;
    model.outputTokens[row] = spans.outputTokens[i] ?? Number.NaN;
    model.documents[row] = spans.documents[i] ?? Number.NaN;
    model.events[row] = spans.events[i]!;
    model.links[row] = spans.links[i]!;
  }

  let skewedCount = 0;
  let maxDepth = 0;
  for (let row = total - 1; row >= 0; row--) {
    maxDepth = Math.max(maxDepth, depth[row]!);
    if ((model.flags[row]! & rowFlag.missing) !== 0) spanChildren(model, size, row);
    const parent = model.parent[row]!;
    if (parent >= 0) model.errorsBelow[parent]! += model.errorsBelow[row]! + (model.status[row] === 2 ? 1 : 0);
  }
  for (let row = 0; row < total; row++) {
    const parent = model.parent[row]!;
    if (parent < 0 || ((model.flags[parent]! | model.flags[row]!) & (rowFlag.missing | rowFlag.running)) !== 0)
      continue;
    const before = model.start[row]! < model.start[parent]!;
    const after = model.start[row]! + model.duration[row]! > model.start[parent]! + model.duration[parent]!;
    // A child that ends after its parent is ordinary for asynchronous work; one that starts before it is not.
    if (before || (after && model.start[row]! > model.start[parent]! + model.duration[parent]!)) {
      model.flags[row]! |= rowFlag.skewed;
      skewedCount++;
    }
  }

  return {
    traceId: skeleton.traceId,
    summary: skeleton.summary,
    totalSpans: skeleton.totalSpans,
    startUnixNano: skeleton.startUnixNano,
    services: skeleton.services,
    names: skeleton.names,
    labels: skeleton.labels,
    rowCount: total,
    spanCount: n,
    errorCount,
    runningCount,
    skewedCount,
    missingCount: missingIds.length,
    maxDepth,
    from,
    to: Math.max(to, from + 1),
    ...model,
    depth,
    size,
  };
}

/** Row of a span id, -1 if it is not in the trace. */
export function rowOfSpan(model: TraceModel, spanId: string): number {
  const high = Number.parseInt(spanId.slice(0, 8), 16);
  const low = Number.parseInt(spanId.slice(8), 16);
  for (let row = 0; row < model.rowCount; row++) {
    if (model.ids[2 * row + 1] === low && model.ids[2 * row] === high) return row;
  }
  return -1;
}

export function spanIdOf(model: TraceModel, row: number): string {
  return hex8(model.ids[2 * row]!) + hex8(model.ids[2 * row + 1]!);
}

export function typeOf(model: TraceModel, row: number): SpanType {
  return spanTypes[model.type[row]!] ?? "internal";
}

export function nameOf(model: TraceModel, row: number): string {
  return model.names[model.name[row]!] ?? "";
}

export function serviceOf(model: TraceModel, row: number): string {
  return model.services[model.service[row]!] ?? "";
}

export function labelOf(model: TraceModel, row: number): string {
  return model.labels[model.label[row]!] ?? "";
}

/** Documents found by all retrievals, or `undefined` where none told. One that stands in another (a library's in a step of one's own) is not counted again. */
export function documentsFound(model: TraceModel): number | undefined {
  let found: number | undefined;
  for (let row = 0; row < model.rowCount; row++) {
    if (typeOf(model, row) !== "retrieval" || Number.isNaN(model.documents[row]!)) continue;
    found = (found ?? 0) + model.documents[row]!;
    row += model.size[row]! - 1;
  }
  return found;
}

export function hasFlag(model: TraceModel, row: number, flag: number): boolean {
  return (model.flags[row]! & flag) !== 0;
}

/** The buffers of a model, to be handed over between threads instead of copied. */
export function buffersOf(model: TraceModel): ArrayBuffer[] {
  return Object.values(model).flatMap((value) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer ? [value.buffer] : [],
  );
}

/** Parent of every node; spans whose parent was not received get a node made for it (`n` and up), one per missing id. */
function resolveParents(skeleton: TraceSkeleton): { parents: Int32Array; missingIds: string[] } {
  const { spans } = skeleton;
  const n = spans.id.length;
  const missing = new Map<string, number>();
  const missingIds: string[] = [];
  for (const [index, id] of Object.entries(spans.missingParents)) {
    if (spans.parent[Number(index)] === -2 && !missing.has(id)) {
      missing.set(id, n + missingIds.length);
      missingIds.push(id);
    }
  }
  const parents = new Int32Array(n + missingIds.length).fill(-1);
  for (let i = 0; i < n; i++) {
    const parent = spans.parent[i]!;
    if (parent >= 0 && parent < n) parents[i] = parent;
    else if (parent === -2) parents[i] = missing.get(spans.missingParents[i] ?? "") ?? -1;
  }
  return { parents, missingIds };
}

/** Depth first, siblings by start; without recursion, so that depth costs nothing. `size` and `depth` are by row. */
function readingOrder(
  parents: Int32Array,
  starts: readonly number[],
  n: number,
  total: number,
): { order: Int32Array; size: Int32Array; depth: Uint16Array; cyclic: Uint8Array } {
  const firstChild = new Int32Array(total).fill(-1);
  const nextSibling = new Int32Array(total).fill(-1);
  const roots: number[] = [];
  const byStart = inStartOrder(starts, n);
  // Backwards, so that each list comes out first to last.
  for (let k = n - 1; k >= 0; k--) {
    const i = byStart[k]!;
    const parent = parents[i]!;
    if (parent < 0 || parent === i) {
      roots.push(i);
    } else {
      nextSibling[i] = firstChild[parent]!;
      firstChild[parent] = i;
    }
  }
  for (let i = n; i < total; i++) roots.push(i);
  const startOf = (node: number): number => (node < n ? starts[node]! : starts[firstChild[node]!]!);
  roots.reverse();
  roots.sort((a, b) => startOf(a) - startOf(b));

  const order = new Int32Array(total);
  const size = new Int32Array(total).fill(1);
  const depth = new Uint16Array(total);
  const cyclic = new Uint8Array(total);
  const rowOf = new Int32Array(total).fill(-1);
  const stack: number[] = [];
  let rows = 0;
  const walk = (root: number): void => {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack.pop()!;
      if (rowOf[node] !== -1) continue;
      rowOf[node] = rows;
      const parent = parents[node]!;
      const parentRow = node === root || parent < 0 ? -1 : rowOf[parent]!;
      depth[rows] = parentRow < 0 ? 0 : Math.min(0xffff, depth[parentRow]! + 1);
      order[rows++] = node;
      const first = stack.length;
      for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!) stack.push(child);
      reverseFrom(stack, first);
    }
  };
  for (const root of roots) walk(root);
  // What no root leads to hangs on a ring of parents: cut it at its earliest span.
  for (const i of byStart) {
    if (rowOf[i] !== -1) continue;
    cyclic[i] = 1;
    walk(i);
  }
  for (let row = total - 1; row >= 0; row--) {
    const node = order[row]!;
    const parent = parents[node]!;
    if (parent >= 0 && parent !== node && cyclic[node] === 0) size[rowOf[parent]!]! += size[row]!;
  }
  for (let i = 0; i < n; i++) if (parents[i] === i) cyclic[i] = 1;
  return { order, size, depth, cyclic };
}

/** The server sends spans by start already; then this is only a look. */
function inStartOrder(starts: readonly number[], n: number): Int32Array {
  const order = new Int32Array(n);
  let sorted = true;
  for (let i = 0; i < n; i++) {
    order[i] = i;
    if (i > 0 && starts[i]! < starts[i - 1]!) sorted = false;
  }
  return sorted ? order : order.toSorted((a, b) => starts[a]! - starts[b]! || a - b);
}

/** A missing parent is drawn over the time of what it is known to have called. */
function spanChildren(model: { start: Float64Array; duration: Float64Array }, size: Int32Array, row: number): void {
  let from = Infinity;
  let to = -Infinity;
  for (let child = row + 1; child < row + size[row]!; child += size[child]!) {
    from = Math.min(from, model.start[child]!);
    to = Math.max(to, model.start[child]! + model.duration[child]!);
  }
  model.start[row] = from === Infinity ? 0 : from;
  model.duration[row] = Math.max(0, to - from) || 0;
}

function reverseFrom(stack: number[], first: number): void {
  for (let a = first, b = stack.length - 1; a < b; a++, b--) {
    const held = stack[a]!;
    stack[a] = stack[b]!;
    stack[b] = held;
  }
}

function putId(ids: Uint32Array, row: number, id: string): void {
  ids[2 * row] = Number.parseInt(id.slice(0, 8), 16);
  ids[2 * row + 1] = Number.parseInt(id.slice(8), 16);
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}
