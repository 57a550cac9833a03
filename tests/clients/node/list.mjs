// Lists models with the official Node SDK and prints what came back as JSON.
// Usage: node list.mjs BASE_URL KEY, with what to ask on standard input: {list: QUERY} or {retrieve: ID}.
import { text } from "node:stream/consumers";
import OpenAI from "openai";

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const ask = JSON.parse(await text(process.stdin));

async function answer() {
  if (ask.retrieve !== undefined) return client.models.retrieve(ask.retrieve);
  const models = [];
  for await (const model of client.models.list({ query: ask.list })) models.push(model);
  return models;
}

try {
  console.log(JSON.stringify({ ok: await answer() }));
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.log(JSON.stringify({ status: error.status, error: error.constructor.name, message: error.message }));
}
