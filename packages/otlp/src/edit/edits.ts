import type { AnyValue } from "../view/any-value.ts";

/** What has attributes, by the table its rows are in. A metric's are its `metadata`. */
export type OwnerKind = "resource" | "scope" | "span" | "event" | "link" | "log" | "metric" | "point" | "exemplar";

/** What has fields that can be set. `data` is the `Gauge`, `Sum` and so on of a metric, by the metric's row. */
export type MessageKind = OwnerKind | "data";

/** What can be dropped. */
export type ItemKind = OwnerKind;

export type AttributeEdit =
  | { readonly kind: "set"; readonly key: string; readonly value: AnyValue }
  | { readonly kind: "rename"; readonly key: string; readonly to: string }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "clear" };

/**
 * A field's value in the shape of OTLP/JSON: ids in hex, bytes in base64 or as they are, 64-bit integers as bigint, number or decimal string, enums by number,
 * messages as objects, repeated fields as arrays. Null takes the field away.
 */
export type FieldValue = string | number | bigint | boolean | object | null;

/**
 * Changes to a view, by row, kept beside it: the view goes on showing what was sent, and `encode` writes the request with the changes.
 * Edits of one owner's attributes apply in the order made.
 */
export class Edits {
  readonly attributes: Map<OwnerKind, Map<number, AttributeEdit[]>> = new Map();
  readonly fields: Map<MessageKind, Map<number, Map<string, FieldValue>>> = new Map();
  readonly dropped: Map<ItemKind, Set<number>> = new Map();
  /** By scope: items to write after those it has. */
  readonly added: Map<number, object[]> = new Map();

  /** Goes up with every edit: whether something was changed in between can be told by it. */
  revision = 0;

  get isEmpty(): boolean {
    return this.attributes.size === 0 && this.fields.size === 0 && this.dropped.size === 0 && this.added.size === 0;
  }

  /** Afterwards the owner has the key exactly once: in the place it had, or else last. */
  setAttribute(owner: OwnerKind, row: number, key: string, value: AnyValue): void {
    this.#add(owner, row, { kind: "set", key, value });
  }

  /** The value keeps its place; an attribute that had the new key is replaced. Nothing happens if there is no `key`. */
  renameAttribute(owner: OwnerKind, row: number, key: string, to: string): void {
    this.#add(owner, row, { kind: "rename", key, to });
  }

  deleteAttribute(owner: OwnerKind, row: number, key: string): void {
    this.#add(owner, row, { kind: "delete", key });
  }

  /** All of them. */
  clearAttributes(owner: OwnerKind, row: number): void {
    this.#add(owner, row, { kind: "clear" });
  }

  /**
   * Sets a field, by its name in OTLP/JSON, to a value of its shape; other members of its `oneof` go. A resource's and a scope's `schemaUrl` count among their
   * fields. Of a metric, `type` can be set to that of gauge or sum if it is one of the two, and its points stay; or to any if its `dataPoints` are set, too.
   */
  setField(kind: MessageKind, row: number, field: string, value: FieldValue): void {
    this.revision++;
    let rows = this.fields.get(kind);
    if (rows === undefined) this.fields.set(kind, (rows = new Map()));
    const fields = rows.get(row);
    if (fields === undefined) rows.set(row, new Map([[field, value]]));
    else fields.set(field, value);
  }

  /** The value a field was set to: undefined if it was not, null if it was taken away. */
  field(kind: MessageKind, row: number, field: string): FieldValue | undefined {
    return this.fields.get(kind)?.get(row)?.get(field);
  }

  renameSpan(row: number, name: string): void {
    this.setField("span", row, "name", name);
  }

  /** A metric, scope or resource all of whose items are dropped goes with them; a span stays when its events or links go. */
  drop(kind: ItemKind, row: number): void {
    this.revision++;
    const rows = this.dropped.get(kind);
    if (rows === undefined) this.dropped.set(kind, new Set([row]));
    else rows.add(row);
  }

  isDropped(kind: ItemKind, row: number): boolean {
    return this.dropped.get(kind)?.has(row) ?? false;
  }

  /** Adds an item (a `Span`, `LogRecord` or `Metric` in the shape of OTLP/JSON) to a scope, after those it has. */
  add(scope: number, item: object): void {
    this.revision++;
    const items = this.added.get(scope);
    if (items === undefined) this.added.set(scope, [item]);
    else items.push(item);
  }

  #add(owner: OwnerKind, row: number, edit: AttributeEdit): void {
    this.revision++;
    let rows = this.attributes.get(owner);
    if (rows === undefined) this.attributes.set(owner, (rows = new Map()));
    const edits = rows.get(row);
    if (edits === undefined) rows.set(row, [edit]);
    else edits.push(edit);
  }
}
