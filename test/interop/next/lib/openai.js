import { instrumentModule } from "@genscope/sdk";
import OpenAI from "openai";

if (process.env.APP_OUTSIDE !== "true") instrumentModule(OpenAI);

export const openai = new OpenAI();
