import {
  type Document,
  isAlias,
  isMap as isYamlMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ScalarTag,
} from "yaml";
import { ConfigError, type Position } from "./config-error.ts";
import type { ConfigValue } from "./config-value.ts";
import { pathKey, type Positions } from "./positions.ts";

function toInteger(text: string): number | bigint {
  const digits = text.replaceAll("_", "").replace(/^[-+]/u, "");
  // 0777 is octal to the Collector's YAML, as it was in YAML 1.1
  const value = BigInt(/^0[0-7]+$/u.test(digits) ? `0o${digits.slice(1)}` : digits);
  const signed = text.startsWith("-") ? -value : value;
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

/** Numbers as the Collector's YAML library reads them: `100_000`, `0777`, `0b1`; the rest of YAML is 1.2. */
const integer: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[\da-fA-F_]+|0|[1-9][\d_]*|0[0-7_]+)$/u,
  resolve: toInteger,
};

const float: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^[-+]?(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?$/u,
  resolve: (text) => Number(text.replaceAll("_", "")),
};

/** Limits what aliases of aliases may come to. */
const maxAliasCount = 100;

/**
 * Reads YAML as the Collector does. Adds each value's place to `positions`.
 *
 * @throws {ConfigError} naming file, line and column.
 */
export function parseYaml(text: string, file: string, positions?: Positions): ConfigValue {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    customTags: (tags) => [integer, float, ...tags],
    merge: true,
    uniqueKeys: true,
    prettyErrors: false,
    stringKeys: true,
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ message, pos }) => ({ message, position: at(pos[0]) })));
  }
  if (positions !== undefined) locate(document, document.contents, [], positions, at);
  try {
    return document.toJS({ maxAliasCount }) as ConfigValue;
  } catch (error) {
    throw new ConfigError([{ message: error instanceof Error ? error.message : String(error), position: at(0) }]);
  }
}

function locate(
  document: Document,
  node: unknown,
  path: readonly (string | number)[],
  positions: Positions,
  at: (offset: number) => Position,
): void {
  if (isYamlMap(node)) {
    for (const item of node.items) {
      if (!isPair(item) || !isScalar(item.key)) continue;
      const below = [...path, String(item.key.value).trim()];
      if (item.key.range) positions.set(pathKey(below), at(item.key.range[0]));
      locate(document, item.value, below, positions, at);
    }
    return;
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const below = [...path, index];
      const { range } = item as { range?: readonly number[] | null };
      if (range?.[0] !== undefined) positions.set(pathKey(below), at(range[0]));
      locate(document, item, below, positions, at);
    }
    return;
  }
  // what an anchor holds was located where it is; here it is where it is used
  if (isAlias(node)) locate(document, node.resolve(document), path, positions, at);
}
