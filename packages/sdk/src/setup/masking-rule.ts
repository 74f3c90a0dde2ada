import { contentModeFromEnv } from "@genscope/instrumentation";
import type { InitContentOptions } from "./content-options.ts";
import type { InitOptions } from "./init.ts";
import { type Env, readFlag, readText } from "./read-env.ts";

const remedy =
  "Set GENSCOPE_MASK=true or init({ content: { mask: true } }) to have personal data and secrets taken out, " +
  "or OTEL_GENAI_CAPTURE_MESSAGE_CONTENT=none to capture nothing";

/**
 * Content as it may be captured. Unmasked it is captured with a warning; in production it is not, unless `mask: false` or `GENSCOPE_ALLOW_UNMASKED=true`
 * says that this is meant.
 *
 * @throws {Error} for content that would be captured unmasked where masking is required.
 */
export function applyMaskingRule(
  options: InitOptions,
  env: Env,
  warn: (message: string) => void,
): InitContentOptions | undefined {
  const { content } = options;
  const capture = content?.capture ?? contentModeFromEnv(env) ?? "none";
  if (capture === "none" || isMasked(content, env)) return content;
  const what = `Prompts and answers (${capture})`;
  if (options.requireMasking === true || readFlag(env, "GENSCOPE_REQUIRE_MASKING")) {
    throw new Error(`${what} would be captured without masking, and masking is required. ${remedy}.`);
  }
  if (content?.mask === false || readFlag(env, "GENSCOPE_ALLOW_UNMASKED")) return content;
  if (readText(env, "NODE_ENV") !== "production" && options.environment !== "production") {
    warn(`${what} are captured without masking. ${remedy}; in production nothing is captured unmasked.`);
    return content;
  }
  warn(
    `${what} are not captured: this is production, and there is no masking. ${remedy}. ` +
      "To capture them as they are, say so with GENSCOPE_ALLOW_UNMASKED=true or init({ content: { mask: false } }).",
  );
  return { ...content, capture: "none" };
}

function isMasked(content: InitContentOptions | undefined, env: Env): boolean {
  if (content?.hashOnly !== undefined) return true;
  return content?.mask === undefined ? readFlag(env, "GENSCOPE_MASK") : content.mask !== false;
}
