/** `node --import @genscope/sdk/register app.js`: tracing without a change of code, set by the `OTEL_*` variables alone. */
import { init } from "./setup/init.ts";

// nothing of the application has been loaded yet
init({ alreadyLoaded: false });
