import { dialects, type IgnoredKey, type MappedKey, type Reading } from "@genscope/semconv";
import { BookOpenText, ChevronRight } from "lucide-react";
import type { ReactElement } from "react";
import { formatCount } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { readingSummary } from "./reading-summary.ts";

/** Rows shown of each list: a span may carry thousands of keys. */
const mostRows = 100;

/** Which dialect, which key became what, and which were left aside: the answer to "why do I not see my prompt". */
export function HowRead({ reading }: { reading: Reading }): ReactElement | null {
  const { mapped, ignored } = reading;
  if (mapped.length === 0 && ignored.length === 0) return null;
  const { names, malformed } = readingSummary(reading);
  return (
    <details className="group border-t border-line pt-3 text-xs text-ink-3" data-testid="how-read">
      <summary className="flex flex-wrap items-center gap-x-1.5 gap-y-0.5">
        <BookOpenText aria-hidden size={13} /> How we read this
        <ChevronRight aria-hidden size={12} className="transition-transform group-open:rotate-90" />
        {names.length === 0 ? null : <span className="text-ink-2">{names.join(", ")}</span>}
        {malformed === 0 ? null : <span className="text-warn-ink">{formatCount(malformed)} could not be read</span>}
      </summary>
      {mapped.length === 0 ? null : (
        <table className="mt-3 w-full border-collapse text-left">
          <caption className="sr-only">Keys that were read</caption>
          <thead className="text-2xs">
            <tr>
              <th className="pr-3 pb-1 font-medium">Key</th>
              <th className="pr-3 pb-1 font-medium">Read as</th>
              <th className="pb-1 font-medium">Dialect</th>
            </tr>
          </thead>
          <tbody className="align-baseline">
            {mapped.slice(0, mostRows).map((row) => (
              <Mapped key={`${row.from} ${row.key}`} row={row} />
            ))}
          </tbody>
        </table>
      )}
      <More count={mapped.length - mostRows} />
      {ignored.length === 0 ? null : (
        <>
          <h4 className="mt-3 text-2xs font-medium">Not used</h4>
          <ul className="mt-1">
            {ignored.slice(0, mostRows).map((row) => (
              <Ignored key={row.key} row={row} />
            ))}
          </ul>
        </>
      )}
      <More count={ignored.length - mostRows} />
    </details>
  );
}

function Mapped({ row }: { row: MappedKey }): ReactElement {
  return (
    <tr className="border-t border-line/70">
      <td className="py-1 pr-3">
        <Key name={row.key} count={row.count} />
        {row.from === "attribute" ? null : <span> on {row.from === "log" ? "a log record" : "an event"}</span>}
      </td>
      <td className="py-1 pr-3 text-ink-2">{row.meaning}</td>
      <td className="py-1">{dialects[row.dialect]}</td>
    </tr>
  );
}

function Ignored({ row }: { row: IgnoredKey }): ReactElement {
  return (
    <li className={`border-t border-line/70 py-1 ${row.reason === "malformed" ? "text-warn-ink" : ""}`}>
      <Key name={row.key} count={row.count} />{" "}
      {row.reason === "malformed" ? (
        "is not the JSON it should be, so it is shown as it came"
      ) : row.reason === "unknown" ? (
        "has no rule; see Attributes"
      ) : (
        <>
          tells the same as <span className="foreign font-mono text-2xs break-all">{visibleText(row.by ?? "")}</span>
        </>
      )}
    </li>
  );
}

function Key({ name, count }: { name: string; count: number }): ReactElement {
  return (
    <span className="foreign font-mono text-2xs break-all text-ink-2">
      {visibleText(name.slice(0, 300))}
      {count > 1 ? <span className="text-ink-3"> ×{formatCount(count)}</span> : null}
    </span>
  );
}

function More({ count }: { count: number }): ReactElement | null {
  return count > 0 ? <p className="pt-1">{formatCount(count)} more, not listed</p> : null;
}
