const key = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/u;
const value = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/u;
const maxMembers = 32;

/** The members of a W3C trace state, in order; undefined for what is none. */
export function parseTraceState(text: string): Map<string, string> | undefined {
  const members = new Map<string, string>();
  if (text === "") return members;
  for (const part of text.split(",")) {
    const member = part.trim();
    if (member === "") continue;
    const equals = member.indexOf("=");
    const name = member.slice(0, equals);
    const content = member.slice(equals + 1);
    if (equals === -1 || !key.test(name) || !value.test(content) || members.has(name)) return undefined;
    members.set(name, content);
  }
  return members.size > maxMembers ? undefined : members;
}

/** The trace state with a member set: it comes first, as the one changed last. Undefined where it or the state is not valid. */
export function withTraceStateMember(text: string, name: string, content: string): string | undefined {
  const members = parseTraceState(text);
  if (members === undefined || !key.test(name) || !value.test(content)) return undefined;
  members.delete(name);
  const rest = [...members].slice(0, maxMembers - 1);
  return [[name, content] as const, ...rest].map(([k, v]) => `${k}=${v}`).join(",");
}
