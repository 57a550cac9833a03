// Signing in with a key of the operator. The link printed at start does it without this page.
import { html, useEffect, useState } from "../lib/html.js";
import { post } from "../lib/api.js";
import { t } from "../lib/text.js";
import { Preferences } from "../lib/preferences.js";
import { Field, Notice, Page, problemText } from "../lib/ui.js";

export function Login({ session, problem: first, onSession }) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState(first);
  const [busy, setBusy] = useState(false);
  useEffect(() => setProblem(first), [first]);
  const takesKey = (session.login || []).some((way) => way !== "link");

  async function signIn(event) {
    event.preventDefault();
    setBusy(true);
    try {
      onSession(await post("session", { key }));
    } catch (refused) {
      setProblem(refused);
      setBusy(false);
    }
  }
  return html`<main class="plain login">
    <img src="/console/icon.svg" alt="" width="44" height="44" />
    <${Page} title=${t("login.title")} about=${t("login.about")}>
      ${problem && html`<${Notice} kind="bad">${loginText(problem)}<//>`}
      <section>
        <h2>${t("login.link")}</h2>
        <p>${t("login.link_where")}</p>
      </section>
      ${takesKey
        ? html`<form onSubmit=${signIn}>
            <h2>${t("login.key")}</h2>
            <${Field} label=${t("login.key_label")} hint=${t("login.key_hint")}>
              ${(attributes) => html`<input ...${attributes} type="password" autocomplete="current-password" required value=${key} onInput=${(event) => setKey(event.target.value)} />`}
            <//>
            <button class="primary" disabled=${busy || !key}>${t("login.do")}</button>
          </form>`
        : html`<p class="muted">${t("login.no_key")}</p>`}
    <//>
    <${Preferences} />
  </main>`;
}

function loginText(problem) {
  if (problem.reason === "unauthorized") return t("login.wrong");
  if (problem.reason === "tls_required") return t("login.tls");
  return problemText(problem);
}
