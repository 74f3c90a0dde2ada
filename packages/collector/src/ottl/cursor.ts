import type { Edits, FieldValue, LogView, MessageKind, MetricView, TraceView, View } from "@genscope/otlp";
import type { Batch } from "../processors/stateless.ts";
import { AttributeStore } from "./attribute-store.ts";
import type { Value } from "./values/value.ts";

/**
 * The place in a batch a statement works on. There is one for a whole batch; whoever walks the batch sets the rows, so that there is no object per item. Rows
 * that an item does not have are -1.
 */
export class Cursor {
  readonly batch: Batch;
  readonly view: View;
  readonly edits: Edits;
  readonly attributes: AttributeStore;
  resource = -1;
  scope = -1;
  span = -1;
  event = -1;
  /** Which one of its span's events it is, from 0. */
  eventIndex = -1;
  link = -1;
  log = -1;
  metric = -1;
  point = -1;
  exemplar = -1;
  /** Scratch space of the item. */
  cache: ReadonlyMap<string, Value> = emptyCache;
  /** Values of the parameters of the lambdas that are being evaluated. */
  readonly locals: Value[] = [];

  constructor(batch: Batch) {
    this.batch = batch;
    this.view = batch.view;
    this.edits = batch.edits;
    this.attributes = new AttributeStore(batch.view, batch.edits);
  }

  get traces(): TraceView {
    return this.view as TraceView;
  }

  get logs(): LogView {
    return this.view as LogView;
  }

  get metrics(): MetricView {
    return this.view as MetricView;
  }

  /** What a field was set to; undefined if it still is what was sent. */
  pending(kind: MessageKind, row: number, field: string): FieldValue | undefined {
    return this.edits.fields.size === 0 ? undefined : this.edits.field(kind, row, field);
  }

  /** Forgets the last item. */
  clearCache(): void {
    this.cache = emptyCache;
  }
}

export const emptyCache: ReadonlyMap<string, Value> = new Map();
