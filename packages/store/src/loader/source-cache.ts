import { createHash } from "node:crypto";
import { ValueType } from "@genscope/otlp";
import type { View } from "@genscope/otlp";
import { RowWriter } from "./row-writer.ts";
import { countTypes, writeAttributeMaps } from "./write-values.ts";

/** Columns of `resources` and `scopes` after the id, which is a hash of them, and before `last_seen`. */
export const resourceColumns =
  "resource_id, service_name, string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes, dropped_attributes_count, schema_url, last_seen";
export const scopeColumns =
  "scope_id, name, version, string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes, dropped_attributes_count, schema_url, last_seen";

/** Rows already written today. Past this many the cache starts anew: writing a row again does no harm. */
const maxCached = 100_000;

/**
 * Gives resources and scopes of a batch their ids, and writes a row for each that was not written today; `last_seen` thus stays within a day of the truth.
 */
export class SourceCache {
  readonly resourceRows: RowWriter = new RowWriter(1 << 14);
  readonly scopeRows: RowWriter = new RowWriter(1 << 14);
  /** Ids of the current batch's resources and scopes: 8 bytes each. */
  resourceIds: Buffer = Buffer.alloc(0);
  scopeIds: Buffer = Buffer.alloc(0);
  /** Service names of the current batch's resources: places in its bytes, -1 for none. */
  serviceOffset: Int32Array = new Int32Array(0);
  serviceLength: Int32Array = new Int32Array(0);
  #seen = new Map<string, number>();
  readonly #scratch = new RowWriter(1 << 12);

  /** Reads the sources of a batch. `nowSeconds` is the batch's time of arrival. */
  read(view: View, bytes: Buffer, nowSeconds: number): void {
    const { resources, scopes } = view;
    this.resourceIds = Buffer.allocUnsafe(resources.count * 8);
    this.scopeIds = Buffer.allocUnsafe(scopes.count * 8);
    this.serviceOffset = new Int32Array(resources.count).fill(-1);
    this.serviceLength = new Int32Array(resources.count);
    for (let row = 0; row < resources.count; row++) {
      this.#findService(view, bytes, row);
      const out = this.#scratch;
      out.clear();
      out.slice(bytes, this.serviceOffset[row]!, this.serviceLength[row]!);
      this.#writeCommon(view, bytes, resources.firstAttribute[row]!, resources.droppedAttributesCount[row]!);
      out.slice(bytes, resources.schemaUrlOffset[row]!, resources.schemaUrlLength[row]!);
      this.#give(this.resourceRows, this.resourceIds, row, nowSeconds, "r");
    }
    for (let row = 0; row < scopes.count; row++) {
      const out = this.#scratch;
      out.clear();
      out.slice(bytes, scopes.nameOffset[row]!, scopes.nameLength[row]!);
      out.slice(bytes, scopes.versionOffset[row]!, scopes.versionLength[row]!);
      this.#writeCommon(view, bytes, scopes.firstAttribute[row]!, scopes.droppedAttributesCount[row]!);
      out.slice(bytes, scopes.schemaUrlOffset[row]!, scopes.schemaUrlLength[row]!);
      this.#give(this.scopeRows, this.scopeIds, row, nowSeconds, "s");
    }
  }

  /** Rows not yet stored may be lost with a failed insert: they are written again when next seen. */
  forget(): void {
    this.#seen.clear();
    this.resourceRows.clear();
    this.scopeRows.clear();
  }

  #writeCommon(view: View, bytes: Buffer, first: number, dropped: number): void {
    writeAttributeMaps(this.#scratch, view, bytes, first, countTypes(view.attributes, first));
    this.#scratch.u32(dropped);
  }

  /** The id is the first 8 bytes of the content's SHA-256. */
  #give(rows: RowWriter, ids: Buffer, row: number, nowSeconds: number, kind: string): void {
    const content = this.#scratch.bytes();
    const id = createHash("sha256").update(content).digest().subarray(0, 8);
    id.copy(ids, row * 8);
    const key = kind + id.toString("latin1");
    const day = Math.floor(nowSeconds / 86_400);
    if (this.#seen.get(key) === day) return;
    if (this.#seen.size >= maxCached) this.#seen.clear();
    this.#seen.set(key, day);
    rows.raw(id, 0, 8);
    rows.raw(content, 0, content.length);
    rows.u32(nowSeconds);
  }

  #findService(view: View, bytes: Buffer, resource: number): void {
    const { attributes } = view;
    for (let row = view.resources.firstAttribute[resource]!; row !== -1; row = attributes.next[row]!) {
      if (attributes.type[row] !== ValueType.string || attributes.keyLength[row] !== serviceName.length) continue;
      const offset = attributes.keyOffset[row]!;
      if (bytes.compare(serviceName, 0, serviceName.length, offset, offset + serviceName.length) !== 0) continue;
      this.serviceOffset[resource] = attributes.valueOffset[row]!;
      this.serviceLength[resource] = attributes.valueLength[row]!;
      return;
    }
  }
}

const serviceName = Buffer.from("service.name");
