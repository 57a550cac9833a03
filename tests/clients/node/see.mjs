// Runs cases with one Node client and prints, as a line of JSON each, what its user would see.
// Usage: node see.mjs CLIENT, with {root: URL without /v1, cases: [{name, do, model, key}]} on standard input.
// Every setting that the client has a default for keeps it, retries above all, but where a comment says otherwise.
import { text } from "node:stream/consumers";
import { argv, stdin } from "node:process";

const QUESTION = "Where does the river go?";
const HELLO = [{ role: "user", content: QUESTION }];
const LOOK = "Looks at a place.";
const PLACE = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const TOOL = { type: "function", function: { name: "look", description: LOOK, parameters: PLACE } };
// The tool, as the client's user wrote it.
const look = ({ place }) => `a weir at the ${place}`;

const openai = (name) => async (root, apiKey) => {
  const client = new (await import(name)).default({ baseURL: `${root}/v1`, apiKey });
  const ask = (model, messages, more) => client.chat.completions.create({ model, messages, ...more });
  return {
    async list() {
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      return ids.join(" ");
    },
    chat: async (model) => (await ask(model, HELLO)).choices[0].message.content,
    async stream(model) {
      let whole = "";
      for await (const chunk of await ask(model, HELLO, { stream: true })) whole += chunk.choices[0]?.delta.content ?? "";
      return whole;
    },
    responses: async (model) => (await client.responses.create({ model, input: QUESTION })).output_text,
    async response_stream(model) {
      let whole = "";
      for await (const event of await client.responses.create({ model, input: QUESTION, stream: true }))
        if (event.type === "response.output_text.delta") whole += event.delta;
      return whole;
    },
    async tools(model) {
      const said = (await ask(model, HELLO, { tools: [TOOL] })).choices[0].message;
      const call = said.tool_calls[0];
      const result = { role: "tool", tool_call_id: call.id, content: look(JSON.parse(call.function.arguments)) };
      return (await ask(model, [...HELLO, said, result], { tools: [TOOL] })).choices[0].message.content;
    },
    async cancel(model) {
      for await (const chunk of await ask(model, HELLO, { stream: true }))
        if (chunk.choices[0].delta.content) return chunk.choices[0].delta.content;
    },
  };
};

const anthropic = async (root, apiKey) => {
  const client = new (await import("@anthropic-ai/sdk")).default({ baseURL: root, apiKey });
  const ask = (model, messages, more) => client.messages.create({ model, max_tokens: 100, messages, ...more });
  const tools = [{ name: "look", description: LOOK, input_schema: PLACE }];
  return {
    async list() {
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      return ids.join(" ");
    },
    chat: async (model) => (await ask(model, HELLO)).content[0].text,
    stream: (model) => client.messages.stream({ model, max_tokens: 100, messages: HELLO }).finalText(),
    async tools(model) {
      const said = await ask(model, HELLO, { tools });
      const call = said.content.find((block) => block.type === "tool_use");
      const content = [{ type: "tool_result", tool_use_id: call.id, content: look(call.input) }];
      const turns = [...HELLO, { role: "assistant", content: said.content }, { role: "user", content }];
      return (await ask(model, turns, { tools })).content[0].text;
    },
    async cancel(model) {
      for await (const event of client.messages.stream({ model, max_tokens: 100, messages: HELLO }))
        if (event.type === "content_block_delta") return event.delta.text;
    },
  };
};

// The AI SDK has no list of models.
const ai_sdk = (choose) => async (root, apiKey) => {
  const { generateText, streamText, tool, jsonSchema, isStepCount, stepCountIs } = await import("ai");
  const model_of = await choose(`${root}/v1`, apiKey);
  const streamed = (model, more) => {
    let failed;
    const onError = ({ error }) => void (failed = error);
    const { textStream } = streamText({ model: model_of(model), prompt: QUESTION, onError, ...more });
    return { textStream, check: () => { if (failed) throw failed; } };
  };
  return {
    chat: async (model) => (await generateText({ model: model_of(model), prompt: QUESTION })).text,
    async stream(model) {
      const { textStream, check } = streamed(model);
      let whole = "";
      for await (const piece of textStream) whole += piece;
      check();
      return whole;
    },
    async tools(model) {
      const tools = { look: tool({ description: LOOK, inputSchema: jsonSchema(PLACE), execute: async (place) => look(place) }) };
      const stopWhen = (isStepCount ?? stepCountIs)(3);
      return (await generateText({ model: model_of(model), prompt: QUESTION, tools, stopWhen })).text;
    },
    async cancel(model) {
      const leaving = new AbortController();
      const { textStream, check } = streamed(model, { abortSignal: leaving.signal });
      for await (const piece of textStream) {
        leaving.abort();
        return piece;
      }
      check();
    },
  };
};

const langchain = async (root, apiKey) => {
  const { ChatOpenAI } = await import("@langchain/openai");
  const { HumanMessage, ToolMessage } = await import("@langchain/core/messages");
  // Six retries by default, two minutes for an upstream that is down.
  const make = (model) => new ChatOpenAI({ model, apiKey, maxRetries: 2, configuration: { baseURL: `${root}/v1` } });
  return {
    chat: async (model) => (await make(model).invoke(QUESTION)).content,
    async stream(model) {
      let whole = "";
      for await (const piece of await make(model).stream(QUESTION)) whole += piece.content;
      return whole;
    },
    async tools(model) {
      const chat = make(model).bindTools([TOOL]);
      const turns = [new HumanMessage(QUESTION)];
      turns.push(await chat.invoke(turns));
      const call = turns[1].tool_calls[0];
      turns.push(new ToolMessage({ content: look(call.args), tool_call_id: call.id }));
      return (await chat.invoke(turns)).content;
    },
    async cancel(model) {
      const leaving = new AbortController();
      for await (const piece of await make(model).stream(QUESTION, { signal: leaving.signal }))
        if (piece.content) {
          leaving.abort();
          return piece.content;
        }
    },
  };
};

const CLIENTS = {
  openai4: openai("openai4"),
  openai6: openai("openai"),
  openai7: openai("openai7"),
  anthropic,
  "ai-sdk-openai": ai_sdk(async (baseURL, apiKey) => (await import("@ai-sdk/openai")).createOpenAI({ baseURL, apiKey })),
  "ai-sdk-compatible": ai_sdk(async (baseURL, apiKey) =>
    (await import("@ai-sdk/openai-compatible")).createOpenAICompatible({ name: "weir", baseURL, apiKey })),
  "ai-sdk-anthropic": ai_sdk(async (baseURL, apiKey) => (await import("@ai-sdk/anthropic")).createAnthropic({ baseURL, apiKey })),
  langchain,
};

async function see(make, root, { name, do: what, model, key }) {
  try {
    return { case: name, ok: await (await make(root, key))[what](model) };
  } catch (error) {
    return { case: name, error: error.constructor.name, shown: error.message };
  }
}

const { root, cases } = JSON.parse(await text(stdin));
for (const seen of await Promise.all(cases.map((one) => see(CLIENTS[argv[2]], root, one)))) console.log(JSON.stringify(seen));
