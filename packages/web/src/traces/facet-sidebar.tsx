import type { Facets } from "@genscope/server/contract";
import { spanTypes } from "@genscope/semconv";
import { Check, ChevronRight } from "lucide-react";
import { useState, type ReactElement } from "react";
import { formatCount, formatShortCount } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { KindIcon } from "../kinds/kind-icon.tsx";
import { Bone } from "../ui/states.tsx";
import { StatusMark } from "../ui/status-mark.tsx";
import { facetNames, toggleFacet, type FacetName, type ListSearch } from "../url/list-search.ts";
import { facetTitles, facetValueLabel } from "./facet-titles.ts";

type FacetValues = readonly { value: string; count: number }[];

const few = 8;

/** The filters with how many traces each would leave. */
export function FacetSidebar(props: {
  search: ListSearch;
  facets: Facets["facets"] | undefined;
  onChange: (search: ListSearch) => void;
}): ReactElement {
  const shown = facetNames.filter(
    (facet) => props.search[facet] !== undefined || (props.facets?.[facet]?.length ?? 0) > 0,
  );
  return (
    <div className="px-2 py-3">
      {props.facets === undefined ? <SidebarBones /> : null}
      {shown.map((facet) => (
        <FacetGroup
          key={facet}
          facet={facet}
          values={props.facets?.[facet] ?? []}
          chosen={props.search[facet] ?? []}
          onToggle={(value) => props.onChange(toggleFacet(props.search, facet, value))}
        />
      ))}
      {props.facets === undefined ? null : <DurationFilter search={props.search} onChange={props.onChange} />}
    </div>
  );
}

/** Bounds of a trace's duration, in milliseconds; taken over when a field is left or Enter pressed. */
function DurationFilter(props: { search: ListSearch; onChange: (search: ListSearch) => void }): ReactElement {
  const field = (key: "minDurationMs" | "maxDurationMs", label: string): ReactElement => {
    const value = props.search[key];
    return (
      <input
        // Another value from outside (a chip taken off, going back) is another field.
        key={`${key} ${value}`}
        type="number"
        min={0}
        inputMode="numeric"
        aria-label={label}
        placeholder={label}
        defaultValue={value}
        className="num h-7 w-full min-w-0 rounded-md border border-line-strong/70 bg-surface px-2 text-xs placeholder:text-ink-3 coarse:h-9"
        onKeyDown={(event) => (event.key === "Enter" ? event.currentTarget.blur() : undefined)}
        onBlur={(event) => {
          const text = event.target.value;
          const next = text === "" ? undefined : Number(text);
          if (next === value || (next !== undefined && !(next >= 0))) return;
          const { [key]: _, ...rest } = props.search;
          props.onChange(next === undefined ? rest : { ...rest, [key]: next });
        }}
      />
    );
  };
  return (
    <section className="mb-2">
      <h3 className="flex h-7 items-center px-1.5 pl-[1.375rem] text-xs font-medium text-ink-2">Duration</h3>
      <div className="flex items-center gap-1.5 px-1.5">
        {field("minDurationMs", "from, ms")}
        {field("maxDurationMs", "to, ms")}
      </div>
    </section>
  );
}

function FacetGroup(props: {
  facet: FacetName;
  values: FacetValues;
  chosen: readonly string[];
  onToggle: (value: string) => void;
}): ReactElement {
  const { facet, chosen } = props;
  const [open, setOpen] = useState(true);
  const [all, setAll] = useState(false);
  // A chosen value stays in the list, even if nothing has it in this range.
  const missing = chosen.filter((value) => !props.values.some((one) => one.value === value));
  const values: FacetValues = [...missing.map((value) => ({ value, count: 0 })), ...props.values].filter(
    // A trace without a status cannot be asked for; it is the usual case.
    (one) => facet !== "status" || one.value !== "unset",
  );
  const shown = all ? values : values.filter((one, i) => i < few || chosen.includes(one.value));
  return (
    <section className="mb-2">
      <h3>
        <button
          type="button"
          aria-expanded={open}
          className="flex h-7 w-full items-center gap-1 rounded-md px-1.5 text-left text-xs font-medium text-ink-2 hover:text-ink"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight
            aria-hidden
            size={12}
            className={`text-ink-3 transition-transform ${open ? "rotate-90" : ""}`}
          />
          {facetTitles[facet]}
          {chosen.length === 0 ? null : (
            <span className="num ml-auto rounded bg-selected px-1.5 text-2xs text-accent-ink">{chosen.length}</span>
          )}
        </button>
      </h3>
      {!open ? null : (
        <ul aria-label={facetTitles[facet]}>
          {shown.map((one) => (
            <FacetRow
              key={one.value}
              facet={facet}
              value={one.value}
              count={one.count}
              chosen={chosen.includes(one.value)}
              onToggle={() => props.onToggle(one.value)}
            />
          ))}
          {values.length > few ? (
            <li>
              <button type="button" className="h-7 pl-7 text-xs text-ink-3 hover:text-ink" onClick={() => setAll(!all)}>
                {all ? "Fewer" : `${values.length - few} more`}
              </button>
            </li>
          ) : null}
        </ul>
      )}
    </section>
  );
}

function FacetRow(props: {
  facet: FacetName;
  value: string;
  count: number;
  chosen: boolean;
  onToggle: () => void;
}): ReactElement {
  const type = props.facet === "spanType" ? spanTypes.find((one) => one === props.value) : undefined;
  const label = visibleText(facetValueLabel(props.facet, props.value));
  return (
    <li>
      <button
        type="button"
        role="checkbox"
        aria-checked={props.chosen}
        title={label}
        className="group flex h-7 w-full items-center gap-2 rounded-md px-1.5 text-left hover:bg-hover coarse:h-10"
        onClick={props.onToggle}
      >
        <span
          aria-hidden
          className={`grid size-3.5 shrink-0 place-items-center rounded-[4px] border ${
            props.chosen ? "border-accent bg-accent text-on-accent" : "border-line-strong group-hover:border-ink-3"
          }`}
        >
          {props.chosen ? <Check size={10} strokeWidth={3.5} /> : null}
        </span>
        {type === undefined ? null : <KindIcon type={type} size={13} />}
        {props.facet === "status" && (props.value === "ok" || props.value === "error" || props.value === "unset") ? (
          <StatusMark status={props.value} size={13} />
        ) : null}
        <span className={`min-w-0 flex-1 truncate ${props.chosen ? "font-medium" : "text-ink-2"}`}>{label}</span>
        <span className="num shrink-0 text-2xs text-ink-3" title={formatCount(props.count)}>
          {formatShortCount(props.count)}
        </span>
      </button>
    </li>
  );
}

function SidebarBones(): ReactElement {
  return (
    <div aria-hidden className="space-y-2 px-2">
      {[60, 80, 70, 40, 75, 65, 50].map((width) => (
        <span key={width} className="block" style={{ width: `${width}%` }}>
          <Bone className="h-4" />
        </span>
      ))}
    </div>
  );
}
