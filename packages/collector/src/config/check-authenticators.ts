import { didYouMean } from "./did-you-mean.ts";
import type { Config, ConfiguredComponent } from "./parse-config.ts";
import type { Problems } from "./problems.ts";

/** Adds each `auth: {authenticator}` of what runs that names no extension that runs. */
export function checkAuthenticators(config: Config, problems: Problems): void {
  for (const { id, component, config: own } of running(config)) {
    for (const { path, authenticator } of authenticatorsIn(own, [])) {
      if (config.extensions.includes(authenticator)) continue;
      const hint = config.components.extensions.has(authenticator)
        ? `"${authenticator}" is configured, and not among service::extensions`
        : didYouMean(authenticator, config.extensions);
      const message = `${component.kind}::${id}: failed to resolve authenticator "${authenticator}": authenticator not found`;
      problems.add([component.kind, id, ...path], message, hint);
    }
  }
}

function running({ components, extensions, pipelines }: Config): readonly ConfiguredComponent[] {
  return (["receivers", "exporters", "extensions"] as const).flatMap((kind) => {
    const used = new Set(kind === "extensions" ? extensions : pipelines.flatMap((pipeline) => pipeline[kind]));
    return [...components[kind].values()].filter(({ id }) => used.has(id));
  });
}

interface Found {
  readonly path: readonly string[];
  readonly authenticator: string;
}

function authenticatorsIn(config: unknown, path: readonly string[]): readonly Found[] {
  if (typeof config !== "object" || config === null) return [];
  return Object.entries(config).flatMap(([key, value]: [string, unknown]) => {
    const here = [...path, key];
    const authenticator: unknown = key === "auth" ? Object(value).authenticator : undefined;
    if (typeof authenticator === "string") return [{ path: [...here, "authenticator"], authenticator }];
    return authenticatorsIn(value, here);
  });
}
