import type { TraceFilter as StoreFilter } from "@genscope/store/queries";
import { ApiFailure } from "./api-failure.ts";
import type { TraceFilter } from "./contract.ts";

const defaultRangeMs = 60 * 60 * 1000;
const maxMs = 8.64e15;

/** RFC 3339 or milliseconds since the Unix epoch, in nanoseconds. Digits past the milliseconds of an RFC 3339 time count too. */
export function parseTime(text: string, name: string): bigint {
  if (/^-?\d+(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= maxMs)
    return BigInt(Math.trunc(Number(text))) * 1_000_000n;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw new ApiFailure(
      400,
      "invalid-time",
      `"${name}" is neither an RFC 3339 time nor milliseconds since 1970: ${text.slice(0, 60)}`,
    );
  }
  const fraction = /\.(\d{1,9})/.exec(text)?.[1]?.padEnd(9, "0").slice(3) ?? "0";
  return BigInt(ms) * 1_000_000n + BigInt(fraction);
}

function list<T extends string>(value: T | T[] | undefined): readonly T[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [value];
}

/** The API's filter as the store takes it. */
export function toStoreFilter(filter: TraceFilter): StoreFilter {
  const toNano = filter.to === undefined ? BigInt(Date.now() + 60_000) * 1_000_000n : parseTime(filter.to, "to");
  const fromNano =
    filter.from === undefined ? toNano - BigInt(defaultRangeMs) * 1_000_000n : parseTime(filter.from, "from");
  if (fromNano >= toNano) throw new ApiFailure(400, "invalid-time", '"from" must be before "to"');
  const lists = {
    service: list(filter.service),
    name: list(filter.name),
    operation: list(filter.operation),
    provider: list(filter.provider),
    model: list(filter.model),
    agent: list(filter.agent),
    tool: list(filter.tool),
    spanType: list(filter.spanType),
    attribute: list(filter.attribute),
  };
  const rest = {
    status: filter.status,
    conversation: filter.conversation,
    user: filter.user,
    minDurationMs: filter.minDurationMs,
    maxDurationMs: filter.maxDurationMs,
    q: filter.q === undefined || filter.q.trim() === "" ? undefined : filter.q,
  };
  const given = Object.fromEntries(Object.entries({ ...lists, ...rest }).filter(([, value]) => value !== undefined));
  return { ...given, fromNano: fromNano < 0n ? 0n : fromNano, toNano: toNano < 0n ? 0n : toNano };
}
