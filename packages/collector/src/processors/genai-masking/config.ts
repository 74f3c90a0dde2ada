import { createMasker, detectorNames } from "@genscope/masking";
import type { Action, Allow } from "@genscope/masking";
import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { anything, boolean, integer, list, mapOf, section, text, word } from "../../config/fields.ts";

const actions = ["mask", "mask-keep-last-4", "hash", "drop"] as const satisfies readonly Action[];

const rule = section({
  name: text(""),
  /** RE2. */
  pattern: text(""),
  ignore_case: boolean(false),
  action: text(),
});

const schema = section({
  /** Detectors that are on; all if left out. */
  detectors: list(word(detectorNames, "email")),
  rules: list(rule),
  /** Values left alone: a text, `@domain`, or `{pattern: …}`. */
  allow: list(anything()),
  action: word(actions, "mask"),
  /** By detector or rule. */
  actions: mapOf(word(actions, "mask")),
  /** Of the hashes, at least 16 bytes. */
  hmac_key: text(),
  /** Characters of one value. */
  max_length: integer(),
  /** What becomes of prompts, answers, tool calls and documents as a whole, besides what is found in them. */
  content: word(["mask", "hash", "drop"], "mask"),
});

export type GenAiMaskingConfig = z.output<typeof schema>;

/** The masker that a configuration describes. @throws {TypeError} in words. */
export function maskerOf(config: GenAiMaskingConfig): ReturnType<typeof createMasker> {
  return createMasker({
    ...(config.detectors.length === 0 ? {} : { detectors: config.detectors }),
    rules: config.rules.map(({ name, pattern, ignore_case, action }) => ({
      name,
      pattern,
      ignoreCase: ignore_case,
      ...(action === undefined ? {} : { action: action as Action }),
    })),
    allow: config.allow as readonly Allow[],
    action: config.action,
    actions: config.actions,
    ...(config.hmac_key === undefined ? {} : { key: config.hmac_key }),
    ...(config.max_length === undefined ? {} : { maxLength: config.max_length }),
  });
}

function check(value: unknown): readonly string[] {
  const config = value as GenAiMaskingConfig;
  if (config.allow.some((entry) => typeof entry !== "string" && !isPattern(entry))) {
    return ["'allow' takes texts and {pattern: …}"];
  }
  try {
    maskerOf(config).text("");
  } catch (error) {
    return [(error as Error).message];
  }
  return config.content === "hash" && config.hmac_key === undefined ? ["'content: hash' needs an 'hmac_key'"] : [];
}

function isPattern(entry: unknown): boolean {
  return typeof entry === "object" && entry !== null && "pattern" in entry && typeof entry.pattern === "string";
}

/** Personal data and secrets out of everything a request carries, before any of it is written anywhere. */
export const genAiMaskingComponent: ComponentType = {
  kind: "processors",
  type: "genai_masking",
  signals: ["traces", "metrics", "logs"],
  config: schema,
  differs: {
    "": "Genscope's own. Takes personal data and secrets out of everything a request carries: attributes at any depth, keys, names, events, links, bodies, resource, scope, exemplars, JSON within texts ([masking](masking.md)). What cannot be looked at is masked whole. It runs before anything is written, wherever it stands in a pipeline.",
    detectors: "all if left out",
    allow: "values left alone: a text, `@domain`, or `{pattern: …}`",
    actions: "by detector or rule",
    hmac_key: "for hashes, at least 16 bytes",
    max_length: "characters of one value, cut after masking",
    content: "what becomes of prompts, answers, tool calls and documents as a whole, in every dialect",
  },
  check,
};
