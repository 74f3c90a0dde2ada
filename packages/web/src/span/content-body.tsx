import type { SpanDetail } from "@genscope/server/contract";
import { BookOpenText } from "lucide-react";
import { useState, type ReactElement, type ReactNode } from "react";
import { visibleText } from "../format/visible-text.ts";
import { Nothing } from "../ui/states.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { attributeText } from "./attribute-text.ts";
import { CallFacts } from "./call-facts.tsx";
import { DocumentList } from "./document-list.tsx";
import type { TextMode } from "./long-text.tsx";
import { LongText } from "./long-text.tsx";
import { MessageList } from "./message-list.tsx";
import { readContent, type SpanContent } from "./read-content.ts";
import { readFields } from "./read-fields.ts";

const modes = [
  { value: "markdown", label: "Markdown" },
  { value: "plain", label: "Plain" },
  { value: "json", label: "JSON" },
] as const;

/** What the span is about: messages, a tool call, documents; for other kinds, their attributes are in the next tab. */
export function ContentBody({ span, otherwise }: { span: SpanDetail; otherwise: ReactElement }): ReactElement {
  const [mode, setMode] = useState<TextMode>("markdown");
  const content = readContent(span.attributes, span.events);
  const fields = readFields(span.attributes);
  const exception = span.events.find((event) => event.name === "exception");
  const hasContent =
    content.input.length + content.output.length + content.documents.length > 0 ||
    content.query !== undefined ||
    (content.tool !== undefined && (content.tool.arguments !== undefined || content.tool.result !== undefined));
  // One choice for all text, on the line of the first section that has any.
  const modeChoice = <Segmented label="Show text as" value={mode} choices={modes} onChange={setMode} />;
  const first =
    content.query !== undefined
      ? "query"
      : content.documents.length > 0
        ? "documents"
        : content.input.length > 0
          ? "input"
          : "output";
  return (
    <div className="space-y-5 px-4 py-4">
      {span.status.code === "error" ? (
        <div className="rounded-lg bg-error-wash px-3.5 py-2.5 text-error-ink">
          <p className="foreign font-medium whitespace-pre-wrap">
            {visibleText(span.status.message) || "Failed, without a message"}
          </p>
          {exception === undefined ? null : <ExceptionText attributes={exception.attributes} />}
        </div>
      ) : null}
      <CallFacts fields={fields} />
      {content.parameters.length > 0 ? <Parameters content={content} /> : null}
      {content.tool !== undefined && (content.tool.arguments !== undefined || content.tool.result !== undefined) ? (
        <ToolBody tool={content.tool} />
      ) : null}
      {content.query === undefined ? null : (
        <Section title="Query" aside={first === "query" ? modeChoice : null}>
          <LongText text={content.query} mode={mode} />
        </Section>
      )}
      {content.documents.length > 0 ? (
        <Section title={`Documents (${content.documents.length})`} aside={first === "documents" ? modeChoice : null}>
          <DocumentList
            documents={content.documents}
            mode={mode}
            kind={span.type === "rerank" ? "rerank" : "retrieval"}
          />
        </Section>
      ) : null}
      {content.input.length > 0 ? (
        <Section title="Input" aside={first === "input" ? modeChoice : null}>
          <MessageList messages={content.input} mode={mode} />
        </Section>
      ) : null}
      {content.output.length > 0 ? (
        <Section title="Output" aside={first === "output" ? modeChoice : null}>
          <MessageList messages={content.output} mode={mode} />
        </Section>
      ) : null}
      {content.toolDefinitions.length > 0 ? (
        <details>
          <summary className="text-xs font-medium text-ink-3">
            Tools offered ({content.toolDefinitions.length}):{" "}
            {content.toolDefinitions.map((tool) => visibleText(tool.name)).join(", ")}
          </summary>
          <div className="mt-2 space-y-2">
            {content.toolDefinitions.map((tool, i) => (
              <LongText key={`${tool.name} ${i}`} text={tool.json} mode="json" />
            ))}
          </div>
        </details>
      ) : null}
      {hasContent ? null : <NoContent span={span} otherwise={otherwise} />}
      <HowRead content={content} fieldKeys={[...fields.values()].map((answer) => answer.key)} />
    </div>
  );
}

