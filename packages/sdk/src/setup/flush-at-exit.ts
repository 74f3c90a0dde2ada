/** How long an ending process waits for telemetry to leave. */
const patienceMs = 2000;

/**
 * Ends what is open and sends what is waiting when the process comes to its end, or is told to end. Never keeps a process alive, and never longer than two
 * seconds. Gives back a function that stops it.
 */
export function flushAtExit(endAll: () => void, flush: () => Promise<void>): () => void {
  const inTime = async (): Promise<void> => {
    endAll();
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
    // the application listens too: it decides when to end, and what it does until then is to be sent as well
    if (process.listenerCount(signal) > 1) {
      void flush();
      return;
    }
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
