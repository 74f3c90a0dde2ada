import { compileGlob } from "../ottl/text/glob.ts";
import { boolean, list, optionalSection, section, text } from "../config/fields.ts";
import { type TranslationStrategy, translationStrategies } from "./translation-strategy.ts";

const resourceLabels = {
  enabled: boolean(false),
  exclude_service_attributes: boolean(false),
  included: list(text("")),
  excluded: list(text("")),
};

/** What both Prometheus exporters take of names and labels. */
export const translationFields = {
  namespace: text(""),
  add_metric_suffixes: boolean(true),
  translation_strategy: text(""),
  resource_to_telemetry_conversion: section({ ...resourceLabels, clear_after_copy: boolean(false) }),
  resource_constant_labels: section(resourceLabels),
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

interface ResourceLabelsConfig {
  readonly enabled: boolean;
  readonly exclude_service_attributes: boolean;
  /** With `*` for any text. */
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

const serviceKeys: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

/** Which attributes of a resource become labels of its series: by the newer of the two options, where it says anything. */
export function resourceLabelsOf(config: {
  readonly resource_constant_labels: ResourceLabelsConfig;
  readonly resource_to_telemetry_conversion: ResourceLabelsConfig;
}): (key: string) => boolean {
  const newer = config.resource_constant_labels;
  const { enabled, included, excluded, exclude_service_attributes } = isSaid(newer)
    ? newer
    : config.resource_to_telemetry_conversion;
  if (!enabled && included.length === 0 && excluded.length === 0) return () => false;
  const isIncluded = matcher(included);
  const isExcluded = matcher(excluded);
  return (key) =>
    (included.length === 0 || isIncluded(key)) &&
    !isExcluded(key) &&
    !(exclude_service_attributes && serviceKeys.has(key));
}

function matcher(patterns: readonly string[]): (key: string) => boolean {
  const compiled = patterns.map((pattern) => compileGlob("resource attributes", pattern));
  return (key) => compiled.some((one) => one.test(key));
}

function isSaid({ enabled, included, excluded }: ResourceLabelsConfig): boolean {
  return enabled || included.length > 0 || excluded.length > 0;
}
