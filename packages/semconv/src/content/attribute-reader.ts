import { mapOf, toJson } from "./json.ts";
import type { AnyValue, Json, KeyValue } from "./json.ts";

const maxSegments = 12;

type Tree = Map<string, Tree | Json>;

/** Attributes by key, and lists that were flattened into keys (`llm.input_messages.0.message.role`) put together again. */
export class AttributeReader {
  readonly #values = new Map<string, AnyValue>();

  constructor(attributes: Iterable<KeyValue>) {
    for (const { key, value } of attributes) if (!this.#values.has(key)) this.#values.set(key, value);
  }

  get(key: string): Json | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : toJson(value);
  }

  /** What is under `prefix`, nested as its keys say; undefined if nothing is. */
  under(prefix: string): Json | undefined {
    const root: Tree = new Map();
    for (const [key, value] of this.#values) {
      if (!key.startsWith(prefix)) continue;
      const path = key.slice(prefix.length).split(".");
      if (!/^\d{1,9}$/.test(path[0]!)) continue;
      if (path.length > maxSegments) path.splice(maxSegments - 1, path.length, path.slice(maxSegments - 1).join("."));
      place(root, path, toJson(value));
    }
    return root.size === 0 ? undefined : unfold(root);
  }
}

function place(root: Tree, path: readonly string[], value: Json): void {
  let node = root;
  for (const segment of path.slice(0, -1)) {
    const next = node.get(segment);
    if (next instanceof Map) {
      node = next;
      continue;
    }
    // a key that is both a value and a prefix: the longer keys have more to say
    const made: Tree = new Map();
    node.set(segment, made);
    node = made;
  }
  const last = path.at(-1)!;
  if (!(node.get(last) instanceof Map)) node.set(last, value);
}

/** Nodes whose keys are all numbers are lists in the order of the numbers; gaps are closed, so that no index is too large. */
function unfold(tree: Tree): Json {
  const entries = [...tree].map(([key, node]) => [key, node instanceof Map ? unfold(node) : node] as const);
  if (!entries.every(([key]) => /^\d{1,9}$/.test(key))) return mapOf(entries);
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, node]) => node);
}
