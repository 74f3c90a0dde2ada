/** `node --conditions=@genscope/source scripts/ottl-doc.ts`: writes the functions into docs/ottl.md, between its two marks. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { functionsMarkdown } from "../packages/collector/src/ottl/functions-markdown.ts";

const page = join(import.meta.dirname, "../docs/ottl.md");
const written = `<!-- functions: written by npm run docs -->\n\n${functionsMarkdown()}\n\n<!-- end of functions -->`;
writeFileSync(
  page,
  readFileSync(page, "utf8").replace(/<!-- functions[^]*<!-- end of functions -->/u, () => written),
);
