import { useSyncExternalStore } from "react";

/** Whether a media query holds now; follows it. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** Narrow screens get cards for rows and sheets for panels. */
export function useNarrow(): boolean {
  return useMedia("(max-width: 767px)");
}
