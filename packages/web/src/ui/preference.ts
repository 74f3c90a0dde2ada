import { useSyncExternalStore } from "react";

/**
 * How somebody likes the page to look (theme, widths): kept by the browser and not in the address, since it is about the reader and
 * not about what is read. Works without storage, for the visit.
 */
const listeners = new Set<() => void>();
const unsaved = new Map<string, string>();

export function getPreference(name: string): string | undefined {
  try {
    return unsaved.get(name) ?? localStorage.getItem(`genscope.${name}`) ?? undefined;
  } catch {
    return unsaved.get(name);
  }
}

export function setPreference(name: string, value: string): void {
  unsaved.set(name, value);
  try {
    localStorage.setItem(`genscope.${name}`, value);
  } catch {
    // Storage is off or full; the value lives as long as the page.
  }
  for (const listener of listeners) listener();
}

export function usePreference(name: string): string | undefined {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => getPreference(name),
  );
}
