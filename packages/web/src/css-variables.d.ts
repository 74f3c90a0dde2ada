import type { CSSProperties } from "react";

declare module "react" {
  interface CSSProperties {
    [variable: `--${string}`]: string | number | undefined;
  }
}

export type { CSSProperties };
