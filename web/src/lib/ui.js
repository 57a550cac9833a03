// The parts that all pages are made from.
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "./html.js";
import { t, word } from "./text.js";

/** A page: its heading, what can be done there, and its contents. */
export function Page({ title, about, actions, children }) {
  useEffect(() => {
    document.title = `${title} · Weir`;
  }, [title]);
  return html`<div class="page">
    <header class="head">
      <div>
        <h1 tabindex="-1">${title}</h1>
        ${about && html`<p class="about">${about}</p>`}
      </div>
      <div class="actions">${actions}</div>
    </header>
    ${children}
  </div>`;
}

export function Panel({ title, actions, children, flush }) {
  return html`<section class=${`panel ${flush ? "flush" : ""}`}>
    ${title &&
    html`<header class="panel-head">
      <h2>${title}</h2>
      <div class="actions">${actions}</div>
    </header>`}
    ${children}
  </section>`;
}

/** `kind`: good, warn, bad or none. The text says the same as the colour. */
export const Badge = ({ kind = "none", children, title }) => html`<span class=${`badge ${kind}`} title=${title}>${children}</span>`;

export const SubTypes = ({ of }) =>
  of.length
    ? of.map((name) => html`<span class=${`tag ${name}`} key=${name}>${word("sub_type", name)}</span>`)
    : html`<span class="tag none">${t("sub_type.none")}</span>`;

export function Notice({ kind = "info", children, action }) {
  return html`<div class=${`notice ${kind}`} role=${kind === "bad" ? "alert" : "status"}>
    <div>${children}</div>
    ${action}
  </div>`;
}

/** A problem of the server, as a person needs to read it. */
export function ProblemNotice({ problem, retry }) {
  if (!problem) return null;
  return html`<${Notice} kind="bad" action=${retry && html`<button onClick=${retry}>${t("do.retry")}</button>`}>
    ${problemText(problem)}
  <//>`;
}

export function problemText(problem) {
  if (problem.reason === "unreachable") return t("problem.unreachable");
  if (problem.reason === "forbidden") return t("problem.forbidden");
  if (problem.reason === "too_many_failures") return t("problem.too_many", { n: problem.retryAfter ?? 60 });
  if (problem.reason === "precondition_failed") return t("problem.changed");
  return problem.message;
}

export const Loading = () => html`<p class="loading" role="status">${t("loading")}</p>`;

export function Empty({ title, children }) {
  return html`<div class="empty">
    <p class="empty-title">${title}</p>
    <div>${children}</div>
  </div>`;
}

export function Copy({ text, label }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => setDone(await copyText(text));
  return html`<button type="button" class="copy" onClick=${copy} aria-label=${label ? `${t("do.copy")}: ${label}` : undefined}>
    <span aria-live="polite">${done ? t("do.copied") : t("do.copy")}</span>
  </button>`;
}

// Without TLS browsers offer no clipboard beyond this machine.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export const Code = ({ text, label }) => html`<div class="code">
  <pre tabindex="0" aria-label=${label}><code>${text}</code></pre>
  <${Copy} text=${text} label=${label} />
</div>`;

/** A labelled control. `children` gets the control's attributes. */
export function Field({ label, hint, error, children, wide }) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class=${`field ${wide ? "wide" : ""}`}>
    <label for=${id}>${label}</label>
    ${children({ id, "aria-describedby": notes, "aria-invalid": error ? "true" : undefined })}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`}>${error}</p>`}
  </div>`;
}

export function Select({ label, value, options, onChange, hideLabel }) {
  const id = useId();
  return html`<div class="select">
    <label for=${id} class=${hideLabel ? "hidden" : ""}>${label}</label>
    <select id=${id} value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${options.map(([name, text]) => html`<option key=${name} value=${name} selected=${name === value}>${text}</option>`)}
    </select>
  </div>`;
}

export function Search({ label, value, onInput }) {
  return html`<input
    class="search"
    type="search"
    aria-label=${label}
    placeholder=${label}
    value=${value}
    onInput=${(event) => onInput(event.target.value)}
  />`;
}

/** One choice of a few, all visible. `options`: [name, text, count?] */
export function Segments({ label, value, options, onChange }) {
  const name = useId();
  return html`<fieldset class="segments">
    <legend class="hidden">${label}</legend>
    ${options.map(
      ([option, text, count]) => html`<label key=${option} class=${option === value ? "on" : ""}>
        <input type="radio" name=${name} value=${option} checked=${option === value} onChange=${() => onChange(option)} />
        <span>${text}${count !== undefined && html`<small>${count}</small>`}</span>
      </label>`,
    )}
  </fieldset>`;
}

/** A table with a caption for those who cannot see it. `columns`: [{ name, title, className, cell }] */
export function Table({ caption, columns, rows, keyOf, rowClass }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption class="hidden">${caption}</caption>
      <thead><tr>${columns.map((column) => html`<th key=${column.name} scope="col" class=${column.className}>${column.title}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr key=${keyOf(row)} class=${rowClass ? rowClass(row) : ""}>
            ${columns.map((column) => html`<td key=${column.name} class=${column.className}>${column.cell(row)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/**
 * A dialog in front of the page: the browser keeps the focus in it, and Escape or a click beside it closes it. Not one that is `held`,
 * since it shows what is shown only once; a `busy` one cannot be closed at all.
 */
export function Dialog({ title, onClose, children, side, held, busy }) {
  const element = useRef(null);
  const gone = useRef(false);
  const heading = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    return () => {
      gone.current = true;
      if (dialog.open) dialog.close();
    };
  }, []);
  const stays = held || busy;
  const outside = (event) => event.target === element.current && !stays && onClose();
  // A browser may close it nevertheless at the second Escape. The event of the cleanup's close() comes when another page may be shown,
  // which is none of this dialog's business.
  const closed = () => {
    if (gone.current) return;
    if (stays) element.current.showModal();
    else onClose();
  };
  return html`<dialog ref=${element} class=${side ? "side" : ""} aria-labelledby=${heading} onClose=${closed} onCancel=${(event) => stays && event.preventDefault()} onMouseDown=${outside}>
    <div class="dialog">
      <header class="panel-head">
        <h2 id=${heading}>${title}</h2>
        <button type="button" class="quiet" disabled=${busy} onClick=${onClose} aria-label=${t("do.close")}>✕</button>
      </header>
      <div class="dialog-body">${children}</div>
    </div>
  </dialog>`;
}

/** Facts as pairs. Those without a value are left out. */
export const Facts = ({ of }) => html`<dl class="facts">
  ${of
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl>`;

/** How much of `max` is used; with `plain` it is no warning if that is much. */
export function Meter({ value, max, label, plain }) {
  const part = max > 0 ? Math.min(1, value / max) : 0;
  const kind = plain ? "good" : part >= 1 ? "bad" : part >= 0.8 ? "warn" : "good";
  return html`<meter class=${kind} min="0" max=${max} value=${Math.min(value, max)} aria-label=${label}></meter>`;
}
