// The reader's language and scheme.
import { html } from "./html.js";
import { currentScheme, schemes, setScheme } from "./scheme.js";
import { currentLanguage, languages, setLanguage, t } from "./text.js";

export function Preferences() {
  return html`<div class="preferences">
    <label class="hidden" for="language">${t("language")}</label>
    <select id="language" value=${currentLanguage()} onChange=${(event) => setLanguage(event.target.value)}>
      ${Object.entries(languages).map(([name, text]) => html`<option key=${name} value=${name} selected=${name === currentLanguage()}>${text}</option>`)}
    </select>
    <label class="hidden" for="scheme">${t("scheme")}</label>
    <select id="scheme" value=${currentScheme()} onChange=${(event) => setScheme(event.target.value)}>
      ${schemes.map((name) => html`<option key=${name} value=${name} selected=${name === currentScheme()}>${t(`scheme.${name}`)}</option>`)}
    </select>
  </div>`;
}
