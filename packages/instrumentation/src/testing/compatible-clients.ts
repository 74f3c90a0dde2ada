import { createRequire } from "node:module";
import type OpenAI from "openai";
import { GroqInstrumentation } from "../groq/index.ts";
import type { InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { TogetherInstrumentation } from "../together/index.ts";
import { type TestCall, testCalls } from "./calls.ts";

/** A library that makes the calls of `openai` by another name. */
export interface CompatibleClient {
  /** What is installed: the package or an alias of an older one. */
  readonly package: string;
  readonly library: string;
  readonly version: string;
  readonly provider: string;
  /** What the client puts between the server's address and the path of a call. */
  readonly basePath: string;
  instrumentation(options: InstrumentationOptions): LibraryInstrumentation<InstrumentationOptions>;
}

const groq = {
  library: "groq-sdk",
  provider: "groq",
  basePath: "",
  instrumentation: (options: InstrumentationOptions) => new GroqInstrumentation(options),
} as const;

const together = {
  library: "together-ai",
  provider: "together_ai",
  basePath: "/v1",
  instrumentation: (options: InstrumentationOptions) => new TogetherInstrumentation(options),
} as const;

export const compatibleClients: readonly CompatibleClient[] = [
  { ...groq, package: "groq-sdk", version: "1" },
  { ...groq, package: "groq-sdk-v0", version: "0" },
  { ...together, package: "together-ai", version: "0.52" },
  { ...together, package: "together-ai-v0.49", version: "0.49" },
];

/** The calls that such a library has: no helpers of `openai`'s own, and no Responses API. */
export const compatibleCalls: readonly TestCall[] = testCalls.filter(
  ({ name }) =>
    !/^(?:responses|chat parse|runTools|stream helper|a list of models|a client behind a proxy|embeddings)/u.test(name),
);

type Client = typeof OpenAI;

/** The client's class. Typed as `openai`'s: the calls made in tests are the same. */
export async function loadCompatible(name: string, how: "import" | "require" = "import"): Promise<Client> {
  if (how === "import") return ((await import(name)) as { default: Client }).default;
  return (createRequire(import.meta.url)(name) as { default: Client }).default;
}
