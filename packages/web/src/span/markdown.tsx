import type { ReactElement } from "react";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";

/**
 * Markdown a model or a user wrote. HTML in it stays text, an image is named and not fetched, a link says where it leads and has to
 * be clicked: what is in a trace must not be able to call anyone.
 */
export function Markdown({ text }: { text: string }): ReactElement {
  return (
    <div className="prose foreign">
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        components={{
          a: ({ href, children }) =>
            href === undefined || href === "" ? (
              <span>{children}</span>
            ) : (
              <a
                href={href}
                title={href}
                target="_blank"
                rel="noopener noreferrer nofollow"
                referrerPolicy="no-referrer"
                className="text-accent-ink underline underline-offset-2"
              >
                {children}
              </a>
            ),
          img: ({ src, alt }) => (
            <span className="rounded bg-sunken px-1.5 py-0.5 text-xs text-ink-2">
              image{alt === undefined || alt === "" ? "" : ` “${alt}”`}:{" "}
              {typeof src === "string" ? src.slice(0, 200) : ""}
            </span>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
