import type { TraceFilter as StoreFilter } from "@genscope/store/queries";
import { ApiFailure } from "./api-failure.ts";
import type { TraceFilter } from "./contract.ts";

const defaultRangeNano = 60n * 60n * 1_000_000_000n;
/** The last that a signed 64-bit number of nanoseconds can say, in the year 2262: the engine sorts and slices by them. */
const maxNano = 2n ** 63n - 1n;

function fail(text: string, name: string, problem: string): never {
  throw new ApiFailure(400, "invalid-time", `"${name}" is ${problem}: ${text.slice(0, 60)}`);
}

/** RFC 3339 or milliseconds since the Unix epoch, in nanoseconds. Digits past the milliseconds of an RFC 3339 time count too; what is before 1970 is 0. */
export function parseTime(text: string, name: string): bigint {
  const isNumber = /^-?\d{1,20}(\.\d+)?$/.test(text);
  const ms = isNumber ? Math.trunc(Number(text)) : Date.parse(text);
  if (Number.isNaN(ms)) fail(text, name, "neither an RFC 3339 time nor milliseconds since 1970");
  const fraction = isNumber ? "0" : (/\.(\d{1,9})/.exec(text)?.[1]?.padEnd(9, "0").slice(3) ?? "0");
  const nano = BigInt(ms) * 1_000_000n + BigInt(fraction);
  if (nano > maxNano) fail(text, name, "later than 2262-04-11");
  return nano < 0n ? 0n : nano;
}

function list<T extends string>(value: T | T[] | undefined): readonly T[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [value];
}

/** The API's filter as the store takes it. */
export function toStoreFilter(filter: TraceFilter): StoreFilter {
  const toNano = filter.to === undefined ? BigInt(Date.now() + 60_000) * 1_000_000n : parseTime(filter.to, "to");
  const fromNano =
    filter.from === undefined
      ? toNano > defaultRangeNano
        ? toNano - defaultRangeNano
        : 0n
      : parseTime(filter.from, "from");
  for (const pair of list(filter.attribute) ?? []) {
    if (pair.indexOf("=") < 1)
      throw new ApiFailure(400, "invalid-parameter", `attribute: not of the form key=value: ${pair.slice(0, 60)}`);
  }
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
  return { ...given, fromNano, toNano };
}
