import type { PipelinesState } from "./pipelines-state.ts";

/** The state as a page that reads itself again every five seconds. It has no script; everything in it is text. */
export function pipelinesPage({ notReady, pipelines, components, queues, warnings }: PipelinesState): string {
  const rows = [
    section(
      "Pipelines",
      ["pipeline", "receivers", "processors", "exporters"],
      pipelines.map(({ id, receivers, processors, exporters }) => [
        id,
        receivers.join(", "),
        processors.join(" → "),
        exporters.join(", "),
      ]),
    ),
    section(
      "Components",
      ["kind", "id", "in", "out", "failed"],
      components.map((one) => [one.kind, one.id, shown(one.in), shown(one.out), shown(one.failed)]),
    ),
    section(
      "Journals",
      ["reader", "not handled yet", "room"],
      queues.map(({ id, lagBytes, maxBytes }) => [id, `${lagBytes} bytes`, `${maxBytes} bytes`]),
    ),
    section(
      "Warnings",
      ["last", "times", "what"],
      warnings.map(({ lastMs, count, message }) => [new Date(lastMs).toISOString(), String(count), message]),
    ),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Pipelines</title>
<style>body{font:14px system-ui;margin:2rem}table{border-collapse:collapse;margin-bottom:2rem}td,th{border-bottom:1px solid #ccc;padding:.3rem .8rem;text-align:left}</style>
</head><body><h1>Genscope collector</h1><p>${escaped(notReady ?? "ready")}</p>
${rows.join("\n")}
</body></html>
`;
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const body = rows.map((row) => cells(row, "td")).join("\n");
  return `<h2>${title}</h2>\n<table>${cells(head, "th")}\n${body}</table>`;
}

function cells(row: readonly string[], tag: string): string {
  return `<tr>${row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
}

function shown(count: number | null): string {
  return count === null ? "" : String(count);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
