import { useNavigate } from "@tanstack/react-router";
import { Search, X } from "lucide-react";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { facetTitles, facetValueLabel } from "./facet-titles.ts";
import { facetNames, readSearchInput, toggleFacet, withoutFilters, type ListSearch } from "../url/list-search.ts";
import { visibleText } from "../format/visible-text.ts";
import { isPageKey } from "../ui/keyboard.ts";
import { Kbd } from "../ui/kbd.tsx";

/** The box that searches, and filters by attribute when given `key=value`. */
export function SearchBar(props: { search: ListSearch; onChange: (search: ListSearch) => void }): ReactElement {
  const { search } = props;
  const [text, setText] = useState(search.q ?? "");
  const input = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  useEffect(() => setText(search.q ?? ""), [search.q]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || !isPageKey(event)) return;
      event.preventDefault();
      input.current?.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  const submit = (): void => {
    const read = readSearchInput(text);
    const { q: _, ...rest } = search;
    if (read === undefined) props.onChange(rest);
    else if ("traceId" in read) void navigate({ to: "/trace/$traceId", params: { traceId: read.traceId } });
    else if ("q" in read) props.onChange({ ...rest, q: read.q });
    else {
      setText("");
      props.onChange({ ...rest, attribute: [...new Set([...(search.attribute ?? []), read.attribute])] });
    }
  };
  return (
    <form
      role="search"
      className="relative min-w-0 flex-1"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        // Keys are the list's again.
        input.current?.blur();
      }}
    >
      <Search
        aria-hidden
        size={14}
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
      />
      <input
        ref={input}
        type="text"
        value={text}
        spellCheck={false}
        autoComplete="off"
        aria-label="Search traces"
        placeholder="Search text, a trace or span id, or key=value"
        className="h-8 w-full rounded-md border border-line-strong/70 bg-surface pr-8 pl-8 placeholder:text-ink-3 focus:border-accent focus:outline-2 focus:-outline-offset-1 focus:outline-accent coarse:h-9 coarse:text-base"
        onChange={(event) => setText(event.target.value)}
        onBlur={() => (text === "" && search.q !== undefined ? submit() : undefined)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setText(search.q ?? "");
          event.currentTarget.blur();
        }}
      />
      <span aria-hidden className="absolute top-1/2 right-2 -translate-y-1/2 max-md:hidden">
        <Kbd>/</Kbd>
      </span>
    </form>
  );
}

/** What narrows the list, each with a way to take it off. */
export function FilterChips(props: {
  search: ListSearch;
  onChange: (search: ListSearch) => void;
}): ReactElement | null {
  const { search, onChange } = props;
  const without = (key: "q" | "conversation" | "user" | "minDurationMs" | "maxDurationMs"): ListSearch => {
    const next = { ...search };
    delete next[key];
    return next;
  };
  const chips: { key: string; name: string; value: string; off: () => ListSearch }[] = [];
  for (const facet of facetNames) {
    for (const value of search[facet] ?? []) {
      const name = facetTitles[facet];
      chips.push({
        key: `${facet}=${value}`,
        name,
        value: facetValueLabel(facet, value),
        off: () => toggleFacet(search, facet, value),
      });
    }
  }
  for (const filter of search.attribute ?? []) {
    const at = filter.indexOf("=");
    const rest = (search.attribute ?? []).filter((other) => other !== filter);
    const off = (): ListSearch => {
      const { attribute: _, ...others } = search;
      return rest.length === 0 ? others : { ...others, attribute: rest };
    };
    chips.push({ key: `a:${filter}`, name: filter.slice(0, at), value: filter.slice(at + 1), off });
  }
  if (search.q !== undefined) chips.push({ key: "q", name: "contains", value: search.q, off: () => without("q") });
  if (search.conversation !== undefined)
    chips.push({ key: "c", name: "Conversation", value: search.conversation, off: () => without("conversation") });
  if (search.user !== undefined) chips.push({ key: "u", name: "User", value: search.user, off: () => without("user") });
  if (search.minDurationMs !== undefined)
    chips.push({
      key: "min",
      name: "Longer than",
      value: `${search.minDurationMs} ms`,
      off: () => without("minDurationMs"),
    });
  if (search.maxDurationMs !== undefined)
    chips.push({
      key: "max",
      name: "Shorter than",
      value: `${search.maxDurationMs} ms`,
      off: () => without("maxDurationMs"),
    });
  if (chips.length === 0) return null;
  return (
    <ul aria-label="Filters" className="flex flex-wrap items-center gap-1.5 px-4 pt-2.5">
      {chips.map((chip) => (
        <li key={chip.key} className="flex h-6 max-w-80 items-center rounded-md bg-selected text-xs text-accent-ink">
          <span className="truncate pl-2">
            <span className="opacity-80">{visibleText(chip.name)}</span>{" "}
            <span className="font-medium">{visibleText(chip.value)}</span>
          </span>
          <button
            type="button"
            aria-label={`Remove filter ${chip.name} ${chip.value}`}
            className="ml-0.5 grid h-6 w-6 place-items-center rounded-md hover:bg-accent/15"
            onClick={() => onChange(chip.off())}
          >
            <X aria-hidden size={12} />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          className="h-6 rounded-md px-2 text-xs text-ink-2 hover:bg-hover hover:text-ink"
          onClick={() => onChange(withoutFilters(search))}
        >
          Clear all
        </button>
      </li>
    </ul>
  );
}
