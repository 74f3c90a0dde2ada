import { Edits, encode, type ItemKind } from "@genscope/otlp";
import { itemCountOf, type SignalView } from "../../graph/index-request.ts";
import type { PipelineSignal } from "../../components.ts";
import { type ContextName, Cursor, eachItem } from "../../ottl/index.ts";

const kindOf: Readonly<Record<PipelineSignal, ItemKind>> = { traces: "span", logs: "log", metrics: "point" };

/** The items of a request and the pipelines each goes to. */
export class ItemRoutes {
  readonly #request: SignalView;
  readonly #count: number;
  /** Items that a route has taken, so that later ones do not see them. */
  readonly #taken: Uint8Array;
  readonly #byPipeline = new Map<string, Uint8Array>();

  constructor(request: SignalView) {
    this.#request = request;
    this.#count = itemCountOf(request);
    this.#taken = new Uint8Array(this.#count);
  }

  /** Puts the items left of which `holds` is true into pipelines, and takes them out if they are moved. */
  route(
    context: ContextName,
    holds: (cursor: Cursor) => boolean,
    pipelines: readonly string[],
    isMoved: boolean,
  ): void {
    const batch = { ...this.#request, edits: new Edits() };
    const cursor = new Cursor(batch);
    const rows: number[] = [];
    eachItem(context, cursor, () => {
      const own = this.#itemsAt(context, cursor).filter((row) => this.#taken[row] === 0);
      if (own.length > 0 && holds(cursor)) for (const row of own) rows.push(row);
    });
    this.#put(rows, pipelines);
    if (isMoved) for (const row of rows) this.#taken[row] = 1;
  }

  /** Puts what is left into pipelines. */
  routeRest(pipelines: readonly string[]): void {
    const rows = Array.from({ length: this.#count }, (_, row) => row).filter((row) => this.#taken[row] === 0);
    this.#put(rows, pipelines);
  }

  /** How many items no pipeline gets. */
  get unrouted(): number {
    let count = 0;
    for (let row = 0; row < this.#count; row++) {
      if (![...this.#byPipeline.values()].some((rows) => rows[row] === 1)) count++;
    }
    return count;
  }

  /** What goes to a pipeline; `whole` if it is everything. */
  requestFor(
    pipeline: string,
    whole: Uint8Array,
  ): { readonly request: Uint8Array; readonly itemCount: number } | undefined {
    const rows = this.#byPipeline.get(pipeline);
    if (rows === undefined) return undefined;
    const itemCount = rows.reduce((sum, one) => sum + one, 0);
    if (itemCount === 0) return undefined;
    if (itemCount === this.#count) return { request: whole, itemCount };
    const edits = new Edits();
    for (let row = 0; row < this.#count; row++) if (rows[row] === 0) edits.drop(kindOf[this.#request.signal], row);
    return { request: encode(this.#request.view, edits), itemCount };
  }

  #put(rows: readonly number[], pipelines: readonly string[]): void {
    for (const pipeline of pipelines) {
      let own = this.#byPipeline.get(pipeline);
      if (own === undefined) this.#byPipeline.set(pipeline, (own = new Uint8Array(this.#count)));
      for (const row of rows) own[row] = 1;
    }
  }

  /** Rows of the spans, records or points that belong to what the cursor is at. */
  #itemsAt(context: ContextName, cursor: Cursor): readonly number[] {
    if (context === "span") return [cursor.span];
    if (context === "log") return [cursor.log];
    if (context === "datapoint") return [cursor.point];
    const { signal, view } = this.#request;
    const belongs = (resource: number, scope: number): boolean =>
      context === "scope" ? scope === cursor.scope : resource === cursor.resource;
    const rows: number[] = [];
    for (let row = 0; row < this.#count; row++) {
      if (signal === "metrics") {
        const metric = view.points.metric[row]!;
        const isIn =
          context === "metric"
            ? metric === cursor.metric
            : belongs(view.metrics.resource[metric]!, view.metrics.scope[metric]!);
        if (isIn) rows.push(row);
      } else {
        const table = signal === "traces" ? view.spans : view.logs;
        if (belongs(table.resource[row]!, table.scope[row]!)) rows.push(row);
      }
    }
    return rows;
  }
}
