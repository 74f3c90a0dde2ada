/** `npm run dev`: Genscope restarted on every change of its source, and the UI served by Vite with hot reloading. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const children = [
  spawn(
    process.execPath,
    ["--conditions=@genscope/source", "--watch", join(root, "packages/genscope/src/main.ts"), ...process.argv.slice(2)],
    { stdio: "inherit" },
  ),
  spawn(process.execPath, [join(root, "node_modules/vite/bin/vite.js")], {
    cwd: join(root, "packages/web"),
    stdio: "inherit",
  }),
];
for (const child of children) {
  child.on("exit", () => {
    for (const other of children) other.kill("SIGTERM");
  });
}
