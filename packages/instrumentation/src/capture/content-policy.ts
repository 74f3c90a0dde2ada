import type { AttributeName } from "@genscope/semconv/genai";
import { diag } from "@opentelemetry/api";
import { type ContentMode, type ContentModeName, contentModeFromEnv, contentModes } from "./content-mode.ts";
import { fits } from "./fits.ts";
import { mapText } from "./map-text.ts";
import { createBudget } from "./truncate.ts";

/** Takes personal data and secrets out of a text. Must not throw; if it does, the content is dropped. */
export type Mask = (text: string) => string;

/** Content on its way out. */
export interface Content {
  readonly attribute: AttributeName;
  readonly value: unknown;
  readonly operation: string;
  readonly provider?: string | undefined;
}

/** Gives back what may be sent in place of the content, `undefined` to refuse it. Runs before masking. */
export type OnContent = (content: Content) => unknown;

export interface ContentOptions {
  /** Where content goes. Without it the environment decides; without that, nowhere. */
  readonly capture?: ContentModeName;
  readonly mask?: Mask;
  readonly onContent?: OnContent;
  /** Characters of all strings in one attribute; 64 Ki unless set. */
  readonly maxChars?: number;
}

/** What may leave the process, decided once at start-up. */
export interface ContentPolicy {
  readonly mode: ContentMode;
  /** Whether the details event is sent even without content (`OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT`). */
  readonly emitEvent: boolean;
  readonly masked: boolean;
  /** The content as it may be sent, `undefined` if it may not. Never throws. */
  release(content: Content): unknown;
  /** The same as a span carries it, where not every SDK can carry structure: text, as JSON unless it is one. */
  releaseText(content: Content): string | undefined;
  /** An error's message, or another text that is no content but may quote some. */
  maskText(text: string): string;
}

const defaultMaxChars = 65_536;

/** The policy of these options and the environment. */
export function createContentPolicy(
  options: ContentOptions = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): ContentPolicy {
  const mode: ContentMode = contentModes[options.capture ?? contentModeFromEnv(env) ?? "none"];
  const { mask, onContent } = options;
  const maxChars = options.maxChars ?? defaultMaxChars;
  const emit = env["OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT"]?.trim().toLowerCase();
  const allowed = (content: Content): unknown => (onContent === undefined ? content.value : onContent(content));
  const safe = (value: unknown): unknown => {
    const cut = createBudget(maxChars);
    // masked whole, then cut: a cut could leave half of a secret that no rule recognizes
    return mapText(value, mask === undefined ? cut : (text) => cut(mask(text)));
  };
  return {
    mode,
    emitEvent: emit === "true" || (emit !== "false" && mode.events),
    masked: mask !== undefined,
    release(content) {
      try {
        const value = allowed(content);
        return value === undefined || value === null ? undefined : safe(value);
      } catch (error) {
        return drop(content, error);
      }
    },
    releaseText(content) {
      try {
        const value = allowed(content);
        if (value === undefined || value === null) return undefined;
        return textOf(mask === undefined && fits(value, maxChars) ? value : safe(value));
      } catch (error) {
        return drop(content, error);
      }
    },
    maskText(text) {
      if (mask === undefined) return text;
      try {
        return mask(text);
      } catch (error) {
        diag.error("genscope: a text was dropped, because masking it failed", error);
        return "";
      }
    },
  };
}

function drop({ attribute }: Content, error: unknown): undefined {
  diag.error(`genscope: ${attribute} was dropped, because preparing it failed`, error);
}

/** Content as text: JSON, unless it is text already. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
