import { type ComponentType, loadConfig } from "@genscope/collector";
import { CommandError } from "./terminal.ts";

/** The one processor of a type in a Collector configuration, decoded; its defaults without a configuration. */
export async function processorConfig(
  component: ComponentType,
  files: readonly string[] | undefined,
): Promise<unknown> {
  const { type } = component;
  const processors = files === undefined ? {} : ((await loadConfig(files)).config["processors"] ?? {});
  const own = Object.entries(processors).filter(([id]) => id.split("/")[0]!.trim() === type);
  if (files !== undefined && own.length !== 1) {
    const found = own.length === 0 ? "no" : "more than one";
    throw new CommandError(`${found} processor ${type} in ${files.join(", ")}: a dry run is of exactly one`);
  }
  const parsed = component.config.safeParse(own[0]?.[1] ?? {});
  if (!parsed.success) throw new CommandError(parsed.error.issues.map(({ message }) => message).join("; "));
  const problems = component.check?.(parsed.data) ?? [];
  if (problems.length > 0) throw new CommandError(problems.join("; "));
  return parsed.data;
}
