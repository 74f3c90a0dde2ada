import { readSpanContent, type SpanContent } from "@genscope/semconv";
import type { SpanDetail } from "@genscope/server/contract";
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import { plural } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { Nothing } from "../ui/states.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { attributeText, prettyJson } from "./attribute-text.ts";
import { CallFacts } from "./call-facts.tsx";
import { DocumentList } from "./document-list.tsx";
import { HowRead } from "./how-read.tsx";
import type { TextMode } from "./long-text.tsx";
import { LongText } from "./long-text.tsx";
import { MessageList } from "./message-list.tsx";
import { readFields } from "./read-fields.ts";

const modes = [
  { value: "markdown", label: "Markdown" },
  { value: "plain", label: "Plain" },
  { value: "json", label: "JSON" },
] as const;

/** What the span is about: messages, a tool call, documents; for other kinds, their attributes are in the next tab. */
export function ContentBody({ span, otherwise }: { span: SpanDetail; otherwise: ReactElement }): ReactElement {
  const [mode, setMode] = useState<TextMode>("markdown");
  const content = useMemo(() => readSpanContent(span), [span]);
  const fields = readFields(span.attributes);
  const exception = span.events.find((event) => event.name === "exception");
  const hasContent =
    content.input.length + content.output.length + content.documents.length > 0 ||
    content.query !== undefined ||
    content.embedded.length > 0 ||
    content.value.input !== undefined ||
    content.value.output !== undefined ||
    (content.tool !== undefined && (content.tool.arguments !== undefined || content.tool.result !== undefined));
  // One choice for all text, on the line of the first section that has any.
  const modeChoice = <Segmented label="Show text as" value={mode} choices={modes} onChange={setMode} />;
  const first =
    content.query !== undefined
      ? "query"
      : content.documents.length > 0
        ? "documents"
        : content.embedded.length > 0
          ? "embedded"
          : content.input.length > 0 || content.value.input !== undefined
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
      {content.embedded.length > 0 ? (
        <Section title={`Embedded (${content.embedded.length})`} aside={first === "embedded" ? modeChoice : null}>
          <EmbeddedTexts texts={content.embedded} mode={mode} />
        </Section>
      ) : null}
      {content.input.length > 0 ? (
        <Section title="Input" aside={first === "input" ? modeChoice : null}>
          <MessageList messages={content.input} mode={mode} />
        </Section>
      ) : content.value.input === undefined ? null : (
        <Section title="Input" aside={first === "input" ? modeChoice : null}>
          <Value text={content.value.input} mode={mode} />
        </Section>
      )}
      {content.output.length > 0 ? (
        <Section title="Output" aside={first === "output" ? modeChoice : null}>
          <MessageList messages={content.output} mode={mode} />
        </Section>
      ) : content.value.output === undefined ? null : (
        <Section title="Output" aside={first === "output" ? modeChoice : null}>
          <Value text={content.value.output} mode={mode} />
        </Section>
      )}
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
      <HowRead reading={content.reading} />
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

const mostParameters = 40;

function Parameters({ content }: { content: SpanContent }): ReactElement {
  return (
    <dl className="flex flex-wrap gap-1.5">
      {content.parameters.slice(0, mostParameters).map(({ key, text }) => (
        <div key={key} className="flex max-w-full items-baseline gap-1.5 rounded-md bg-sunken px-2 py-0.5 text-xs">
          <dt className="text-ink-3">{visibleText(key)}</dt>
          <dd className="num foreign min-w-0 font-medium">{visibleText(text.slice(0, 200))}</dd>
        </div>
      ))}
      {content.parameters.length > mostParameters ? (
        <div className="flex items-baseline gap-1.5 px-2 py-0.5 text-xs text-ink-3">
          <dt>{plural(content.parameters.length - mostParameters, "more setting")}</dt>
          <dd>see Attributes</dd>
        </div>
      ) : null}
    </dl>
  );
}

/** What went through a step: a text, or JSON laid out. */
function Value({ text, mode }: { text: string; mode: TextMode }): ReactElement {
  return (
    <div className="rounded-lg border border-line bg-canvas px-3 py-2">
      <LongText text={text} mode={prettyJson(text).json ? "json" : mode} />
    </div>
  );
}

const mostEmbedded = 20;

function EmbeddedTexts({ texts, mode }: { texts: readonly string[]; mode: TextMode }): ReactElement {
  return (
    <ol className="space-y-2">
      {texts.slice(0, mostEmbedded).map((text, i) => (
        // The same text may be embedded twice; its place tells them apart.
        <li key={i} className="rounded-lg border border-line bg-canvas px-3 py-2">
          <LongText text={text} mode={mode} />
        </li>
      ))}
      {texts.length > mostEmbedded ? (
        <li className="text-xs text-ink-3">{plural(texts.length - mostEmbedded, "more text")}; see Attributes</li>
      ) : null}
    </ol>
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
