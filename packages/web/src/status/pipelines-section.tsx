import type { Status } from "@genscope/server/contract";
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { formatBytes, formatCount } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { ratesBetween, type Sample } from "./rates.ts";

type Pipelines = NonNullable<Status["pipelines"]>;
type Component = Pipelines["components"][number];

/** A collector's pipelines while they run: what goes through each component, what waits in front of it, and what went wrong lately. */
export function PipelinesSection({ pipelines: state, atMs }: { pipelines: Pipelines; atMs: number }): ReactElement {
  const rates = useRates(state.components, atMs);
  const lagOf = (id: string): number | undefined => {
    const own = state.queues.filter((queue) => queue.id === id);
    return own.length === 0 ? undefined : own.reduce((sum, { lagBytes }) => sum + lagBytes, 0);
  };
  const counted = new Set(state.components.map(({ id }) => id));
  const waiting = [...new Set(state.queues.map(({ id }) => id))].filter((id) => !counted.has(id));
  return (
    <section className="space-y-4">
      <div>
        <h2 className="mb-2 font-semibold">Pipelines</h2>
        {state.notReady === null ? null : (
          <p className="foreign mb-2 text-xs text-warn-ink">{visibleText(state.notReady)}</p>
        )}
        <ul className="space-y-1 text-xs">
          {state.pipelines.map(({ id, receivers, processors, exporters }) => (
            <li key={id} className="foreign flex flex-wrap gap-x-3">
              <span className="w-32 shrink-0 font-mono">{visibleText(id)}</span>
              <span className="text-ink-2">
                {[receivers.join(", "), ...processors, exporters.join(", ")].map(visibleText).join(" → ")}
              </span>
            </li>
          ))}
        </ul>
      </div>
      <div className="overflow-x-auto">
        <table className="num w-full text-left text-xs">
          <thead>
            <tr className="h-8 border-b border-line text-2xs text-ink-3">
              <th className="font-medium">Component</th>
              <th className="text-right font-medium">In</th>
              <th className="text-right font-medium">Out</th>
              <th className="text-right font-medium">A second</th>
              <th className="text-right font-medium">Failed</th>
              <th className="text-right font-medium">Waiting</th>
            </tr>
          </thead>
          <tbody>
            {state.components.map((one) => (
              <Row key={keyOf(one)} id={one.id} kind={one.kind} isFailing={(one.failed ?? 0) > 0}>
                <Cell text={shown(one.in)} />
                <Cell text={shown(one.out)} />
                <Cell text={rateText(rates.get(keyOf(one)))} />
                <Cell text={shown(one.failed)} />
                <Cell text={one.kind === "receiver" ? "" : lagText(lagOf(one.id))} />
              </Row>
            ))}
            {waiting.map((id) => (
              <Row key={id} id={id} kind="stage" isFailing={false}>
                <Cell text="" />
                <Cell text="" />
                <Cell text="" />
                <Cell text="" />
                <Cell text={lagText(lagOf(id))} />
              </Row>
            ))}
          </tbody>
        </table>
      </div>
      {state.warnings.length === 0 ? null : (
        <div>
          <h3 className="mb-1 text-xs font-semibold">Warnings</h3>
          <ul className="space-y-1 text-xs">
            {state.warnings.map(({ message, count, lastMs }) => (
              <li key={message} className="flex gap-3">
                <span className="num w-20 shrink-0 text-ink-3">{new Date(lastMs).toLocaleTimeString()}</span>
                <span className="foreign min-w-0 flex-1">
                  {visibleText(message)}
                  {count > 1 ? ` (${formatCount(count)} times)` : ""}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Row(props: { id: string; kind: string; isFailing: boolean; children: ReactNode }): ReactElement {
  return (
    <tr className={`h-8 border-b border-line/70 ${props.isFailing ? "text-warn-ink" : ""}`}>
      <td className="foreign">
        <span className="font-mono">{visibleText(props.id)}</span> <span className="text-ink-3">{props.kind}</span>
      </td>
      {props.children}
    </tr>
  );
}

function Cell({ text }: { text: string }): ReactElement {
  return <td className="text-right">{text}</td>;
}

function keyOf({ kind, id }: Pick<Component, "kind" | "id">): string {
  return `${kind} ${id}`;
}

/** What went through since the numbers before these. */
function useRates(components: readonly Component[], atMs: number): ReadonlyMap<string, number> {
  const before = useRef<Sample | undefined>(undefined);
  const [rates, setRates] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    const counts = new Map(components.map((one) => [keyOf(one), one.out ?? one.in ?? 0]));
    const sample = { atMs, counts };
    setRates(ratesBetween(before.current, sample));
    before.current = sample;
  }, [components, atMs]);
  return rates;
}

function shown(count: number | null): string {
  return count === null ? "" : formatCount(count);
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? "" : rate.toFixed(rate > 0 && rate < 10 ? 1 : 0);
}

function lagText(bytes: number | undefined): string {
  return bytes === undefined ? "" : formatBytes(bytes);
}
