import type { Catalogue } from "../catalogue.ts";
import type { Config } from "../config/parse-config.ts";
import { genAiMaskingComponent } from "../processors/genai-masking/index.ts";

/**
 * What becomes of pipelines that would write prompts and answers to a disk unmasked: they run, with a warning; they are refused; or `genai_masking` with
 * every detector is put in front of them.
 */
export type MaskingRule = "warn" | "require" | "add";

const addedId = `${genAiMaskingComponent.type}/added`;

/** The configuration under the rule. Throws if it is refused. */
export function applyMaskingRule(
  config: Config,
  catalogue: Catalogue,
  rule: MaskingRule,
  warn: (message: string) => void,
): Config {
  const unmasked = unmaskedPipelines(config, catalogue);
  if (unmasked.length === 0) return config;
  const names = unmasked.map((id) => `"${id}"`).join(", ");
  if (rule === "add") {
    warn(`genai_masking runs in front of ${names}, with every detector`);
    return withMasking(config, unmasked);
  }
  const message =
    `neither genai_masking nor redaction is in ${names}: prompts and answers are written to disk as they come, but for what ` +
    "other processors change. Put genai_masking first, or start with --mask";
  if (rule === "require") throw new Error(message);
  warn(message);
  return config;
}

/** Pipelines that can carry prompts and answers, have them from a sender, and do nothing to them. */
function unmaskedPipelines({ components, pipelines }: Config, catalogue: Catalogue): readonly string[] {
  const masks = (id: string): boolean => {
    const entry = catalogue.entryOf(components.processors.get(id)!.component);
    return entry.role === "stateless" && entry.masks !== false;
  };
  const receives = (id: string): boolean => {
    const receiver = components.receivers.get(id);
    return receiver !== undefined && receiver.component.type !== "nop";
  };
  return pipelines
    .filter((one) => one.signal !== "metrics" && one.receivers.some(receives) && !one.processors.some(masks))
    .map(({ id }) => id);
}

function withMasking(config: Config, pipelines: readonly string[]): Config {
  const added = { id: addedId, component: genAiMaskingComponent, config: genAiMaskingComponent.config.parse({}) };
  return {
    ...config,
    components: {
      ...config.components,
      processors: new Map([...config.components.processors, [addedId, added]]),
    },
    pipelines: config.pipelines.map((one) =>
      pipelines.includes(one.id) ? { ...one, processors: [addedId, ...one.processors] } : one,
    ),
  };
}
