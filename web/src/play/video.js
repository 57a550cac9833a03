// Video: submitted, then asked for until it is there.
import { html, useState } from "../lib/html.js";
import { t, word } from "../lib/text.js";
import { Select } from "../lib/ui.js";
import { callApi, useCall } from "./call.js";
import { blobOfDataUrl, dataUrlOf, linkOf, useBlobUrl } from "./media.js";
import { FileField, Picture, PlayLayout, TextField } from "./parts.js";

const SIZES = ["1280x720", "720x1280", "960x960"];
const PERIOD = 1500;
const WAITING = ["InQueue", "InProgress"];

const wait = (signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PERIOD);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(new DOMException("", "AbortError"))));
  });

async function follow(response, update, signal) {
  const { requestId } = await response.json();
  for (;;) {
    const state = await (await callApi({ path: "/v1/video/status", body: { requestId } }, signal)).json();
    if (!WAITING.includes(state.status)) return { ...state, requestId };
    update({ ...state, requestId });
    await wait(signal);
  }
}

export const TextToVideo = (props) => html`<${Video} ...${props} />`;
export const ImageToVideo = (props) => html`<${Video} ...${props} fromImage />`;

function Video({ model, session, fromImage }) {
  const call = useCall();
  const [prompt, setPrompt] = useState(() => t("play.video.example"));
  const [size, setSize] = useState(SIZES[0]);
  const [image, setImage] = useState(null);
  const [error, setError] = useState(null);
  const request = { path: "/v1/video/submit", body: { model, prompt, image_size: size, ...(image ? { image } : {}) } };
  const read = async (file) => {
    try {
      setImage(file && (await dataUrlOf(file)));
      setError(null);
    } catch (failed) {
      setError(failed.message);
    }
  };
  const fields = html`
    ${fromImage && html`<${FileField} label=${t("play.edit.image")} accept="image/*" required onFile=${read} />`}
    ${error && html`<p class="error">${error}</p>`}
    <${TextField} label=${t("play.prompt")} value=${prompt} onInput=${setPrompt} rows=${4} />
    <${Select} label=${t("play.image.size")} value=${size} onChange=${setSize} options=${SIZES.map((name) => [name, name])} />`;
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${() => call.run(request, follow)} session=${session} send=${t("play.video.make")}>
    ${call.result && html`<${State} of=${call.result} prompt=${prompt} />`}
  <//>`;
}

function State({ of, prompt }) {
  if (WAITING.includes(of.status)) {
    return html`<p>${word("play.video", of.status)}</p><progress aria-label=${word("play.video", of.status)}></progress><p class="hint mono">${of.requestId}</p>`;
  }
  if (of.status !== "Succeed") return html`<p class="error">${of.reason || of.status}</p>`;
  return (of.results?.videos || []).map((video, place) => html`<${Movie} key=${place} url=${video.url} prompt=${prompt} />`);
}

function Movie({ url, prompt }) {
  const [blob] = useState(() => blobOfDataUrl(url));
  const shown = useBlobUrl(blob);
  // Small videos come as moving pictures.
  if (!blob || blob.type.startsWith("image/")) return html`<${Picture} of=${blob ? { blob } : { link: linkOf(url) }} alt=${prompt} />`;
  return shown && html`<video controls src=${shown} aria-label=${prompt}></video>`;
}
