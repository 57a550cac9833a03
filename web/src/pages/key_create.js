// A new key.
import { html, useRef, useState } from "../lib/html.js";
import { onceKey, post } from "../lib/api.js";
import { setKey } from "../lib/key.js";
import { SUB_TYPES } from "../lib/model_filter.js";
import { t, word } from "../lib/text.js";
import { Dialog, Field } from "../lib/ui.js";
import { FormProblem, LIMITS, LimitFields, NewSecret, errorOf, limitsOf, words } from "./key_form.js";

const SHOWN = ["name", "models", "networks", "expires_at", ...LIMITS.map((name) => `limits.${name}`)];

/** The body of the request: a pure function of what was typed. */
export function draftOf(typed) {
  const draft = { name: typed.name.trim(), limits: limitsOf(typed.limits) };
  if (words(typed.models).length) draft.models = words(typed.models);
  if (typed.sub_types.length) draft.sub_types = typed.sub_types;
  if (words(typed.networks).length) draft.networks = words(typed.networks);
  if (typed.expires) draft.expires_at = new Date(`${typed.expires}T23:59:59`).toISOString();
  return draft;
}

export function CreateKey({ onClose, onCreated }) {
  const [typed, setTyped] = useState({ name: "", models: "", sub_types: [], networks: "", expires: "", limits: {} });
  const [created, setCreated] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  // The same for all attempts at one form, so that an answer that was lost does not make two keys.
  const once = useRef({ body: null, key: null });
  const change = (part) => setTyped((last) => ({ ...last, ...part }));
  const input = (name) => ({ value: typed[name], onInput: (event) => change({ [name]: event.target.value }) });

  async function create(event) {
    event.preventDefault();
    setBusy(true);
    const draft = draftOf(typed);
    const body = JSON.stringify(draft);
    if (once.current.body !== body) once.current = { body, key: onceKey() };
    try {
      setCreated(await post("keys", draft, { "Idempotency-Key": once.current.key }));
      setProblem(null);
      onCreated();
    } catch (refused) {
      setProblem(refused);
    }
    setBusy(false);
  }
  if (created) {
    return html`<${Dialog} title=${created.name} onClose=${onClose} held>
      <${NewSecret} text=${created.key} />
      <div class="dialog-foot">
        <button onClick=${() => (setKey(created.key), (location.hash = "#start"))}>${t("keys.use_in_snippets")}</button>
        <button class="primary" onClick=${onClose}>${t("keys.saved")}</button>
      </div>
    <//>`;
  }
  const errors = errorOf(problem);
  return html`<${Dialog} title=${t("keys.create")} onClose=${onClose} busy=${busy}>
    <form class="form" onSubmit=${create}>
      <${FormProblem} problem=${problem} fields=${SHOWN} />
      <div class="grid2">
        <${Field} label=${t("keys.name")} error=${errors("name")}>${(attributes) => html`<input ...${attributes} required autofocus autocomplete="off" ...${input("name")} />`}<//>
        <${Field} label=${t("keys.expires")} hint=${t("keys.expires_hint")} error=${errors("expires_at")}>${(attributes) => html`<input ...${attributes} type="date" ...${input("expires")} />`}<//>
        <${Field} label=${t("keys.models")} hint=${t("keys.models_hint")} error=${errors("models")}>${(attributes) => html`<input ...${attributes} class="mono" autocomplete="off" ...${input("models")} />`}<//>
        <${Field} label=${t("keys.networks")} hint=${t("keys.networks_hint")} error=${errors("networks")}>${(attributes) => html`<input ...${attributes} class="mono" autocomplete="off" ...${input("networks")} />`}<//>
      </div>
      <${SubTypeChoice} chosen=${typed.sub_types} onChange=${(sub_types) => change({ sub_types })} />
      <${LimitFields} value=${typed.limits} onChange=${(limits) => change({ limits })} errorOf=${errors} />
      <div class="dialog-foot">
        <button type="button" disabled=${busy} onClick=${onClose}>${t("do.cancel")}</button>
        <button class="primary" disabled=${busy}>${t("keys.create")}</button>
      </div>
    </form>
  <//>`;
}

function SubTypeChoice({ chosen, onChange }) {
  const toggle = (name) => onChange(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  return html`<fieldset class="form">
    <legend><h3>${t("keys.sub_types")}</h3></legend>
    <div class="toolbar">
      ${SUB_TYPES.map((name) => html`<label class="check" key=${name}><input type="checkbox" checked=${chosen.includes(name)} onChange=${() => toggle(name)} />${word("sub_type", name)}</label>`)}
    </div>
    <p class="hint">${t("keys.sub_types_hint")}</p>
  </fieldset>`;
}
