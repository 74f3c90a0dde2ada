import type OpenAI from "openai";

/** The `openai` packages that are tested, under the names of their npm aliases. */
export const openAiMajors = ["openai-v4", "openai-v5", "openai-v6", "openai"] as const;
export type OpenAiMajor = (typeof openAiMajors)[number];

/** A major's class, loaded with `import` or `require`. Typed as the newest: the calls made in tests are the same in all. */
export async function loadOpenAi(major: OpenAiMajor, how: "import" | "require" = "import"): Promise<typeof OpenAI> {
  if (how === "import") return ((await import(major)) as { default: typeof OpenAI }).default;
  const { createRequire } = await import("node:module");
  return (createRequire(import.meta.url)(major) as { OpenAI: typeof OpenAI }).OpenAI;
}
