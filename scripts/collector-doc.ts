/** `node --conditions=@genscope/source scripts/collector-doc.ts`: writes the components into docs/collector.md, between its two marks. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Catalogue } from "@genscope/collector";
import { parse } from "yaml";
import { componentsMarkdown, type UpstreamOptions } from "../packages/collector/src/components-markdown.ts";
import { genscopeExporter } from "../packages/genscope/src/collector/genscope-exporter.ts";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs/collector.md");
const upstream = parse(
  readFileSync(join(root, "packages/collector/cases/upstream-options.yaml"), "utf8"),
) as UpstreamOptions;
const { entries } = new Catalogue([genscopeExporter(() => undefined)]);
const written = `<!-- components: written by npm run docs -->\n\n${componentsMarkdown(entries, upstream)}\n\n<!-- end of components -->`;
const before = readFileSync(page, "utf8");
const after = before.replace(/<!-- components[^]*<!-- end of components -->/u, () => written);
writeFileSync(page, after);
