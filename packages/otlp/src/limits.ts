/** Bounds applied before work is done, the same for every transport and encoding. */
export interface ReceiveLimits {
  /** Bytes of a request body as sent. */
  readonly compressedBytes: number;
  /** Bytes after decompression, counted while decompressing. */
  readonly decompressedBytes: number;
  /** Spans, log records or data points in one request. */
  readonly items: number;
  /** Attributes of one owner. */
  readonly attributesPerItem: number;
  /** Attributes, events, links, exemplars, scopes and resources in one request, all together: bounds the memory of its index. */
  readonly rows: number;
  /** Nesting of `AnyValue` arrays and maps. */
  readonly depth: number;
}

export const defaultReceiveLimits: ReceiveLimits = {
  compressedBytes: 16 * 1024 * 1024,
  decompressedBytes: 64 * 1024 * 1024,
  items: 200_000,
  attributesPerItem: 4_096,
  rows: 5_000_000,
  depth: 64,
};
