import { openai } from "../../../lib/openai.js";

export async function POST(request) {
  const { question } = await request.json();
  const stream = await openai.chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: question }],
    stream: true,
  });
  return new Response(stream.toReadableStream());
}
