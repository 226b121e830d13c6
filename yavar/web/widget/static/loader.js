/* The launcher on the shop's page. The server puts `const YAVAR = {…}` before it. Nothing is fetched until it is opened. */
(() => {
  const {key, desk, accent, side, strings} = YAVAR;
  if (window.yavar && window.yavar.open) return;
  const root = document.documentElement;
  const known = (tag) => (tag || "").slice(0, 2).toLowerCase();
  const lang = [YAVAR.lang, root.lang, ...navigator.languages].map(known).find((tag) => strings[tag]) || "en";
  const say = strings[lang];
  const digits = (n) => new Intl.NumberFormat(lang).format(n); // the first one loads the browser's tables: 20 ms and more, so not before there is a number

  const host = document.createElement("yavar-chat");
  host.dir = getComputedStyle(document.body || root).direction;
  const shadow = host.attachShadow({mode: "closed"});
  const edge = side === "start" ? "start" : "end";
  const {h = 205, c = 0.088} = accent || {};
  // A constructed sheet: a shop that forbids inline styles still shows the launcher.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial !important; position: fixed !important; inset-block-end: 0 !important; inset-inline-${edge}: 0 !important; z-index: 2147483000 !important }
    :host([hidden]), [hidden] { display: none !important }
    * { box-sizing: border-box }
    button { all: unset; box-sizing: border-box; position: fixed; inset-block-end: 20px; inset-inline-${edge}: 20px; inline-size: 56px; block-size: 56px; border-radius: 50%;
      display: grid; place-items: center; cursor: pointer; color: #fff; background: oklch(.5 ${+c} ${+h}); box-shadow: 0 2px 6px oklch(.3 .02 235 / 14%), 0 10px 28px -6px oklch(.3 .03 235 / 34%) }
    button:hover { background: oklch(.44 ${+c} ${+h}) }
    button:focus-visible { outline: 2px solid oklch(.58 .12 ${+h}); outline-offset: 3px }
    svg { grid-area: 1 / 1; inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; transition: opacity .16s, transform .16s }
    [aria-expanded=true] .talk, [aria-expanded=false] .shut { opacity: 0; transform: scale(.6) rotate(-30deg) }
    b { position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-inline-size: 20px; padding-inline: 5px; border: 2px solid #fff; border-radius: 12px;
      font: 600 11px/17px system-ui, Tahoma, sans-serif; text-align: center; background: oklch(.55 .185 18) }
    div { position: fixed; inset-block-end: 88px; inset-inline-${edge}: 20px; inline-size: 392px; max-inline-size: calc(100vw - 40px); block-size: min(724px, 100vh - 108px); overflow: hidden; border-radius: 16px;
      background: Canvas; box-shadow: 0 0 0 1px oklch(.3 .02 235 / 8%), 0 2px 6px oklch(.3 .02 235 / 8%), 0 24px 64px -12px oklch(.3 .03 235 / 26%); animation: rise .24s cubic-bezier(.2, 0, 0, 1) }
    iframe { display: block; inline-size: 100%; block-size: 100%; border: 0 }
    @keyframes rise { from { opacity: 0; transform: translateY(12px) } }
    @media (max-width: 639.9px) {
      div { inset-block: 0 auto; inset-inline: 0; inline-size: 100%; max-inline-size: none; block-size: 100vh; block-size: 100dvh; border-radius: 0 }
      [aria-expanded=true] { display: none }
    }
    @media (prefers-reduced-motion: reduce) { div, svg { animation: none; transition: none } }
    @media (forced-colors: active) { button { border: 2px solid ButtonText } }
    @media print { :host { display: none !important } }`);
  shadow.adoptedStyleSheets = [sheet];

  const svg = (name, path) => {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("class", name);
    line.setAttribute("d", path);
    picture.append(line);
    return picture;
  };
  const button = document.createElement("button");
  button.type = "button";
  button.lang = lang;
  const badge = document.createElement("b");
  badge.hidden = true;
  badge.setAttribute("aria-hidden", "true");
  button.append(svg("talk", "M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719"), svg("shut", "M18 6 6 18M6 6l12 12"), badge);
  shadow.append(button);

  let panel, frame, open = false, ready = false, unread = 0, identity = null;
  const tell = (message) => ready && frame.contentWindow.postMessage(message, desk);

  function show() {
    button.setAttribute("aria-expanded", open);
    button.setAttribute("aria-label", open ? say.close : unread ? `${say.open} (${digits(unread)})` : say.open);
    badge.hidden = open || !unread;
    if (unread) badge.textContent = unread > 9 ? `${digits(9)}+` : digits(unread);
    if (panel) panel.hidden = !open;
    fit();
  }
  // On a phone the keyboard covers the page without resizing it, so the panel follows what is really visible.
  function fit() {
    const seen = window.visualViewport;
    if (!panel || !seen) return;
    const small = open && innerWidth < 640 && seen.scale === 1;
    panel.style.setProperty("block-size", small ? `${seen.height}px` : "");
    panel.style.setProperty("inset-block-start", small ? `${seen.offsetTop}px` : "");
  }
  function make() {
    // Dark only where the page itself is: a light shop with a dark panel would look broken.
    const dark = getComputedStyle(root).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches;
    frame = document.createElement("iframe");
    frame.title = say.title;
    frame.allow = "clipboard-write";
    frame.src = `${desk}/chat/${key}/panel?${new URLSearchParams({lang, page: location.href.slice(0, 1000), theme: dark ? "dark" : "light"})}`;
    panel = document.createElement("div");
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", say.title);
    panel.append(frame);
    shadow.append(panel);
    if (window.visualViewport) for (const event of ["resize", "scroll"]) visualViewport.addEventListener(event, fit);
  }
  function toggle(wanted) {
    if (wanted === open) return;
    open = wanted;
    if (open) unread = 0;
    if (open && !frame) make();
    show();
    tell({yavar: open ? "shown" : "hidden"});
    (open ? frame : button).focus();
  }
  button.onclick = () => toggle(!open);
  shadow.addEventListener("keydown", (event) => event.key === "Escape" && open && toggle(false));
  addEventListener("message", ({origin, source, data}) => {
    if (!frame || origin !== desk || source !== frame.contentWindow || !data) return;
    if (data.yavar === "close") toggle(false);
    else if (data.yavar === "ready") {
      ready = true;
      if (identity) tell({yavar: "identity", identity});
      tell({yavar: open ? "shown" : "hidden"});
    } else if (data.yavar === "unread" && !open) {
      unread = Math.max(0, data.count | 0);
      show();
    }
  });

  window.yavar = {
    open: () => toggle(true),
    close: () => toggle(false),
    /** What the shop signed: {id, hash, name, email} or {jwt}. It leaves the page only for the desk, once the chat is opened. */
    identify(who) {
      identity = who;
      tell({yavar: "identity", identity});
    },
  };
  const place = () => document.body.append(host);
  show();
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
  dispatchEvent(new Event("yavar:ready"));
})();
