/** One library that is instrumented. */
export interface Library {
  /** The subpath of this package with its instrumentation, which also names it in options. */
  readonly name: string;
  /** The export of that subpath: a subclass of `LibraryInstrumentation`. */
  readonly className: string;
  /** What is waited for, as an application would import it. */
  readonly specifiers: readonly string[];
}

/** Every library that is instrumented. */
export const libraries = [
  { name: "openai", className: "OpenAIInstrumentation", specifiers: ["openai"] },
  { name: "bedrock", className: "BedrockInstrumentation", specifiers: ["@aws-sdk/client-bedrock-runtime"] },
] as const satisfies readonly Library[];

export type LibraryName = (typeof libraries)[number]["name"];
