import { diag } from "@opentelemetry/api";

/** Where content (prompts, answers, arguments, results) is sent. Nowhere, unless somebody says so. */
export interface ContentMode {
  readonly events: boolean;
  readonly spans: boolean;
}

export const contentModes = {
  none: { events: false, spans: false },
  events: { events: true, spans: false },
  spans: { events: false, spans: true },
  both: { events: true, spans: true },
} as const satisfies Readonly<Record<string, ContentMode>>;
export type ContentModeName = keyof typeof contentModes;

/** Words of either variable, as people and other SDKs write them. */
const words: Readonly<Record<string, ContentModeName>> = {
  none: "none",
  no_content: "none",
  false: "none",
  "0": "none",
  off: "none",
  events: "events",
  event: "events",
  event_only: "events",
  true: "events",
  "1": "events",
  on: "events",
  spans: "spans",
  span: "spans",
  span_only: "spans",
  both: "both",
  span_and_event: "both",
};

/** In order of precedence: the first that is set decides. */
export const contentVariables = [
  "OTEL_GENAI_CAPTURE_MESSAGE_CONTENT",
  "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
] as const;

/** The mode the environment asks for. A word that is not known captures nothing and says so. */
export function contentModeFromEnv(env: Readonly<Record<string, string | undefined>>): ContentModeName | undefined {
  for (const variable of contentVariables) {
    const value = env[variable]?.trim().toLowerCase();
    if (value === undefined || value === "") continue;
    const mode = Object.hasOwn(words, value) ? words[value] : undefined;
    if (mode === undefined) {
      diag.warn(`genscope: ${variable}=${env[variable]} is none of none, events, spans, both; no content is captured`);
      return "none";
    }
    return mode;
  }
  return undefined;
}
