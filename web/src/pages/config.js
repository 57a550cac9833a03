// Config: what is in force, a check of a text before it is used, and reading the file again.
import { html, useState } from "../lib/html.js";
import { post } from "../lib/api.js";
import { useData, useLive } from "../lib/data.js";
import { ago, t } from "../lib/text.js";
import { Copy, Field, Loading, Notice, Page, Panel, ProblemNotice, problemText } from "../lib/ui.js";

export function Config({ session }) {
  const live = useLive();
  const { data, problem, reload } = useData("config", live?.config_version);
  const about = data && (data.file ? t("config.file", { file: data.file, when: data.loaded_at ? ago(data.loaded_at) : "–" }) : t("config.no_file"));
  return html`<${Page} title=${t("config.title")} about=${about} actions=${session.role === "admin" && html`<${Reload} onReloaded=${reload} file=${data?.file} />`}>
    <${ProblemNotice} problem=${problem} retry=${reload} />
    ${!data ? !problem && html`<${Loading} />` : html`<${State} of=${data} />
      <div class="columns">
        <${Panel} title=${t("config.effective")} actions=${html`<${Copy} text=${data.yaml} label=${t("config.effective")} />`}>
          <div class="lines"><pre tabindex="0" aria-label=${t("config.effective")}>${data.yaml}</pre></div>
        <//>
        <${Check} />
      </div>`}
  <//>`;
}

function State({ of }) {
  return html`${of.restart_needed.length > 0 && html`<${Notice} kind="warn">${t("config.restart", { names: of.restart_needed.join(", ") })}<//>`}
    ${of.warnings.map((warning) => html`<${Notice} key=${warning} kind="warn">${String(warning)}<//>`)}`;
}

function Reload({ onReloaded, file }) {
  const [result, setResult] = useState(null);
  const run = async () => {
    setResult(null);
    try {
      setResult(await post("config/reload", {}));
    } catch (problem) {
      setResult({ reloaded: false, problems: [{ message: problemText(problem) }] });
    }
    onReloaded();
  };
  return html`${result && html`<span role="status" class=${result.reloaded ? "muted" : "error"}>${result.reloaded ? t("config.reloaded") : result.problems.map((one) => one.message).join("; ")}</span>`}
    <button onClick=${run}>${t(file ? "config.reload" : "config.ask_all")}</button>`;
}

function Check() {
  const [text, setText] = useState("");
  const [result, setResult] = useState(null);
  const [problem, setProblem] = useState(null);
  async function check(event) {
    event.preventDefault();
    try {
      setResult(await post("config/check", { yaml: text }));
      setProblem(null);
    } catch (refused) {
      setProblem(refused);
    }
  }
  return html`<${Panel} title=${t("config.check")}>
    <form class="form" onSubmit=${check}>
      <${Field} label=${t("config.paste")} hint=${t("config.paste_hint")}>
        ${(attributes) => html`<textarea ...${attributes} class="yaml" spellcheck="false" value=${text} onInput=${(event) => setText(event.target.value)}></textarea>`}
      <//>
      <div><button class="primary" disabled=${!text.trim()}>${t("config.check_now")}</button></div>
    </form>
    <div aria-live="polite">
      <${ProblemNotice} problem=${problem} />
      ${result && html`<${Verdict} of=${result} />`}
    </div>
  <//>`;
}

function Verdict({ of }) {
  if (of.valid) {
    return html`<${Notice} kind="good">${t("config.valid")}${of.restart_needed?.length > 0 && ` ${t("config.restart", { names: of.restart_needed.join(", ") })}`}<//>`;
  }
  return html`<${Notice} kind="bad">${t("config.invalid", { n: of.problems.length })}<//>
    <ul class="problems">${of.problems.map((one, place) => html`<li key=${place}><strong>${one.line ? t("config.line", { n: one.line }) : ""} ${one.setting && html`<span class="mono">${one.setting}</span>`}</strong> ${one.message}</li>`)}</ul>`;
}
