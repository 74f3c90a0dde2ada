import type { ReactElement } from "react";
import { visibleText } from "../format/visible-text.ts";
import type { SamplingNote } from "./sampling-note.ts";

/** One line on why the span was kept, and for how many it stands. */
export function SamplingLine({ note }: { note: SamplingNote }): ReactElement {
  const { policy, subPolicy, standsFor, isLate } = note;
  return (
    <p className="shrink-0 px-4 pt-1.5 text-xs text-ink-2" data-testid="sampling-line">
      {policy === undefined ? (
        "Sampled by the sender"
      ) : (
        <>
          Kept by{" "}
          <span className="foreign font-medium text-ink">
            {visibleText(policy)}
            {subPolicy === undefined ? "" : ` › ${visibleText(subPolicy)}`}
          </span>
        </>
      )}
      {standsFor === undefined ? null : (
        <span className="num text-ink-3">{standsFor === 1 ? ", as is every one like it" : shareText(standsFor)}</span>
      )}
      {isLate ? <span className="text-ink-3">, after its trace was decided</span> : null}
    </p>
  );
}

function shareText(standsFor: number): string {
  const share = 100 / standsFor;
  const count = standsFor.toLocaleString("en", { maximumFractionDigits: standsFor < 10 ? 1 : 0 });
  return `, ${share.toLocaleString("en", { maximumSignificantDigits: 3 })} % of those like it: it stands for ${count}`;
}
