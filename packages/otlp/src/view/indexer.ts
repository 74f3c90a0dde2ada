import { OtlpError } from "../errors.ts";
import type { ReceiveLimits } from "../limits.ts";
import { AttributeIndexer } from "./attribute-indexer.ts";
import { createResourceTable, createScopeTable } from "./create-tables.ts";
import type { ResourceTable, ScopeTable } from "./tables.ts";
import type { View } from "./views.ts";

/** Indexes the resources and scopes of a request, which are alike in all signals; what items look like is for the indexer of each to say. */
export abstract class Indexer extends AttributeIndexer {
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;

  constructor(bytes: Uint8Array, limits: ReceiveLimits, reuse: View | undefined) {
    super(bytes, limits, reuse);
    this.resources = reuse?.resources ?? createResourceTable(4);
    this.scopes = reuse?.scopes ?? createScopeTable(8);
    this.resources.count = 0;
    this.scopes.count = 0;
  }

  /** `"ScopeSpans"` and the like, for messages. */
  abstract readonly names: { readonly request: string; readonly resource: string; readonly scope: string };
  /** Indexes a span, log record or metric, the bytes from `start` to `end`. */
  abstract item(start: number, end: number, resource: number, scope: number): void;

  /** The request: a list of resources. */
  request(): void {
    const { bytes } = this;
    const end = bytes.length;
    if (end > 0x7fffffff) throw new OtlpError("invalid-argument", "a request of 2 GiB or more cannot be read");
    let p = 0;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x0a) {
        const start = this.length(p, end, this.names.request);
        p = start + this.low;
        this.#resource(start, p);
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(this.names.request, end);
  }

  #resource(from: number, end: number): void {
    const table = this.resources;
    const row = this.row(table, table.start);
    let first = -1;
    let last = -1;
    let dropped = 0;
    let schemaUrlOffset = -1;
    let schemaUrlLength = 0;
    let attributeCount = 0;
    table.start[row] = from;
    table.end[row] = end;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x0a) {
        const start = this.length(p, end, "Resource");
        const stop = start + this.low;
        p = start;
        this.attributeCount = attributeCount;
        this.problem = 0;
        while (p < stop) {
          const atField = p;
          p = this.tag(p);
          const field = this.low;
          if (field === 0x0a) {
            const content = this.length(p, stop, "Resource.attributes");
            p = content + this.low;
            const added = this.attribute(content, p, last);
            if (added === -1) continue;
            if (first === -1) first = added;
            last = added;
          } else if (field === 0x10) {
            p = this.varint(p, stop);
            dropped = this.low;
          } else if (field === 0x1a) {
            const content = this.length(p, stop, "Resource.entity_refs");
            p = content + this.low;
            this.checkFields(content, p, "EntityRef");
          } else p = this.skip(field, p, stop, atField);
        }
        if (p !== stop) this.truncated("Resource", stop);
        attributeCount = this.attributeCount;
        this.refuseProblem("a resource", start);
      } else if (tag === 0x12) {
        const start = this.length(p, end, this.names.scope);
        p = start + this.low;
        this.#scope(start, p, row);
      } else if (tag === 0x1a) {
        schemaUrlOffset = this.length(p, end, `${this.names.resource}.schema_url`);
        schemaUrlLength = this.low;
        p = schemaUrlOffset + schemaUrlLength;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(this.names.resource, end);
    table.firstAttribute[row] = first;
    table.droppedAttributesCount[row] = dropped;
    table.schemaUrlOffset[row] = schemaUrlOffset;
    table.schemaUrlLength[row] = schemaUrlLength;
  }

  #scope(from: number, end: number, resource: number): void {
    const table = this.scopes;
    const row = this.row(table, table.start);
    let first = -1;
    let last = -1;
    let dropped = 0;
    let nameOffset = -1;
    let nameLength = 0;
    let versionOffset = -1;
    let versionLength = 0;
    let schemaUrlOffset = -1;
    let schemaUrlLength = 0;
    let attributeCount = 0;
    table.resource[row] = resource;
    table.start[row] = from;
    table.end[row] = end;
    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if (tag === 0x12) {
        const start = this.length(p, end, this.names.scope);
        p = start + this.low;
        this.problem = 0;
        this.item(start, p, resource, row);
      } else if (tag === 0x0a) {
        const start = this.length(p, end, "InstrumentationScope");
        const stop = start + this.low;
        p = start;
        this.attributeCount = attributeCount;
        this.problem = 0;
        while (p < stop) {
          const atField = p;
          p = this.tag(p);
          const field = this.low;
          if (field === 0x0a) {
            nameOffset = this.length(p, stop, "InstrumentationScope.name");
            nameLength = this.low;
            p = nameOffset + nameLength;
          } else if (field === 0x12) {
            versionOffset = this.length(p, stop, "InstrumentationScope.version");
            versionLength = this.low;
            p = versionOffset + versionLength;
          } else if (field === 0x1a) {
            const content = this.length(p, stop, "InstrumentationScope.attributes");
            p = content + this.low;
            const added = this.attribute(content, p, last);
            if (added === -1) continue;
            if (first === -1) first = added;
            last = added;
          } else if (field === 0x20) {
            p = this.varint(p, stop);
            dropped = this.low;
          } else p = this.skip(field, p, stop, atField);
        }
        if (p !== stop) this.truncated("InstrumentationScope", stop);
        attributeCount = this.attributeCount;
        this.refuseProblem("an instrumentation scope", start);
      } else if (tag === 0x1a) {
        schemaUrlOffset = this.length(p, end, `${this.names.scope}.schema_url`);
        schemaUrlLength = this.low;
        p = schemaUrlOffset + schemaUrlLength;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated(this.names.scope, end);
    table.nameOffset[row] = nameOffset;
    table.nameLength[row] = nameLength;
    table.versionOffset[row] = versionOffset;
    table.versionLength[row] = versionLength;
    table.firstAttribute[row] = first;
    table.droppedAttributesCount[row] = dropped;
    table.schemaUrlOffset[row] = schemaUrlOffset;
    table.schemaUrlLength[row] = schemaUrlLength;
  }
}
