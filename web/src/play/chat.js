// Chat: streamed, with the reasoning apart.
import { html, useState } from "../lib/html.js";
import { t } from "../lib/text.js";
import { readEvents } from "./sse.js";
import { useCall } from "./call.js";
import { InputField, PlayLayout, TextField } from "./parts.js";

/** The answer so far with one more event: a pure function. */
export function withEvent(answer, event) {
  if (event.error) throw new Error(event.error.message || String(event.error));
  const delta = event.choices?.[0]?.delta || {};
  return {
    text: answer.text + (delta.content || ""),
    reasoning: answer.reasoning + (delta.reasoning_content || delta.reasoning || ""),
    usage: event.usage || answer.usage,
  };
}

const EMPTY = { text: "", reasoning: "", usage: null };

export function Chat({ model, session }) {
  const call = useCall();
  const [turns, setTurns] = useState([]);
  const [system, setSystem] = useState("");
  const [text, setText] = useState(() => t("play.chat.example"));
  const [temperature, setTemperature] = useState("");
  const [most, setMost] = useState("");

  const requestOf = (before) => ({
    path: "/v1/chat/completions",
    stream: true,
    body: {
      model,
      messages: [...(system.trim() ? [{ role: "system", content: system }] : []), ...before.map((turn) => ({ role: turn.role, content: turn.text })), { role: "user", content: text }],
      stream: true,
      stream_options: { include_usage: true },
      ...(temperature ? { temperature: Number(temperature) } : {}),
      ...(most ? { max_tokens: Number(most) } : {}),
    },
  });
  // An answer becomes a part of the conversation when the next question is asked.
  const before = () => (call.result?.text ? [...turns, { role: "user", text: asked }, { role: "assistant", text: call.result.text }] : turns);
  const [asked, setAsked] = useState("");
  function run() {
    const past = before();
    setTurns(past);
    setAsked(text);
    call.run(requestOf(past), async (response, update) => {
      let answer = EMPTY;
      await readEvents(response, (event) => {
        answer = withEvent(answer, event);
        if (answer.text || answer.reasoning) update(answer);
      });
      return answer;
    });
    setText("");
  }
  const clear = () => (setTurns([]), setAsked(""), setText(""), call.clear());
  const fields = html`
    <${TextField} label=${t("play.chat.message")} value=${text} onInput=${setText} rows=${4} />
    <${TextField} label=${t("play.chat.system")} value=${system} onInput=${setSystem} rows=${2} required=${false} />
    <div class="grid2">
      <${InputField} label=${t("play.chat.temperature")} type="number" min="0" max="2" step="0.1" value=${temperature} onInput=${setTemperature} />
      <${InputField} label=${t("play.chat.most")} type="number" min="1" step="1" value=${most} onInput=${setMost} />
    </div>`;
  const talk = asked || turns.length > 0;
  return html`<${PlayLayout} fields=${fields} call=${call} request=${call.request || requestOf(turns)} onRun=${run} session=${session}>
    ${talk &&
    html`<div class="talk">
      ${turns.map((turn, place) => html`<${Turn} key=${place} of=${turn} />`)}
      ${asked && html`<${Turn} of=${{ role: "user", text: asked }} />`}
      ${call.result && html`<${Turn} of=${{ role: "assistant", ...call.result }} />`}
      ${call.busy && !call.result && html`<p class="muted">${t("play.waiting")}</p>`}
      ${!call.busy && html`<div><button type="button" onClick=${clear}>${t("play.chat.clear")}</button></div>`}
    </div>`}
  <//>`;
}

function Turn({ of }) {
  return html`<div class=${`turn ${of.role}`}>
    <span class="by">${t(`play.role.${of.role}`)}</span>
    ${of.reasoning && html`<details open=${!of.text}><summary>${t("play.chat.reasoning")}</summary><div class="says">${of.reasoning}</div></details>`}
    <div class="says">${of.text}</div>
  </div>`;
}
