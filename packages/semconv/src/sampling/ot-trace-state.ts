/** OpenTelemetry's own entry in a trace state (`ot=th:e666;rv:…`). Source: OpenTelemetry specification, "TraceState Handling". */
export interface OtTraceState {
  /** `th`, the rejection threshold: 1 to 14 hexadecimal digits, trailing zeros left out. */
  readonly threshold?: string;
  /** `rv`, explicit randomness: 14 hexadecimal digits. */
  readonly randomness?: string;
  /** Other sub-keys as they came, `key:value`. */
  readonly rest: readonly string[];
}

const maxLength = 256;
const thresholdPattern = /^[0-9a-f]{1,14}$/u;
const randomnessPattern = /^[0-9a-f]{14}$/u;

/** Reads the value of the key `ot`. What is malformed is as if it were not there. */
export function parseOtTraceState(value: string | undefined): OtTraceState {
  if (value === undefined || value.length > maxLength) return { rest: [] };
  let threshold: string | undefined;
  let randomness: string | undefined;
  const rest: string[] = [];
  for (const member of value.split(";")) {
    const content = member.slice(3);
    if (member.startsWith("th:")) threshold = thresholdPattern.test(content) ? content : undefined;
    else if (member.startsWith("rv:")) randomness = randomnessPattern.test(content) ? content : undefined;
    else if (member !== "") rest.push(member);
  }
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(randomness === undefined ? {} : { randomness }),
    rest,
  };
}

/** The value to put under the key `ot`; empty if there is nothing to say. Other members are left out, the last first, where it would be too long. */
export function formatOtTraceState({ threshold, randomness, rest }: OtTraceState): string {
  let value = [
    ...(threshold === undefined ? [] : [`th:${threshold}`]),
    ...(randomness === undefined ? [] : [`rv:${randomness}`]),
  ].join(";");
  for (const member of rest) {
    const longer = value === "" ? member : `${value};${member}`;
    if (longer.length > maxLength) break;
    value = longer;
  }
  return value;
}
