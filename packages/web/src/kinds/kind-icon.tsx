import type { SpanType } from "@genscope/semconv";
import {
  ArrowLeftRight,
  Bot,
  Braces,
  Brain,
  Database,
  FileSearch,
  Gauge,
  Globe,
  Grip,
  Inbox,
  ListOrdered,
  ShieldCheck,
  Sparkles,
  Workflow,
  Wrench,
  type LucideIcon,
} from "lucide-react";
import type { ReactElement } from "react";

const kinds: Readonly<Record<SpanType, { icon: LucideIcon; label: string; many: string }>> = {
  model: { icon: Sparkles, label: "Model call", many: "Model calls" },
  embedding: { icon: Grip, label: "Embedding", many: "Embeddings" },
  retrieval: { icon: FileSearch, label: "Retrieval", many: "Retrievals" },
  rerank: { icon: ListOrdered, label: "Rerank", many: "Reranks" },
  tool: { icon: Wrench, label: "Tool call", many: "Tool calls" },
  agent: { icon: Bot, label: "Agent", many: "Agents" },
  workflow: { icon: Workflow, label: "Workflow", many: "Workflows" },
  guardrail: { icon: ShieldCheck, label: "Guardrail", many: "Guardrails" },
  evaluation: { icon: Gauge, label: "Evaluation", many: "Evaluations" },
  memory: { icon: Brain, label: "Memory", many: "Memory" },
  http: { icon: Globe, label: "HTTP", many: "HTTP" },
  rpc: { icon: ArrowLeftRight, label: "RPC", many: "RPC" },
  database: { icon: Database, label: "Database", many: "Database" },
  messaging: { icon: Inbox, label: "Messaging", many: "Messaging" },
  internal: { icon: Braces, label: "Internal", many: "Internal" },
};

export function kindLabel(type: SpanType, many = false): string {
  return many ? kinds[type].many : kinds[type].label;
}

/** The hue of a kind, as a CSS value that follows the theme. */
export function kindColor(type: SpanType): string {
  return `var(--kind-${type})`;
}

/** The icon of a kind in its hue. Decorative where a label stands beside it. */
export function KindIcon({ type, size = 14 }: { type: SpanType; size?: number }): ReactElement {
  const Icon = kinds[type].icon;
  return <Icon aria-hidden size={size} strokeWidth={2} className="shrink-0" style={{ color: kindColor(type) }} />;
}

/** The icon on a wash of its hue, for headings. */
export function KindBadge({ type, size = 24 }: { type: SpanType; size?: number }): ReactElement {
  return (
    <span
      title={kindLabel(type)}
      className="grid shrink-0 place-items-center rounded-md"
      style={{ width: size, height: size, background: `color-mix(in oklab, ${kindColor(type)} 15%, transparent)` }}
    >
      <KindIcon type={type} size={Math.round(size * 0.6)} />
    </span>
  );
}
