import { isSpace } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";

const maxUserInfo = 512;

/** Called at `://`. Gives the end of the user and password found before an `@`, or 0. */
export function findUrlCredentials(context: ScanContext, colon: number): number {
  const { text } = context;
  const start = colon + 3;
  let at = -1;
  let split = -1;
  const limit = Math.min(text.length, start + maxUserInfo);
  for (let i = start; i < limit; i++) {
    const code = text.charCodeAt(i);
    if (code === 64) at = i;
    else if (code === 58 && split < 0) split = i;
    else if (
      code === 47 ||
      code === 63 ||
      code === 35 ||
      code === 34 ||
      code === 39 ||
      code === 92 ||
      code === 60 ||
      code === 62 ||
      code === 96 ||
      isSpace(code)
    )
      break;
  }
  if (at <= start) return 0;
  const hasPassword = split > start - 1 && split < at - 1;
  if (hasPassword) {
    const password = text.slice(split + 1, at);
    if (/^(?:\*+|x+|<.*|\$\{?.*|\{.*|%s|\[[A-Z0-9_]+(?:[: ][^\]]*)?\])$/.test(password)) return 0;
    return context.add("url-credentials", start, at);
  }
  // a name alone is no secret; a token in its place is
  const user = text.slice(start, split >= 0 && split < at ? split : at);
  return user.length >= 16 && /\d/.test(user) && /^[\w.~-]+$/.test(user)
    ? context.add("url-credentials", start, at)
    : 0;
}
