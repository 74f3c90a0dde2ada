/** What is looked for. A rule is one of these names, or one with its variant: `api-key.openai`, `national-id.kr`. */
export const detectorNames = [
  "email",
  "phone",
  "card",
  "iban",
  "national-id",
  "ip",
  "api-key",
  "jwt",
  "private-key",
  "url-credentials",
  "credential",
] as const;

export type DetectorName = (typeof detectorNames)[number];

/** Which detectors are on. */
export type EnabledDetectors = Readonly<Record<DetectorName, boolean>>;

export function enableDetectors(names: readonly DetectorName[]): EnabledDetectors {
  return Object.fromEntries(detectorNames.map((name) => [name, names.includes(name)])) as EnabledDetectors;
}

/** `api-key.openai` → `api-key`; the rule itself if it has no variant. */
export function detectorOf(rule: string): string {
  const dot = rule.indexOf(".");
  return dot < 0 ? rule : rule.slice(0, dot);
}
