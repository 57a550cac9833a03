// The console: who is signed in, the frame, and the page that the address names.
import { html, render, useEffect, useRef, useState } from "./lib/html.js";
import { get, post, remove, whenSignedOut } from "./lib/api.js";
import { useLive } from "./lib/data.js";
import { forgetKey } from "./lib/key.js";
import { href, takeLoginToken, useRoute } from "./lib/route.js";
import { Preferences } from "./lib/preferences.js";
import { applyScheme } from "./lib/scheme.js";
import { applyLanguage, onLanguage, t } from "./lib/text.js";
import { Loading, Page, ProblemNotice } from "./lib/ui.js";
import { Login } from "./pages/login.js";
import { Start } from "./pages/start.js";
import { Models } from "./pages/models.js";
import { Upstreams } from "./pages/upstreams.js";
import { Keys } from "./pages/keys.js";
import { Usage } from "./pages/usage.js";
import { Calls } from "./pages/calls.js";
import { Playground } from "./pages/playground.js";
import { Config } from "./pages/config.js";

const pages = {
  start: Start,
  models: Models,
  upstreams: Upstreams,
  keys: Keys,
  usage: Usage,
  calls: Calls,
  playground: Playground,
  config: Config,
};

function Navigation({ page, session, signOut }) {
  const live = useLive();
  const state = !live ? "none" : !live.connected ? "bad" : live.ready ? "good" : "warn";
  const text = { none: "live.connecting", bad: "live.lost", good: "live.ready", warn: "live.not_ready" }[state];
  return html`<nav class="side" aria-label=${t("nav.label")}>
    <a class="brand" href="#start"><img src="/console/icon.svg" alt="" width="22" height="22" /><strong>Weir</strong><small>${session.version}</small></a>
    <ul>
      ${Object.keys(pages).map(
        (name) => html`<li key=${name}><a href=${href(name)} aria-current=${name === page ? "page" : undefined}>${t(`nav.${name}`)}</a></li>`,
      )}
    </ul>
    <div class="foot">
      <p class=${`live ${state}`}><span class="dot"></span>${t(text)}</p>
      <${Preferences} />
      <p class="who"><span>${t(`role.${session.role}`)}</span>${session.by === "cookie" && html`<button class="link" onClick=${signOut}>${t("do.sign_out")}</button>`}</p>
    </div>
  </nav>`;
}

function Frame({ session, signOut }) {
  const { page, query } = useRoute();
  const main = useRef(null);
  const first = useRef(true);
  const Shown = pages[page] || Unknown;
  useEffect(() => {
    // Those who cannot see the page learn that it is another.
    if (!first.current) main.current?.querySelector("h1")?.focus({ preventScroll: true });
    first.current = false;
    main.current?.scrollTo(0, 0);
  }, [page]);
  return html`<a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      main.current.querySelector("h1")?.focus();
    }}>${t("nav.skip")}</a>
    <${Navigation} page=${page} session=${session} signOut=${signOut} />
    <main id="main" ref=${main}><${Shown} key=${page} session=${session} query=${query} /></main>`;
}

const Unknown = () => html`<${Page} title=${t("unknown.title")}><p><a href="#start">${t("unknown.back")}</a></p><//>`;

function Console() {
  const [, redraw] = useState(0);
  const [session, setSession] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const again = () => redraw((last) => last + 1);
    onLanguage(again);
    whenSignedOut(() => {
      forgetKey();
      setSession((last) => (last ? { ...last, role: null } : last));
    });
    start();
    // A link that is pasted into an open tab loads no page.
    const onLink = () => location.hash.startsWith("#login=") && start();
    addEventListener("hashchange", onLink);
    return () => removeEventListener("hashchange", onLink);
  }, []);

  // The key of the tab belongs to the person who was signed in.
  function take(next) {
    if (!next.role) forgetKey();
    setSession(next);
  }

  async function start() {
    setProblem(null);
    const token = takeLoginToken();
    try {
      if (token) {
        try {
          take(await post("session", { link: token }));
          return;
        } catch (refused) {
          setProblem(refused);
        }
      }
      take(await get("session"));
    } catch (failed) {
      setProblem(failed);
    }
  }
  async function signOut() {
    await remove("session").catch(() => {});
    take(await get("session").catch(() => ({ ...session, role: null })));
  }

  if (!session) {
    return html`<main class="plain"><h1>Weir</h1>${problem ? html`<${ProblemNotice} problem=${problem} retry=${start} />` : html`<${Loading} />`}</main>`;
  }
  if (!session.role) return html`<${Login} session=${session} problem=${problem} onSession=${(next) => (setProblem(null), setSession(next))} />`;
  return html`<${Frame} session=${session} signOut=${signOut} />`;
}

applyScheme();
applyLanguage();
render(html`<${Console} />`, document.body);
