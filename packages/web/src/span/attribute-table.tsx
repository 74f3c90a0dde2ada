import type { KeyValue } from "@genscope/server/contract";
import { Search } from "lucide-react";
import { useState, type ReactElement } from "react";
import { visibleText } from "../format/visible-text.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Nothing } from "../ui/states.tsx";
import { attributeText, attributeType, filterAttributes, prettyJson } from "./attribute-text.ts";

const fewEnoughToScan = 8;
const clipAt = 600;

/** Attributes with their OTLP types; searchable once there are many. */
export function AttributeTable(props: {
  attributes: readonly KeyValue[];
  dropped?: number;
  empty: string;
}): ReactElement {
  const [find, setFind] = useState("");
  const shown = filterAttributes(props.attributes, find);
  return (
    <>
      {props.attributes.length > fewEnoughToScan ? (
        <div className="relative mx-4 mt-3">
          <Search aria-hidden size={13} className="absolute top-1/2 left-2 -translate-y-1/2 text-ink-3" />
          <input
            type="text"
            value={find}
            aria-label="Search attributes"
            placeholder={`Search ${props.attributes.length} attributes`}
            spellCheck={false}
            className="h-7 w-full rounded-md border border-line-strong/70 bg-surface pr-2 pl-7 text-xs placeholder:text-ink-3 focus:border-accent focus:outline-2 focus:-outline-offset-1 focus:outline-accent coarse:h-9"
            onChange={(event) => setFind(event.target.value)}
          />
        </div>
      ) : null}
      {shown.length === 0 ? (
        <Nothing>{props.attributes.length === 0 ? props.empty : "No attribute matches."}</Nothing>
      ) : (
        <dl className="px-4 py-2">
          {shown.map((attribute, i) => (
            // A span may carry a key twice; the position tells them apart.
            <AttributeRow key={`${attribute.key} ${i}`} attribute={attribute} />
          ))}
        </dl>
      )}
      {(props.dropped ?? 0) > 0 ? (
        <p className="px-4 pb-3 text-xs text-warn-ink">{props.dropped} more were dropped by the sender's limits.</p>
      ) : null}
    </>
  );
}

function AttributeRow({ attribute }: { attribute: KeyValue }): ReactElement {
  const [all, setAll] = useState(false);
  const type = attributeType(attribute.value);
  const text = attributeText(attribute.value);
  const pretty = type === "string" ? prettyJson(text) : { text, json: type === "array" || type === "map" };
  const long = pretty.text.length > clipAt;
  return (
    <div className="group relative grid grid-cols-[minmax(7rem,2fr)_3fr] gap-3 border-b border-line/60 py-1.5 last:border-0">
      <dt className="foreign text-xs text-ink-2">
        {visibleText(attribute.key)}
        {type === "string" ? null : <span className="ml-1.5 text-2xs text-ink-3">{type}</span>}
      </dt>
      <dd className="min-w-0 pr-6">
        <pre className={`foreign text-xs whitespace-pre-wrap ${pretty.json ? "font-mono" : "num font-sans"}`}>
          {visibleText(long && !all ? `${pretty.text.slice(0, clipAt)}…` : pretty.text)}
        </pre>
        {long ? (
          <button
            type="button"
            className="mt-1 text-xs font-medium text-accent-ink hover:underline"
            onClick={() => setAll(!all)}
          >
            {all ? "Show less" : "Show all"}
          </button>
        ) : null}
        <span className="absolute top-0 right-0 opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 coarse:opacity-100">
          <CopyButton text={text} label={`Copy ${attribute.key}`} />
        </span>
      </dd>
    </div>
  );
}
