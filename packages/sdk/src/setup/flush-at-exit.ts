/** How long an ending process waits for telemetry to leave. */
const patienceMs = 2000;

/**
 * Sends what is waiting when the process comes to its end, or is told to end and nobody else listens for that. Never keeps a process alive, and never longer
 * than two seconds. Gives back a function that stops it.
 */
export function flushAtExit(flush: () => Promise<void>): () => void {
  const inTime = async (): Promise<void> => {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, patienceMs);
    await Promise.race([flush(), patience.promise]);
    clearTimeout(timer);
  };
  let flushed = false;
  const onEnd = (): void => {
    if (flushed) return;
    flushed = true;
    void inTime();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // the application listens too: it decides when to end, and flushes with shutdown()
    if (process.listenerCount(signal) > 1) return;
    void inTime().finally(() => {
      process.off(signal, onSignal);
      process.kill(process.pid, signal);
    });
  };
  process.on("beforeExit", onEnd);
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return () => {
    process.off("beforeExit", onEnd);
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
  };
}
