/**
 * Runs the benchmarks (`npm run bench`, or `npm run bench -- decode store`), each in a process of its own, and writes docs/benchmarks.md from their
 * results. Sections of benchmarks not run this time are kept.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { basename, join } from "node:path";
import type { Bench, BenchRow } from "./bench.ts";

interface Section {
  title: string;
  method: string;
  measured: string;
  rows: readonly BenchRow[];
}

const here = import.meta.dirname;
const resultsFile = join(here, "results.json");

/** In the child: runs one file and hands the rows back over IPC, so that nothing a benchmark prints can be taken for a result. */
async function runOne(file: string): Promise<void> {
  const { bench } = (await import(join(here, file))) as { bench: Bench };
  const rows = await bench.run((line) => process.stderr.write(`  ${line}\n`));
  process.send?.({ title: bench.title, method: bench.method, rows });
  process.disconnect?.();
}

function runInChild(file: string): Promise<Section> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, "--one", file], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let section: Section | undefined;
    child.on("message", (message) => {
      section = { ...(message as Omit<Section, "measured">), measured: new Date().toISOString().slice(0, 10) };
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (section === undefined || code !== 0)
        reject(new Error(`${file} ended with ${code} and ${section ? "a" : "no"} result`));
      else resolve(section);
    });
  });
}

function toMarkdown(sections: Readonly<Record<string, Section>>): string {
  const lines = [
    "# Benchmarks",
    "",
    "Written by `npm run bench`; do not edit. Times on shared machines wander: read the ratios, each of which was measured in one run on one",
    "machine. A ratio above 1 means Genscope is the better one.",
    "",
    `Machine: ${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores, ${Math.round(totalmem() / 1024 ** 3)} GiB; Node ${process.version}.`,
  ];
  for (const [name, section] of Object.entries(sections).toSorted(([a], [b]) => a.localeCompare(b))) {
    lines.push(
      "",
      `## ${section.title}`,
      "",
      section.method,
      "",
      `Measured ${section.measured} by \`npm run bench -- ${name}\`.`,
      "",
    );
    lines.push("| what | measured | against | ratio | aim |", "| --- | ---: | ---: | ---: | --- |");
    for (const row of section.rows) {
      lines.push(
        `| ${row.what} | ${row.value} | ${row.against ?? ""} | ${row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}×`} | ${row.target ?? ""} |`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

const wanted = process.argv.slice(2);
if (wanted[0] === "--one" && wanted[1] !== undefined) {
  await runOne(wanted[1]);
} else {
  const all = readdirSync(here).filter((file) => file.endsWith(".bench.ts"));
  const files = all.filter((file) => wanted.length === 0 || wanted.includes(basename(file, ".bench.ts")));
  if (files.length === 0)
    throw new Error(`no such benchmark; there are: ${all.map((file) => basename(file, ".bench.ts")).join(", ")}`);
  let sections: Record<string, Section> = {};
  try {
    sections = JSON.parse(readFileSync(resultsFile, "utf8")) as Record<string, Section>;
  } catch {
    // the first run
  }
  for (const file of files) {
    const name = basename(file, ".bench.ts");
    process.stderr.write(`${name}\n`);
    sections[name] = await runInChild(file);
    for (const row of sections[name].rows) {
      process.stdout.write(
        `${row.what}: ${row.value}${row.against ? `; against ${row.against}` : ""}${row.ratio === undefined ? "" : ` (${row.ratio.toFixed(2)}×)`}\n`,
      );
    }
    writeFileSync(resultsFile, `${JSON.stringify(sections, null, 2)}\n`);
    writeFileSync(join(here, "../docs/benchmarks.md"), toMarkdown(sections));
  }
}
