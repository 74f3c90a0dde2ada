import { boolean, optionalSection, section, text } from "../config/fields.ts";
import { type TranslationStrategy, translationStrategies } from "./translation-strategy.ts";

/** What both Prometheus exporters take of names and labels. */
export const translationFields = {
  namespace: text(""),
  add_metric_suffixes: boolean(true),
  translation_strategy: text(""),
  resource_to_telemetry_conversion: section({
    enabled: boolean(false),
    exclude_service_attributes: boolean(false),
    clear_after_copy: boolean(false),
  }),
  scope_info: optionalSection({ enabled: boolean(true) }),
};

interface StrategyConfig {
  readonly add_metric_suffixes: boolean;
  readonly translation_strategy: string;
}

export function checkStrategy({ translation_strategy: written }: StrategyConfig): readonly string[] {
  if (written === "" || translationStrategies.some((one) => one === written)) return [];
  return [`invalid translation_strategy: ${written} (one of ${translationStrategies.join(", ")})`];
}

/** `translation_strategy`, or what `add_metric_suffixes` says without it. */
export function strategyOf({ add_metric_suffixes, translation_strategy }: StrategyConfig): TranslationStrategy {
  const given = translationStrategies.find((one) => one === translation_strategy);
  return given ?? (add_metric_suffixes ? "UnderscoreEscapingWithSuffixes" : "UnderscoreEscapingWithoutSuffixes");
}

interface ConversionConfig {
  readonly enabled: boolean;
  readonly exclude_service_attributes: boolean;
}

const serviceKeys: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

/** Which attributes of a resource become labels of its series. */
export function resourceLabelsOf(conversion: ConversionConfig): (key: string) => boolean {
  if (!conversion.enabled) return () => false;
  return conversion.exclude_service_attributes ? (key) => !serviceKeys.has(key) : () => true;
}
