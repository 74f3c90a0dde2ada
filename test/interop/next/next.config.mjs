/** @type {import("next").NextConfig} */
export default {
  distDir: process.env.APP_DIST ?? ".next",
  // one of two ways: the packages stay outside, or what is inside is handed over in lib/openai.js
  serverExternalPackages: process.env.APP_OUTSIDE === "true" ? ["@genscope/sdk", "openai"] : [],
};
