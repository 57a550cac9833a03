// Embeddings: how near texts are to each other, as a picture.
import { html, useState } from "../lib/html.js";
import { number, t } from "../lib/text.js";
import { useCall } from "./call.js";
import { PlayLayout, TextField } from "./parts.js";

const MOST = 12;

/** The cosine of the angle between each two vectors: a pure function. */
export function similarities(vectors) {
  const lengths = vectors.map((vector) => Math.hypot(...vector) || 1);
  const dot = (a, b) => a.reduce((sum, value, place) => sum + value * b[place], 0);
  return vectors.map((a, i) => vectors.map((b, j) => dot(a, b) / (lengths[i] * lengths[j])));
}

export const linesOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

export function Embeddings({ model, session }) {
  const call = useCall();
  const [text, setText] = useState(() => t("play.embeddings.example"));
  const texts = linesOf(text).slice(0, MOST);
  const request = { path: "/v1/embeddings", body: { model, input: texts } };
  const run = () =>
    call.run(request, async (response) => {
      const body = await response.json();
      const vectors = [...body.data].sort((a, b) => a.index - b.index).map((item) => item.embedding);
      return { texts, vectors, usage: body.usage };
    });
  const fields = html`<${TextField} label=${t("play.embeddings.texts")} hint=${t("play.one_per_line", { n: MOST })} value=${text} onInput=${setText} rows=${8} />`;
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${run} session=${session}>
    ${call.result && html`<${Matrix} of=${call.result} />`}
  <//>`;
}

const CELL = 44;
const HEAD = 22;

function Matrix({ of }) {
  const values = similarities(of.vectors);
  const size = HEAD + CELL * values.length;
  return html`<p>${t("play.embeddings.vectors", { n: of.vectors.length, size: number(of.vectors[0]?.length) })}</p>
    <svg class="matrix" style=${{ maxWidth: `${Math.round(size * 1.4)}px` }} viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${t("play.embeddings.matrix")}>
      ${values.map((row, i) => html`<text key=${i} x="6" y=${HEAD + i * CELL + CELL / 2 + 4}>${i + 1}</text><text x=${HEAD + i * CELL + CELL / 2} y="15" text-anchor="middle">${i + 1}</text>
        ${row.map((value, j) => html`<g key=${j}>
          <rect x=${HEAD + j * CELL} y=${HEAD + i * CELL} width=${CELL - 2} height=${CELL - 2} rx="3" fill-opacity=${Math.max(0.04, value)}><title>${`${of.texts[i]} · ${of.texts[j]}`}</title></rect>
          <text class=${value > 0.6 ? "on" : ""} x=${HEAD + j * CELL + CELL / 2 - 1} y=${HEAD + i * CELL + CELL / 2 + 3} text-anchor="middle">${value.toFixed(2)}</text>
        </g>`)}`)}
    </svg>
    <ol class="muted numbered">${of.texts.map((text, place) => html`<li key=${place}>${text}</li>`)}</ol>`;
}
