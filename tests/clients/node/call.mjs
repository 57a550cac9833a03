// Calls models with the official Node SDK and prints what came back as JSON.
// Usage: node call.mjs BASE_URL KEY, with {call: NAME, body: BODY} on standard input.
import { text } from "node:stream/consumers";
import OpenAI, { toFile } from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const ask = JSON.parse(await text(process.stdin));

const calls = {
  chat: (body) => client.chat.completions.create(body),
  embeddings: (body) => client.embeddings.create(body),
  image: (body) => client.images.generate(body),
  async stream(body) {
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) chunks.push(chunk);
    return chunks;
  },
  // Leaves after the first piece.
  async leave(body) {
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) return chunk;
  },
  async speech(body) {
    const sound = await (await client.audio.speech.create(body)).arrayBuffer();
    return { start: Buffer.from(sound).subarray(0, 4).toString("latin1"), bytes: sound.byteLength };
  },
  async transcription(body) {
    const file = await toFile(Buffer.alloc(5000), "a.wav", { type: "audio/wav" });
    return client.audio.transcriptions.create({ ...body, file });
  },
};

try {
  console.log(JSON.stringify({ ok: await calls[ask.call](ask.body) }));
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.log(JSON.stringify({ status: error.status ?? null, error: error.constructor.name, message: error.message }));
}
