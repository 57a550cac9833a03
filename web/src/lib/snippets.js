// Commands and configs that can be pasted: pure functions of the address, the key and a model.

/** `text` as one word of a shell. */
export function shellWord(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
const quoted = (text) => JSON.stringify(text);

/** Names and texts of the snippets. `key` empty: the reader has to fill it in. */
export function snippets({ url, key, model }) {
  const secret = key || "$WEIR_API_KEY";
  const word = key ? shellWord(key) : '"$WEIR_API_KEY"';
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] });
  return [
    ["curl", `curl ${shellWord(`${url}/v1/chat/completions`)} \\\n  -H "Authorization: Bearer ${secret}" \\\n  -H "Content-Type: application/json" \\\n  -d ${shellWord(body)}`],
    [
      "openai-python",
      `${key ? "" : "import os\n"}from openai import OpenAI\n\nclient = OpenAI(base_url=${quoted(`${url}/v1`)}, api_key=${key ? quoted(key) : 'os.environ["WEIR_API_KEY"]'})\nanswer = client.chat.completions.create(\n    model=${quoted(model)},\n    messages=[{"role": "user", "content": "Hello"}],\n)\nprint(answer.choices[0].message.content)`,
    ],
    ["Claude Code", `export ANTHROPIC_BASE_URL=${shellWord(url)}\nexport ANTHROPIC_AUTH_TOKEN=${word}\nexport ANTHROPIC_MODEL=${shellWord(model)}\nclaude`],
    [
      "Codex",
      `# ~/.codex/config.toml\nmodel = ${quoted(model)}\nmodel_provider = "weir"\n\n[model_providers.weir]\nname = "Weir"\nbase_url = ${quoted(`${url}/v1`)}\nenv_key = "WEIR_API_KEY"\nwire_api = "responses"\n\n# then, in a shell:\n# export WEIR_API_KEY=${key ? shellWord(key) : "sk-…"}`,
    ],
    ["Open WebUI", `docker run -d -p 3000:8080 \\\n  -e OPENAI_API_BASE_URL=${shellWord(`${url}/v1`)} \\\n  -e OPENAI_API_KEY=${word} \\\n  -v open-webui:/app/backend/data ghcr.io/open-webui/open-webui:main`],
  ];
}
