/** A component's identity: `type` or `type/name`. Two of one type differ by name. */
export interface ComponentId {
  readonly type: string;
  readonly name: string;
}

const typePattern = /^[a-zA-Z][0-9a-zA-Z_]{0,62}$/u;
const namePattern = /^[^\p{Z}\p{C}\p{S}]+$/u;
const maxNameLength = 1024;

export function formatId({ type, name }: ComponentId): string {
  return name === "" ? type : `${type}/${name}`;
}

/** Reads an id; spaces around the slash do not count. Throws an Error in the Collector's words. */
export function parseId(text: string): ComponentId {
  const slash = text.indexOf("/");
  const type = (slash === -1 ? text : text.slice(0, slash)).trim();
  if (type === "")
    throw new Error(slash === -1 ? "id must not be empty" : `in "${text}" id: the part before / should not be empty`);
  if (!typePattern.test(type)) throw new Error(`in "${text}" id: invalid character(s) in type "${type}"`);
  if (slash === -1) return { type, name: "" };
  const name = text.slice(slash + 1).trim();
  if (name === "") throw new Error(`in "${text}" id: the part after / should not be empty`);
  if (name.length > maxNameLength) {
    throw new Error(`in "${text}" id: name length (${name.length}) exceeds maximum of ${maxNameLength}`);
  }
  if (!namePattern.test(name)) throw new Error(`in "${text}" id: invalid character(s) in name "${name}"`);
  return { type, name };
}
