import { CircleAlert } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { Button } from "./button.tsx";

/** Something could not be shown: what, why, and what to do about it. */
export function ErrorState(props: { title: string; error: unknown; onRetry?: () => void }): ReactElement {
  const message = props.error instanceof Error ? props.error.message : String(props.error);
  return (
    <div role="alert" className="mx-auto flex max-w-lg flex-col items-start gap-3 p-8">
      <CircleAlert aria-hidden size={20} className="text-error" />
      <h2 className="text-base font-semibold">{props.title}</h2>
      <p className="foreign text-ink-2">{message}</p>
      {props.onRetry === undefined ? null : (
        <Button variant="outline" onClick={props.onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A short word where there is nothing to show. */
export function Nothing({ children }: { children: ReactNode }): ReactElement {
  return <p className="px-4 py-6 text-center text-ink-3">{children}</p>;
}

/** Grey where content is about to be. */
export function Bone({ className = "" }: { className?: string }): ReactElement {
  return <span aria-hidden className={`shimmer block rounded bg-sunken ${className}`} />;
}
