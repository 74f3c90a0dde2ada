import { CircleAlert, CircleCheck, LoaderCircle } from "lucide-react";
import type { ReactElement } from "react";

export type ShownStatus = "ok" | "unset" | "error" | "running";

const words = { ok: "OK", unset: "No status set", error: "Error", running: "Still running" } as const;

/** Status by icon and colour; the word is in its title and for screen readers. */
export function StatusMark({ status, size = 14 }: { status: ShownStatus; size?: number }): ReactElement {
  // Most spans set no status: the usual case is the quietest mark.
  if (status === "unset") {
    return (
      <span title={words.unset} className="grid shrink-0 place-items-center" style={{ width: size, height: size }}>
        <span aria-hidden className="size-1.5 rounded-full bg-ink-3/60" />
        <span className="sr-only">{words.unset}</span>
      </span>
    );
  }
  const Icon = { ok: CircleCheck, error: CircleAlert, running: LoaderCircle }[status];
  const colour = { ok: "text-ok", error: "text-error", running: "text-accent-ink" }[status];
  return (
    <span title={words[status]} className={`inline-flex shrink-0 ${colour}`}>
      <Icon aria-hidden size={size} strokeWidth={2.1} />
      <span className="sr-only">{words[status]}</span>
    </span>
  );
}
