// Speech from a text, and a text from speech.
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/text.js";
import { Field, Select } from "../lib/ui.js";
import { useCall } from "./call.js";
import { useBlobUrl } from "./media.js";
import { FileField, InputField, PlayLayout, TextField } from "./parts.js";

export function Speech({ model, session }) {
  const call = useCall();
  const [text, setText] = useState(() => t("play.speech.example"));
  const [voice, setVoice] = useState("");
  const [format, setFormat] = useState("mp3");
  const request = { path: "/v1/audio/speech", output: `speech.${format}`, body: { model, input: text, ...(voice ? { voice } : {}), response_format: format } };
  const fields = html`
    <${TextField} label=${t("play.speech.text")} value=${text} onInput=${setText} rows=${4} />
    <${InputField} label=${t("play.speech.voice")} hint=${t("play.speech.voice_hint")} value=${voice} onInput=${setVoice} />
    <${Select} label=${t("play.speech.format")} value=${format} onChange=${setFormat} options=${["mp3", "wav", "opus"].map((name) => [name, name])} />`;
  const run = () => call.run(request, async (response) => ({ sound: await response.blob() }));
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${run} session=${session}>
    ${call.result && html`<${Player} of=${call.result.sound} name=${request.output} />`}
  <//>`;
}

function Player({ of, name }) {
  const url = useBlobUrl(of);
  return url && html`<audio controls src=${url}></audio><p><a href=${url} download=${name}>${t("play.download")}</a></p>`;
}

export function Transcription({ model, session }) {
  const call = useCall();
  const [file, setFile] = useState(null);
  const [language, setLanguage] = useState("");
  const body = new FormData();
  body.set("model", model);
  if (language.trim()) body.set("language", language.trim());
  if (file) body.set("file", file);
  const request = { path: "/v1/audio/transcriptions", body };
  const fields = html`
    <${FileField} label=${t("play.transcription.file")} accept="audio/*" onFile=${setFile} required=${!file} />
    <${Recorder} onFile=${setFile} />
    <${InputField} label=${t("play.transcription.language")} hint=${t("play.transcription.language_hint")} value=${language} onInput=${setLanguage} />`;
  const run = () => call.run(request, async (response) => response.json());
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${run} session=${session}>
    ${call.result && html`<p class="says">${call.result.text}</p>`}
  <//>`;
}

// A microphone is offered on this machine, and over TLS: elsewhere browsers have none.
function Recorder({ onFile }) {
  const [state, setState] = useState("idle");
  const [sound, setSound] = useState(null);
  const recorder = useRef(null);
  const url = useBlobUrl(sound);
  useEffect(() => () => recorder.current?.stream.getTracks().forEach((track) => track.stop()), []);
  if (!navigator.mediaDevices?.getUserMedia || typeof MediaRecorder === "undefined") return null;

  async function start() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      recorder.current = new MediaRecorder(stream);
      recorder.current.ondataavailable = (event) => parts.push(event.data);
      recorder.current.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        const type = recorder.current.mimeType.split(";")[0];
        const recorded = new File(parts, `recording.${type.split("/")[1]}`, { type });
        setSound(recorded);
        onFile(recorded);
        setState("idle");
      };
      recorder.current.start();
      setState("recording");
    } catch (error) {
      setState(error.message);
    }
  }
  const stop = () => recorder.current.stop();
  return html`<${Field} label=${t("play.transcription.microphone")} error=${["idle", "recording"].includes(state) ? null : state}>
    ${(attributes) => html`<button ...${attributes} type="button" onClick=${state === "recording" ? stop : start}>${t(state === "recording" ? "play.transcription.stop" : "play.transcription.record")}</button>
      ${url && html`<audio controls src=${url}></audio>`}`}
  <//>`;
}
