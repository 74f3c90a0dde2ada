import type { Json } from "./json.ts";

type Node = Map<string, Node> | { readonly leaf: Json };
const mostSegments = 16;

/**
 * The list that indexed keys spell (`0.message.role`, `0.message.content`, `1.…`), in order of index. An index is a name and no
 * length: `999999999` makes a list of one. Where a path is both a value and a prefix of others, the first one told stays.
 * Linear in the length of the keys, but for sorting the indices.
 */
export function unflatten(entries: Iterable<readonly [path: string, value: Json]>): Json {
  const root = new Map<string, Node>();
  for (const [path, value] of entries) {
    const segments = path.split(".", mostSegments + 1);
    if (segments.length > mostSegments) continue;
    const last = segments.pop() ?? "";
    let node: Map<string, Node> | undefined = root;
    for (const segment of segments) {
      const child: Node | undefined = node.get(segment);
      if (child === undefined) {
        const made = new Map<string, Node>();
        node.set(segment, made);
        node = made;
      } else if (child instanceof Map) {
        node = child;
      } else {
        node = undefined;
        break;
      }
    }
    if (node !== undefined && !node.has(last)) node.set(last, { leaf: value });
  }
  return toJson(root);
}

function toJson(node: Node): Json {
  if (!(node instanceof Map)) return node.leaf;
  const entries = [...node];
  if (entries.length > 0 && entries.every(([name]) => /^\d+$/.test(name))) {
    return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, child]) => toJson(child));
  }
  return Object.fromEntries(entries.map(([name, child]) => [name, toJson(child)]));
}
