// Rerank: documents in their order of relevance, as bars.
import { html, useState } from "../lib/html.js";
import { t } from "../lib/text.js";
import { Meter } from "../lib/ui.js";
import { useCall } from "./call.js";
import { linesOf } from "./embeddings.js";
import { InputField, PlayLayout, TextField } from "./parts.js";

const MOST = 50;

export function Rerank({ model, session }) {
  const call = useCall();
  const [query, setQuery] = useState(() => t("play.rerank.query_example"));
  const [text, setText] = useState(() => t("play.rerank.example"));
  const documents = linesOf(text).slice(0, MOST);
  const request = { path: "/v1/rerank", body: { model, query, documents } };
  const run = () =>
    call.run(request, async (response) => {
      const body = await response.json();
      const results = [...body.results].sort((a, b) => b.relevance_score - a.relevance_score);
      return { results, documents, usage: body.usage || body.meta?.tokens };
    });
  const fields = html`
    <${InputField} label=${t("play.rerank.query")} required value=${query} onInput=${setQuery} />
    <${TextField} label=${t("play.rerank.documents")} hint=${t("play.one_per_line", { n: MOST })} value=${text} onInput=${setText} rows=${7} />`;
  return html`<${PlayLayout} fields=${fields} call=${call} request=${request} onRun=${run} session=${session}>
    ${call.result && html`<${Bars} of=${call.result} />`}
  <//>`;
}

function Bars({ of }) {
  const most = Math.max(...of.results.map((one) => one.relevance_score), 1e-9);
  return html`<ol class="bars">
    ${of.results.map(
      (one) => html`<li class="bar" key=${one.index}>
        <span class="num muted">${one.index + 1}</span>
        <span title=${of.documents[one.index]}>${of.documents[one.index]}</span>
        <${Meter} value=${Math.max(0, one.relevance_score)} max=${most} plain label=${t("play.rerank.score")} />
        <span class="num">${one.relevance_score.toFixed(3)}</span>
      </li>`,
    )}
  </ol>`;
}
