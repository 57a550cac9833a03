// What the forms of the playground share.
import { html } from "../lib/html.js";
import { useKey } from "../lib/key.js";
import { milliseconds, number, t } from "../lib/text.js";
import { Code, Field, Notice, Panel } from "../lib/ui.js";
import { useBlobUrl } from "./media.js";
import { curlOf } from "./call.js";

/** The form at the left, the answer and the command at the right. `request` is what the form would send now. */
export function PlayLayout({ fields, call, request, onRun, session, children, busyText, send }) {
  const key = useKey();
  const submit = (event) => {
    event.preventDefault();
    onRun();
  };
  return html`<div class="play">
    <form class="panel form" onSubmit=${submit}>
      ${fields}
      <div class="actions">
        <button class="primary" disabled=${call.busy}>${send || t("play.send")}</button>
        ${call.busy && html`<button type="button" onClick=${call.stop}>${t("play.stop")}</button>`}
      </div>
    </form>
    <div class="form">
      <${Panel} title=${t("play.answer")}>
        ${call.error && html`<${Notice} kind="bad">${call.error}<//>`}
        <div class="result form" aria-live="polite" aria-busy=${call.busy}>
          ${children || (call.busy ? html`<p class="muted">${busyText || t("play.waiting")}</p><progress aria-label=${t("play.waiting")}></progress>` : !call.error && html`<p class="muted">${t("play.nothing_yet")}</p>`)}
        </div>
        <${Times} of=${call.times} usage=${call.result?.usage} streamed=${call.request?.stream} />
      <//>
      ${request && html`<${Panel} title=${t("play.command")}><${Code} text=${curlOf(session.api_url, request, key)} label="curl" /><//>`}
    </div>
  </div>`;
}

function Times({ of, usage, streamed }) {
  if (!of) return null;
  const facts = [
    [t("play.first"), streamed && of.first !== undefined ? milliseconds(of.first) : null],
    [t("play.total"), milliseconds(of.total)],
    [t("play.overhead"), Number.isNaN(of.overhead) ? null : milliseconds(of.overhead)],
    [t("usage.prompt_tokens"), usage?.prompt_tokens ?? usage?.input_tokens],
    [t("usage.completion_tokens"), usage?.completion_tokens ?? usage?.output_tokens],
  ].filter(([, value]) => value !== null && value !== undefined);
  return html`<div class="result-facts">${facts.map(([name, value]) => html`<span key=${name}>${name} <b>${typeof value === "number" ? number(value) : value}</b></span>`)}</div>`;
}

export const TextField = ({ label, value, onInput, rows = 3, hint, required = true }) => html`<${Field} label=${label} hint=${hint}>
  ${(attributes) => html`<textarea ...${attributes} rows=${rows} required=${required} value=${value} onInput=${(event) => onInput(event.target.value)}></textarea>`}
<//>`;

export const InputField = ({ label, value, onInput, hint, ...rest }) => html`<${Field} label=${label} hint=${hint}>
  ${(attributes) => html`<input ...${attributes} ...${rest} value=${value} onInput=${(event) => onInput(event.target.value)} />`}
<//>`;

export const FileField = ({ label, accept, onFile, hint, required }) => html`<${Field} label=${label} hint=${hint}>
  ${(attributes) => html`<input ...${attributes} type="file" accept=${accept} required=${required} onChange=${(event) => onFile(event.target.files[0] || null)} />`}
<//>`;

export function Picture({ of, alt }) {
  const url = useBlobUrl(of.blob);
  if (of.link) return html`<p><a href=${of.link} target="_blank" rel="noreferrer noopener">${t("play.open_elsewhere")}</a></p>`;
  if (!of.blob) return html`<p class="muted">${t("play.not_shown")}</p>`;
  return url && html`<a href=${url} download="image"><img src=${url} alt=${alt} /></a>`;
}
