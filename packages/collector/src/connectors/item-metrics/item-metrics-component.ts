import type { ComponentType } from "../../components.ts";
import { meteringDiffers } from "./fields.ts";

/** A connector that makes metrics of every signal. */
export function itemMetricsComponent(
  own: Pick<ComponentType, "type" | "aliases" | "config" | "check" | "differs">,
): ComponentType {
  return {
    kind: "connectors",
    signals: ["traces", "metrics", "logs"],
    gives: { traces: ["metrics"], metrics: ["metrics"], logs: ["metrics"] },
    ...own,
    differs: { ...meteringDiffers, ...own.differs },
  };
}
