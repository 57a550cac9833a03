// What the forms of a key share.
import { html } from "../lib/html.js";
import { t } from "../lib/text.js";
import { Code, Field, Notice, problemText } from "../lib/ui.js";

export const LIMITS = ["requests_per_minute", "tokens_per_minute", "images_per_minute", "requests_per_day", "tokens_per_day", "images_per_day", "max_in_flight"];

/** The numbers of limits typed in, 0 for an empty field. */
export const limitsOf = (typed) => Object.fromEntries(LIMITS.map((name) => [name, Number(typed[name] || 0)]));

/** The fields of all limits. `errorOf(member)` is the server's word on one of them. */
export function LimitFields({ value, onChange, errorOf }) {
  return html`<fieldset class="form">
    <legend><h3>${t("keys.limits")}</h3></legend>
    <div class="grid3">
      ${LIMITS.map(
        (name) => html`<${Field} key=${name} label=${t(`limit.${name}`)} error=${errorOf(`limits.${name}`)}>
          ${(attributes) => html`<input ...${attributes} type="number" min="0" step="1" inputmode="numeric" placeholder=${t("keys.unlimited")} value=${value[name] || ""} onInput=${(event) => onChange({ ...value, [name]: event.target.value })} />`}
        <//>`,
      )}
    </div>
  </fieldset>`;
}

/** A new key: it is shown this once. */
export function NewSecret({ text }) {
  return html`<div class="secret" role="status">
    <strong>${t("keys.new")}</strong>
    <p>${t("keys.new_once")}</p>
    <${Code} text=${text} label=${t("keys.new")} />
  </div>`;
}

/** What a problem says about one field, or, for FormProblem, about none that is shown. */
export const errorOf = (problem) => (member) => (problem?.field === member ? problem.message : null);
export const FormProblem = ({ problem, fields }) => problem && !fields.includes(problem.field) && html`<${Notice} kind="bad">${problemText(problem)}<//>`;

/** The words of a text that are separated by commas or blanks. */
export const words = (text) => text.split(/[\s,]+/).filter(Boolean);
