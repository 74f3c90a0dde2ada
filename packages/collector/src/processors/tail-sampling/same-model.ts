/**
 * Whether the model that answered is the one that was asked for: by the same name, or by that of a dated version of it (`gpt-4o` and `gpt-4o-2024-08-06`). What stands
 * before a slash says where it runs and does not count.
 */
export function isSameModel(requested: string, answered: string): boolean {
  const asked = bareName(requested);
  const answer = bareName(answered);
  if (asked === answer) return true;
  const [shorter, longer] = asked.length < answer.length ? [asked, answer] : [answer, asked];
  return longer.startsWith(shorter) && version.test(longer.slice(shorter.length));
}

/** A date, a number of three digits or more, or `v1:0`, as providers append them. */
const version = /^[-@:]v?\d[\d.:-]*$/u;

function bareName(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.slice(lower.lastIndexOf("/") + 1).replace(/[-@:]latest$/u, "");
}
