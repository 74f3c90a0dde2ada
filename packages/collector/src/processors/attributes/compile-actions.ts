import { createHash } from "node:crypto";
import type { OwnerKind } from "@genscope/otlp";
import { type AttributeKey, attributeKey } from "../../ottl/attribute-store.ts";
import { type Cursor, OttlError } from "../../ottl/index.ts";
import { Regex } from "../../ottl/text/regex.ts";
import { toDouble, toInt } from "../../ottl/values/convert.ts";
import { toElementText } from "../../ottl/values/to-text.ts";
import { fromConfigValue } from "../../ottl/values/from-config.ts";
import type { Value } from "../../ottl/values/value.ts";
import type { ActionConfig } from "./action-config.ts";

/** Whose attributes an action changes; `first` is where they start in the view. */
export interface Owner {
  readonly kind: OwnerKind;
  row: number;
  first: number;
}

export type Action = (cursor: Cursor, owner: Owner) => void;

function read({ attributes }: Cursor, { kind, row, first }: Owner, key: AttributeKey): Value | undefined {
  return attributes.get(kind, row, first, key);
}

function write({ attributes }: Cursor, { kind, row }: Owner, key: string, value: Value): void {
  attributes.set(kind, row, key, value);
}

/** Where a value comes from: written out, another attribute, or what stands in for it. */
function sourceOf(config: ActionConfig): (cursor: Cursor, owner: Owner) => Value | undefined {
  if (config.value !== null) {
    const value = fromConfigValue(config.value);
    return () => value;
  }
  const otherwise = config.default_value === null ? undefined : fromConfigValue(config.default_value);
  if (config.from_attribute === "") return () => otherwise;
  const from = attributeKey(config.from_attribute);
  return (cursor, owner) => read(cursor, owner, from) ?? otherwise;
}

function setting(config: ActionConfig, whenPresent: boolean, whenAbsent: boolean): Action {
  const key = attributeKey(config.key);
  const source = sourceOf(config);
  return (cursor, owner) => {
    const value = source(cursor, owner);
    if (value === undefined) return;
    const isPresent = read(cursor, owner, key) !== undefined;
    if (isPresent ? whenPresent : whenAbsent) write(cursor, owner, config.key, value);
  };
}

/** SHA-256 in hex of a text or of the bytes of a number, the lowest first; nothing of what has elements. */
export function hashOf(value: Value): string {
  const bytes = Buffer.alloc(8);
  switch (typeof value) {
    case "string":
      return createHash("sha256").update(value).digest("hex");
    case "boolean":
      return createHash("sha256")
        .update(Buffer.of(value ? 1 : 0))
        .digest("hex");
    case "bigint":
      bytes.writeBigInt64LE(value);
      return createHash("sha256").update(bytes).digest("hex");
    case "number":
      bytes.writeDoubleLE(value);
      return createHash("sha256").update(bytes).digest("hex");
    default:
      return "";
  }
}

/** Changes the attribute of the key, and all whose keys match the pattern. */
function byKeyOrPattern(
  config: ActionConfig,
  change: (cursor: Cursor, owner: Owner, key: string, value: Value) => void,
): Action {
  const key = attributeKey(config.key);
  const pattern = config.pattern === "" ? undefined : new Regex(config.action, config.pattern);
  return (cursor, owner) => {
    const value = config.key === "" ? undefined : read(cursor, owner, key);
    if (value !== undefined) change(cursor, owner, config.key, value);
    if (pattern === undefined) return;
    for (const [name, one] of cursor.attributes.all(owner.kind, owner.row, owner.first)) {
      if (name !== config.key && pattern.test(name)) change(cursor, owner, name, one);
    }
  };
}

function extraction(config: ActionConfig): Action {
  const key = attributeKey(config.key);
  const pattern = new Regex("extract", config.pattern);
  return (cursor, owner) => {
    const value = read(cursor, owner, key);
    if (typeof value !== "string") return;
    for (const [name, found] of pattern.extract(value) ?? []) write(cursor, owner, name, found);
  };
}

const conversions: Readonly<Record<string, (value: Value) => Value>> = {
  string: toElementText,
  int: toInt,
  double: toDouble,
};

/** What cannot be converted stays as it is. */
function conversion(config: ActionConfig): Action {
  const key = attributeKey(config.key);
  const convert = conversions[config.converted_type]!;
  return (cursor, owner) => {
    const value = read(cursor, owner, key);
    if (value === undefined) return;
    try {
      const converted = convert(value);
      if (converted !== value) write(cursor, owner, config.key, converted);
    } catch (error) {
      if (!(error instanceof OttlError)) throw error;
    }
  };
}

const makers: Readonly<Record<string, (config: ActionConfig) => Action>> = {
  insert: (config) => setting(config, false, true),
  update: (config) => setting(config, true, false),
  upsert: (config) => setting(config, true, true),
  delete: (config) => byKeyOrPattern(config, ({ attributes }, { kind, row }, key) => attributes.delete(kind, row, key)),
  hash: (config) => byKeyOrPattern(config, (cursor, owner, key, value) => write(cursor, owner, key, hashOf(value))),
  extract: extraction,
  convert: conversion,
};

/** Actions of a configuration that {@link actionProblems} has nothing to say against, as one. */
export function compileActions(configs: readonly ActionConfig[]): Action {
  const actions = configs.map((config) => makers[config.action.toLowerCase()]!(config));
  return (cursor, owner) => {
    for (const action of actions) action(cursor, owner);
  };
}