function Section(props: { title: string; aside?: ReactNode; children: ReactNode }): ReactElement {
  return (
    <section>
      <div className="mb-2 flex min-h-6 items-center justify-between">
        <h3 className="text-2xs font-semibold text-ink-3">{props.title}</h3>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

function Parameters({ content }: { content: SpanContent }): ReactElement {
  return (
    <dl className="flex flex-wrap gap-1.5">
      {content.parameters.map(({ key, value }) => (
        <div key={key} className="flex max-w-full items-baseline gap-1.5 rounded-md bg-sunken px-2 py-0.5 text-xs">
          <dt className="text-ink-3">{visibleText(key)}</dt>
          <dd className="num foreign min-w-0 font-medium">{visibleText(attributeText(value)).slice(0, 200)}</dd>
        </div>
      ))}
    </dl>
  );
}

function ToolBody({ tool }: { tool: NonNullable<SpanContent["tool"]> }): ReactElement {
  return (
    <>
      {tool.description === undefined ? null : <p className="foreign text-ink-2">{visibleText(tool.description)}</p>}
      {tool.arguments === undefined ? null : (
        <Section title="Arguments">
          <div className="rounded-lg border border-line bg-canvas px-3 py-2">
            <LongText text={tool.arguments} mode="json" />
          </div>
        </Section>
      )}
      <Section title="Result">
        {tool.result === undefined ? (
          <p className="text-ink-3">No result was recorded.</p>
        ) : (
          <div className="rounded-lg border border-line bg-canvas px-3 py-2">
            <LongText text={tool.result} mode="json" />
          </div>
        )}
      </Section>
    </>
  );
}

function ExceptionText({ attributes }: { attributes: SpanDetail["attributes"] }): ReactElement | null {
  const of = (key: string): string => {
    const found = attributes.find((attribute) => attribute.key === key);
    return found === undefined ? "" : attributeText(found.value);
  };
  const heading = [of("exception.type"), of("exception.message")].filter((part) => part !== "").join(": ");
  const trace = of("exception.stacktrace");
  return (
    <>
      <p className="foreign mt-1 text-xs whitespace-pre-wrap">{visibleText(heading)}</p>
      {trace === "" ? null : (
        <details className="mt-1.5 text-xs">
          <summary>Stack trace</summary>
          <pre className="foreign mt-1 max-h-72 overflow-auto font-mono text-2xs whitespace-pre-wrap">
            {visibleText(trace)}
          </pre>
        </details>
      )}
    </>
  );
}

function NoContent({ span, otherwise }: { span: SpanDetail; otherwise: ReactElement }): ReactElement {
  const about = span.type === "model" || span.type === "tool" || span.type === "retrieval";
  return (
    <div className="-mx-4">
      {about ? (
        <Nothing>
          No content was recorded. Most instrumentations keep it only if asked to:
          OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true
        </Nothing>
      ) : null}
      {otherwise}
    </div>
  );
}

/** Which keys the panel was read from: the answer to "why do I not see my prompt". */
function HowRead({ content, fieldKeys }: { content: SpanContent; fieldKeys: readonly string[] }): ReactElement | null {
  const keys = [...new Set([...content.keysRead, ...fieldKeys])];
  if (keys.length === 0 && content.keysRefused.length === 0) return null;
  return (
    <details className="border-t border-line pt-3 text-xs text-ink-3">
      <summary className="flex items-center gap-1.5">
        <BookOpenText aria-hidden size={13} /> How we read this
      </summary>
      <ul className="mt-2 space-y-1 font-mono text-2xs">
        {keys.map((key) => (
          <li key={key}>{key}</li>
        ))}
        {content.keysRefused.map((key) => (
          <li key={key} className="text-warn-ink">
            {key} <span className="font-sans">is not the JSON it should be; see Attributes</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
