import type { ReactElement } from "react";
export function StatusPage(): ReactElement {
  return <p>…</p>;
}
