// Holds a realtime session with the official Node SDK and prints what was said as JSON.
// Usage: node realtime.mjs BASE_URL KEY, with {model, questions: [TEXT]} on standard input.
import { text } from "node:stream/consumers";
import OpenAI from "openai7";
import { OpenAIRealtimeWS } from "openai7/realtime/ws";

const [baseURL, apiKey] = process.argv.slice(2);
const { model, questions } = JSON.parse(await text(process.stdin));
const socket = new OpenAIRealtimeWS({ model }, new OpenAI({ baseURL, apiKey }));
const answers = [];

const ask = () => {
  const content = [{ type: "input_text", text: questions[answers.length] }];
  socket.send({ type: "conversation.item.create", item: { type: "message", role: "user", content } });
  socket.send({ type: "response.create" });
};

const told = await new Promise((resolve) => {
  let said = "";
  socket.on("error", (error) => resolve({ error: error.message }));
  socket.on("session.created", () => {
    socket.send({ type: "session.update", session: { type: "realtime", output_modalities: ["text"] } });
    ask();
  });
  socket.on("response.output_text.delta", (event) => void (said += event.delta));
  socket.on("response.done", (event) => {
    answers.push({ said, usage: event.response.usage });
    said = "";
    if (answers.length < questions.length) ask();
    else resolve({ answers });
  });
});
socket.close();
console.log(JSON.stringify(told));
