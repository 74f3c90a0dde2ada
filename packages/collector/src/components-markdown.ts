import type { CatalogueEntry } from "./catalogue-entry.ts";
import { type ComponentType, kindNames, kinds } from "./components.ts";
import { type OptionRow, optionRows } from "./config/option-rows.ts";

/** Names of the Collector's options, by kind and type of component. */
export type UpstreamOptions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Every component with its options as Markdown: what each takes, its default, where it differs from the Collector's, and what it does not know. */
export function componentsMarkdown(entries: readonly CatalogueEntry[], upstream: UpstreamOptions): string {
  return kinds
    .flatMap((kind) => {
      const components = entries
        .map(({ component }) => component)
        .filter((one) => one.kind === kind)
        .toSorted((a, b) => (a.type < b.type ? -1 : 1));
      if (components.length === 0) return [];
      const title = `### ${kind[0]!.toUpperCase()}${kind.slice(1)}`;
      return [title, ...components.map((one) => componentMarkdown(one, upstream[kind]?.[one.type]))];
    })
    .join("\n\n");
}

function componentMarkdown(component: ComponentType, upstream: readonly string[] | undefined): string {
  const { kind, type, aliases = [], signals, gives, differs = {}, config } = component;
  const rows = optionRows(config);
  const flow =
    gives === undefined
      ? signals.join(", ")
      : Object.entries(gives)
          .map(([from, to]) => `${from} → ${to.join(", ")}`)
          .join("; ");
  const facts = [
    ...(aliases.length === 0 ? [] : [`also ${aliases.map(code).join(", ")}`]),
    ...(flow === "" ? [] : [flow]),
    ...(upstream === undefined ? [] : [coverage(rows, upstream)]),
  ];
  const parts = [`#### ${code(type)}`, `${[`A ${kindNames[kind]}`, ...facts].join("; ").replace(/^A (e)/u, "An $1")}.`];
  if (differs[""] !== undefined) parts.push(differs[""]);
  if (rows.length > 0) {
    const lines = rows.map(({ path, type: of, fallback }) => [code(path), of, shown(fallback), differs[path] ?? ""]);
    parts.push(table(["option", "type", "default", "differs"], lines));
  }
  const missing = missingOptions(rows, upstream ?? []);
  if (missing.length > 0) {
    const lines = missing.map((path) => `- ${code(path)}${differs[path] === undefined ? "" : `: ${differs[path]}`}`);
    parts.push(`Not known here, and refused as the Collector refuses what it does not know:\n\n${lines.join("\n")}`);
  }
  return parts.join("\n\n");
}

function coverage(rows: readonly OptionRow[], upstream: readonly string[]): string {
  return `${upstream.length - missingOptions(rows, upstream).length} of the Collector's ${upstream.length} options`;
}

/** Options of the Collector's that have no row, nor stand below one. */
export function missingOptions(rows: readonly OptionRow[], upstream: readonly string[]): readonly string[] {
  const known = rows.map(({ path }) => path);
  return upstream.filter(
    (path) =>
      !known.some(
        (one) =>
          one === path ||
          /^[.[]/u.test(path.startsWith(one) ? path.slice(one.length) : "") ||
          one.startsWith(`${path}.`),
      ),
  );
}

function code(text: string): string {
  return `\`${text}\``;
}

function shown(fallback: unknown): string {
  if (fallback === undefined || fallback === null || fallback === "") return "";
  return code(typeof fallback === "string" ? fallback : JSON.stringify(fallback));
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
