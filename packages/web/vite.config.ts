import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { conditions: ["@genscope/source", ...defaultClientConditions] },
  server: { proxy: { "/api": "http://127.0.0.1:4319" } },
  worker: { format: "es" },
  build: {
    // A font or an icon inlined as a data: URL would be refused by the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
});
// Vite reads its configuration from the default export.
export default config;
