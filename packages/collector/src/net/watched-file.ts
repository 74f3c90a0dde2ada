import { readFile } from "node:fs/promises";

/** The text of a file that is read again and again. */
export interface WatchedFile extends Disposable {
  readonly text: string;
}

const intervalMs = 1_000;

/** Rejects with an Error if the file cannot be read; later on, the text before stays. */
export async function openWatchedFile(path: string, warn: (message: string) => void): Promise<WatchedFile> {
  let text = await read(path);
  const timer = setInterval(() => {
    read(path).then(
      (next) => void (text = next),
      (error: unknown) => warn(`${messageOf(error)}; what it said before stays in use`),
    );
  }, intervalMs).unref();
  return {
    get text() {
      return text;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Error(`cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
