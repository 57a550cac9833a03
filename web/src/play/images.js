// Images: from a text, or from an image with an optional mask.
import { html, useState } from "../lib/html.js";
import { t } from "../lib/text.js";
import { Select } from "../lib/ui.js";
import { useCall } from "./call.js";
import { pictureOf } from "./media.js";
import { FileField, Picture, PlayLayout, TextField } from "./parts.js";

const SIZES = ["1024x1024", "1024x1536", "1536x1024", "512x512"];

async function readPictures(response) {
  const body = await response.json();
  return { pictures: (body.data?.length ? body.data : body.images || []).map(pictureOf), usage: body.usage };
}

const Pictures = ({ of, prompt }) => html`<div class="images">${of.pictures.map((one, place) => html`<${Picture} key=${place} of=${one} alt=${prompt} />`)}</div>`;

export function Images({ model, session }) {
  const call = useCall();
  const [prompt, setPrompt] = useState(() => t("play.image.example"));
  const [size, setSize] = useState(SIZES[0]);
  const [n, setN] = useState("1");
  const request = { path: "/v1/images/generations", body: { model, prompt, size, n: Number(n) } };
  const fields = html`
    <${TextField} label=${t("play.prompt")} value=${prompt} onInput=${setPrompt} rows=${4} />
    <div class="toolbar">
      <${Select} label=${t("play.image.size")} value=${size} onChange=${setSize} options=${SIZES.map((name) => [name, name])} />
      <${Select} label=${t("play.image.count")} value=${n} onChange=${setN} options=${["1", "2", "4"].map((name) => [name, name])} />
    </div>`;
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${() => call.run(request, readPictures)} session=${session} send=${t("play.image.make")}>
    ${call.result && html`<${Pictures} of=${call.result} prompt=${prompt} />`}
  <//>`;
}

export function ImageEdit({ model, session }) {
  const call = useCall();
  const [prompt, setPrompt] = useState(() => t("play.edit.example"));
  const [image, setImage] = useState(null);
  const [mask, setMask] = useState(null);
  const body = new FormData();
  body.set("model", model);
  body.set("prompt", prompt);
  if (image) body.set("image", image);
  if (mask) body.set("mask", mask);
  const request = { path: "/v1/images/edits", body };
  const fields = html`
    <${FileField} label=${t("play.edit.image")} accept="image/*" required onFile=${setImage} />
    <${FileField} label=${t("play.edit.mask")} hint=${t("play.edit.mask_hint")} accept="image/png" onFile=${setMask} />
    <${TextField} label=${t("play.prompt")} value=${prompt} onInput=${setPrompt} rows=${3} />`;
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${() => call.run(request, readPictures)} session=${session} send=${t("play.edit.make")}>
    ${call.result && html`<${Pictures} of=${call.result} prompt=${prompt} />`}
  <//>`;
}
