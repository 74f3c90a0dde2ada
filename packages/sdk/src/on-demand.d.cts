export function loadMasking(): typeof import("@genscope/masking", { with: { "resolution-mode": "import" } });
export function loadPrices(): typeof import("@genscope/semconv/prices", { with: { "resolution-mode": "import" } });
