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
  const rows = withoutRepetition(optionRows(config));
  const flow =
    gives === undefined
      ? signals.join(", ")
      : Object.entries(gives)
          .map(([from, to]) => `${from} → ${to.join(", ")}`)
          .join("; ");
  const facts = [
    ...(aliases.length === 0 ? [] : [`also ${aliases.map(code).join(", ")}`]),
    ...(flow === "" ? [] : [flow]),
    ...(upstream === undefined || upstream.length === 0 ? [] : [coverage(rows, upstream)]),
  ];
  const parts = [`#### ${code(type)}`, `${[`A ${kindNames[kind]}`, ...facts].join("; ").replace(/^A (e)/u, "An $1")}.`];
  if (differs[""] !== undefined) parts.push(differs[""]);
  if (rows.length > 0) {
    const lines = rows.map(({ path, type: of, fallback }) => [code(path), of, shown(fallback), differs[path] ?? ""]);
    parts.push(table(["option", "type", "default", "differs"], lines));
  }
  const missing = explained(missingOptions(rows, upstream ?? []), component);
  if (missing.length > 0) {
    const lines = missing.map(({ path, why }) => `- ${code(path)}${why === undefined ? "" : `: ${why}`}`);
    parts.push(`Not known here, and refused as the Collector refuses what it does not know:\n\n${lines.join("\n")}`);
  }
  return parts.join("\n\n");
}

/** What no component here has. */
const nowhere: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /(?:^|\.)tpm\./u, why: "keys that live in a TPM" },
  { pattern: /middlewares?(?:\[\])?\./u, why: "there is no such extension" },
  { pattern: /^profiles?(?:[._]|$)/u, why: "profiles are experimental there" },
  { pattern: /(?:^|\.)partition\.(?:cache_size|idle_timeout)$/u, why: "a partition lasts as long as its requests" },
  { pattern: /compression_params\.level$/u, why: "the library's own level" },
  { pattern: /^(?:http\.)?keepalive\./u, why: "connections are kept as Node keeps them" },
  {
    pattern: /(?:force_attempt_http2|http2_\w+|read_buffer_size|write_buffer_size)$/u,
    why: "settings of Go's HTTP client",
  },
  { pattern: /(?:^|\.)cookies$/u, why: "no cookies are kept" },
  { pattern: /(?:^|\.)proxy_url$/u, why: "no proxy is used" },
];

/** Policies in policies take what policies take: once is enough. */
function withoutRepetition(rows: readonly OptionRow[]): readonly OptionRow[] {
  const inner = /^(.*?_sub_policy)(?:\[\])?\..*$/u;
  const seen = new Set<string>();
  return rows.flatMap((row) => {
    const path = inner.exec(row.path)?.[1];
    if (path === undefined) return [row];
    if (seen.has(path)) return [];
    seen.add(path);
    return [{ path, type: "policies", fallback: undefined }];
  });
}

/** Options that are not known, and why; those below one that is explained are it. */
export function explained(
  paths: readonly string[],
  { differs = {} }: Pick<ComponentType, "differs">,
): readonly { readonly path: string; readonly why: string | undefined }[] {
  const known = new Map<string, string | undefined>();
  for (const path of paths) {
    const above = Object.keys(differs).find((one) => path === one || (one !== "" && path.startsWith(`${one}.`)));
    if (above === undefined) known.set(path, nowhere.find(({ pattern }) => pattern.test(path))?.why);
    else known.set(above === path ? path : `${above}.*`, differs[above]);
  }
  return [...known].map(([path, why]) => ({ path, why }));
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
          one.startsWith(`${path}.`) ||
          one.startsWith(`${path}[]`),
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
