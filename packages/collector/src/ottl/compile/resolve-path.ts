import { didYouMean } from "../../config/did-you-mean.ts";
import type { OttlContext } from "../contexts.ts";
import type { Key, Target } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { cachePath } from "../paths/cache.ts";
import type { PathTable } from "../paths/field.ts";
import type { PathNode, PathSegment } from "../syntax/ast.ts";
import { OttlSyntaxError } from "../syntax/syntax-error.ts";

/**
 * Finds what a path leads to. `keys` are those of each of its segments.
 * @throws {OttlSyntaxError} for a path the context does not have
 */
export function resolvePath(
  node: PathNode,
  keys: readonly (readonly Key[])[],
  context: OttlContext,
  allowBarePaths: boolean,
): Target {
  const [first] = node.segments;
  const hasPrefix = node.segments.length > 1 && first!.keys.length === 0;
  const prefix = hasPrefix && Object.hasOwn(context.paths, first!.name) ? first!.name : undefined;
  if (prefix === undefined && !allowBarePaths) throw noContext(node, context, hasPrefix);
  const segments = prefix === undefined ? node.segments : node.segments.slice(1);
  const own = keys.slice(prefix === undefined ? 0 : 1);
  const name = prefix ?? context.name;
  if (segments[0]!.name === "cache") checkCache(node, segments, name, context);
  const table: PathTable = segments[0]!.name === "cache" ? { cache: cachePath } : (context.paths[name] ?? {});
  const dotted = segments.map((segment) => segment.name).join(".");
  const entry = Object.hasOwn(table, dotted) ? table[dotted] : undefined;
  if (entry === undefined) throw unknownSegment(node, segments, table, name);
  const indexed = own.slice(0, -1).findIndex((list) => list.length > 0);
  const last = own.at(-1)!;
  const wrong =
    indexed !== -1 ? segments[indexed] : typeof entry === "function" && last.length > 0 ? segments.at(-1) : undefined;
  if (wrong !== undefined) {
    throw new OttlSyntaxError(
      `the keys indexing "${wrong.name}" were not used by the context - this likely means you are trying to index a path that does not support indexing`,
      wrong.at,
    );
  }
  try {
    return typeof entry === "function" ? entry(last) : entry.indexed(last);
  } catch (error) {
    if (error instanceof OttlError) throw new OttlSyntaxError(error.message, node.at, { cause: error });
    throw error;
  }
}

function checkCache(node: PathNode, segments: readonly PathSegment[], name: string, context: OttlContext): void {
  const isOwn = name === context.name || (name === "instrumentation_scope" && context.name === "scope");
  if (isOwn) return;
  const rest = node.text.slice(segments[0]!.at - node.at);
  throw new OttlSyntaxError(
    `access to cache must be performed using the same statement's context, please replace "${node.text}" with "${context.name}.${rest}"`,
    node.at,
  );
}

function noContext(node: PathNode, context: OttlContext, hasPrefix: boolean): OttlSyntaxError {
  const names = Object.keys(context.paths);
  return new OttlSyntaxError(
    hasPrefix
      ? `context "${node.segments[0]!.name}" from path "${node.text}" is not valid, it must be replaced by one of: ${names.map((name) => `"${name}"`).join(", ")}`
      : `missing context name for path "${node.text}", possibly valid options are: ${names.map((name) => `"${name}.${node.text}"`).join(", ")}`,
    node.at,
  );
}

function unknownSegment(
  node: PathNode,
  segments: readonly PathSegment[],
  table: PathTable,
  name: string,
): OttlSyntaxError {
  const known = new Set<string>(Object.keys(table));
  let at = 0;
  let good = "";
  for (; at < segments.length; at++) {
    const next = good === "" ? segments[at]!.name : `${good}.${segments[at]!.name}`;
    if (!known.has(next) && ![...known].some((path) => path.startsWith(`${next}.`))) break;
    good = next;
  }
  const wrong = segments[Math.min(at, segments.length - 1)]!;
  if (known.has(good) && ![...known].some((path) => path.startsWith(`${good}.`))) {
    return new OttlSyntaxError(
      `the path section "${wrong.name}" was not used by the context - this likely means you are using extra path sections`,
      wrong.at,
    );
  }
  const siblings = [...known].filter((path) => good === "" || path.startsWith(`${good}.`));
  const choices = [
    ...siblings.map((path) => path.slice(good === "" ? 0 : good.length + 1)),
    ...(good === "" ? ["cache"] : []),
  ];
  const hint = didYouMean(wrong.name, choices) ?? `known: ${choices.join(", ")}`;
  return new OttlSyntaxError(
    `segment "${wrong.name}" from path "${node.text}" is not a valid path nor a valid OTTL keyword for the ${name} context - ${hint}`,
    wrong.at,
  );
}
