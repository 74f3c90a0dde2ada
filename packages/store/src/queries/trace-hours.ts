const hourNano = "3600000000000";

/**
 * A `WITH` clause naming `hours`: the first and last hour in which the traces' spans start, and the traces' earliest start in nanoseconds; zeros if none is
 * stored. `ids` is SQL for the right side of IN. The engine works it out before it reads, so that a condition on it prunes.
 */
export function withHours(ids: string): string {
  return `WITH (
    SELECT tuple(intDiv(min(start_unix_nano), ${hourNano}), intDiv(max(last_start_unix_nano), ${hourNano}), min(start_unix_nano))
    FROM trace_windows WHERE trace_id IN (${ids})
  ) AS hours`;
}

/** The condition on the sorting key of `spans`. */
export const spanInHours = `intDiv(start_unix_nano, ${hourNano}) BETWEEN hours.1 AND hours.2`;

/** The condition on the sorting key of `trace_summaries`. */
export const summaryInHours = "start_hour BETWEEN hours.1 AND hours.2";
