import type { AnyValue } from "../view/any-value.ts";

/** What has attributes, by the table its rows are in. A metric's are its `metadata`. */
export type OwnerKind = "resource" | "scope" | "span" | "event" | "link" | "log" | "metric" | "point" | "exemplar";

/** What can be dropped. */
export type ItemKind = "span" | "log" | "point";

export type AttributeEdit =
  | { readonly kind: "set"; readonly key: string; readonly value: AnyValue }
  | { readonly kind: "rename"; readonly key: string; readonly to: string }
  | { readonly kind: "delete"; readonly key: string };

/**
 * Changes to a view, by row, kept beside it: the view goes on showing what was sent, and `encode` writes the request with the changes.
 * Edits of one owner's attributes apply in the order made.
 */
export class Edits {
  readonly attributes: Map<OwnerKind, Map<number, AttributeEdit[]>> = new Map();
  readonly spanNames: Map<number, string> = new Map();
  readonly dropped: Map<ItemKind, Set<number>> = new Map();

  get isEmpty(): boolean {
    return this.attributes.size === 0 && this.spanNames.size === 0 && this.dropped.size === 0;
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

  renameSpan(row: number, name: string): void {
    this.spanNames.set(row, name);
  }

  /** A metric, scope or resource all of whose items are dropped goes with them. */
  drop(kind: ItemKind, row: number): void {
    const rows = this.dropped.get(kind);
    if (rows === undefined) this.dropped.set(kind, new Set([row]));
    else rows.add(row);
  }

  #add(owner: OwnerKind, row: number, edit: AttributeEdit): void {
    let rows = this.attributes.get(owner);
    if (rows === undefined) this.attributes.set(owner, (rows = new Map()));
    const edits = rows.get(row);
    if (edits === undefined) rows.set(row, [edit]);
    else edits.push(edit);
  }
}
