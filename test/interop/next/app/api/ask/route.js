import { tool } from "@genscope/sdk";
import { openai } from "../../../lib/openai.js";

const lookUp = tool("look_up", async () => "The manual says: turn it off and on again.");

export async function POST(request) {
  const { question } = await request.json();
  const messages = [
    { role: "system", content: await lookUp() },
    { role: "user", content: question },
  ];
  const answer = await openai.chat.completions.create({ model: "gpt-4o", messages });
  return Response.json({ answer: answer.choices[0].message.content });
}
