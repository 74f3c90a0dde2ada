import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import type { ReactElement } from "react";

export type ShownStatus = "ok" | "unset" | "error" | "running";

const words = { ok: "OK", unset: "No status set", error: "Error", running: "Still running" } as const;

/** Status by icon and colour; the word is in its title and for screen readers. */
export function StatusMark({ status, size = 14 }: { status: ShownStatus; size?: number }): ReactElement {
  const Icon = { ok: CircleCheck, unset: CircleDashed, error: CircleAlert, running: LoaderCircle }[status];
  const colour = { ok: "text-ok", unset: "text-ink-3", error: "text-error", running: "text-accent-ink" }[status];
  return (
    <span title={words[status]} className={`inline-flex shrink-0 ${colour}`}>
      <Icon aria-hidden size={size} strokeWidth={2.1} />
      <span className="sr-only">{words[status]}</span>
    </span>
  );
}
