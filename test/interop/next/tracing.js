import { init } from "@genscope/sdk";

init({ serviceName: "next-app", content: { capture: "spans", mask: true } });
