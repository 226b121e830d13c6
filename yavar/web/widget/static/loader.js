/* The launcher on the shop's page. The server puts `const YAVAR = {…}` before it, and leaves out the lines that end in "greeting" or "visit" for a shop without them. Nothing is fetched until it is opened. */
(() => {
  const {key, desk, accent, strings, icons} = YAVAR;
  if (window.yavar && window.yavar.open) return;
  const root = document.documentElement;
  const known = (tag) => (tag || "").slice(0, 2).toLowerCase();
  const lang = [root.lang, ...navigator.languages].map(known).find((tag) => strings[tag]) || "en";
  const say = strings[lang];
  // Dark only where the page itself is: a light shop with a dark panel would look broken.
  const dark = () => (getComputedStyle(root).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const digits = (n) => new Intl.NumberFormat(lang).format(n); // the first one loads the browser's tables: 20 ms and more, so not before there is a number

  const host = document.createElement("yavar-chat");
  host.dir = getComputedStyle(document.body || root).direction;
  const shadow = host.attachShadow({mode: "closed"});
  const {h = 205, c = 0.088} = accent || {};
  const tint = (light, much = 1, turn = 0) => `oklch(${light} ${c * much} ${h + turn})`; // lightness is ours, so that the contrast is too
  // A constructed sheet: a shop that forbids inline styles still shows the launcher.
  const sheet = new CSSStyleSheet();
  let styles = `
    :host { all: initial !important; position: fixed !important; inset-block-end: 0 !important; inset-inline-end: 0 !important; z-index: 2147483000 !important }
    :host([hidden]), [hidden] { display: none !important }
    * { box-sizing: border-box }
    a, button { all: unset; box-sizing: border-box; cursor: pointer }
    .go { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; inline-size: 56px; block-size: 56px; border-radius: 50%;
      display: grid; place-items: center; color: #fff; background: ${tint(.5)}; box-shadow: 0 8px 24px -4px oklch(.3 .02 235 / 36%) }
    .go:hover { background: ${tint(.44)} }
    :focus-visible { outline: 2px solid ${tint(.58)}; outline-offset: 3px }
    svg { grid-area: 1 / 1; flex: none; inline-size: 24px; block-size: 24px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; transition: opacity .16s, transform .16s }
    [aria-expanded=true] .talk, [aria-expanded=false] .shut { opacity: 0; transform: scale(.6) rotate(-30deg) }
    b { position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-inline-size: 20px; padding-inline: 5px; border: 2px solid #fff; border-radius: 12px;
      font: 600 11px/17px system-ui, Tahoma, sans-serif; text-align: center; background: oklch(.55 .185 18) }
    div, nav { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; inline-size: 392px; max-inline-size: calc(100vw - 40px); block-size: min(724px, 100vh - 108px); overflow: hidden; border-radius: 16px;
      color-scheme: ${dark()}; background: Canvas; box-shadow: 0 0 0 1px oklch(.3 .02 235 / 9%), 0 24px 64px -8px oklch(.3 .02 235 / 36%); animation: rise .24s cubic-bezier(.2, 0, 0, 1) }
    nav { inline-size: 296px; block-size: auto; max-block-size: calc(100vh - 108px); overflow: auto; padding: 8px; font: 15px/1.5 system-ui, Tahoma, sans-serif; color: CanvasText }
    nav > * { display: flex; inline-size: 100%; gap: 12px; align-items: center; min-block-size: 44px; padding: 8px 12px; border-radius: 10px; overflow-wrap: anywhere }
    nav > :hover { background: oklch(.3 .02 235 / 9%) }
    nav > :focus-visible { outline-offset: -2px }
    nav svg { inline-size: 20px; block-size: 20px; color: light-dark(${tint(.5)}, ${tint(.8, 1.2, -7)}) }
    small { display: block; font-size: 13px; opacity: .75 }
    iframe { display: block; inline-size: 100%; block-size: 100%; border: 0 }
    @keyframes rise { from { opacity: 0; transform: translateY(12px) } }
    @media (max-width: 639.9px) {
      div { inset-block: 0 auto; inset-inline: 0; inline-size: 100%; max-inline-size: none; block-size: 100vh; block-size: 100dvh; border-radius: 0 }
      .open { display: none }
    }
    @media (max-height: 419.9px) { div { inset-block: 0 auto; block-size: 100vh; border-radius: 0 } .open { display: none } }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
    @media (forced-colors: active) { .go, div, nav { border: 2px solid ButtonText } nav svg { color: inherit } }
    @media print { :host { display: none !important } }`;
  styles += HAIL; // greeting
  sheet.replaceSync(styles);
  shadow.adoptedStyleSheets = [sheet];

  const node = (tag, given, ...inside) => {
    const made = Object.assign(document.createElement(tag), given);
    made.append(...inside);
    return made;
  };
  const svg = (path, name) => {
    const [picture, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("class", name || "");
    line.setAttribute("d", path);
    picture.append(line);
    return picture;
  };
  const TALK = "M3 16.3a2 2 0 0 1 .1 1.2L2 20.8A1 1 0 0 0 3.3 22l3.4-1a2 2 0 0 1 1.1.1 10 10 0 1 0-4.8-4.7";
  const badge = node("b", {hidden: true});
  const button = node("button", {type: "button", lang, onclick: press}, svg(TALK, "talk"), svg("M18 6 6 18M6 6l12 12", "shut"), badge);
  shadow.append(button);

  // Where the shop offers other ways than the chat, the first press shows them all. Real links and buttons.
  let menu = null;
  const offer = () => node("nav", {lang, ariaLabel: say.open},
    node("button", {type: "button", onclick: () => toggle(true)}, svg(TALK), node("span", {}, say.title, node("small", {}, say.pace))),
    ...say.ways.map(([href, words], at) => node("a", {href, rel: "noopener", target: href[0] === "h" ? "_blank" : "", onclick: () => setTimeout(list, 0, false)}, svg(icons[at]), node("span", {dir: "auto"}, words))));
  function list(on, to = button) {
    if (!menu === !on) return;
    if (on) shadow.append(menu = offer());
    else menu = menu.remove();
    hailed.hide(); // greeting
    show();
    if (on) menu.firstChild.focus();
    else if (to) to.focus();
  }
  shadow.addEventListener("focusout", ({relatedTarget: to}) => to && !shadow.contains(to) && list(false, null));
  addEventListener("pointerdown", ({target}) => target !== host && list(false, null));

  let panel, frame, open = false, ready = false, unread = 0, identity = null;
  const tell = (message) => ready && frame.contentWindow.postMessage(message, desk);

  function show() {
    button.className = open ? "go open" : "go";
    button.setAttribute("aria-expanded", open || Boolean(menu));
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
    frame = node("iframe", {title: say.title, allow: "clipboard-write",
      src: `${desk}/chat/${key}/panel?${new URLSearchParams({lang, page: location.href.slice(0, 1000), theme: dark()})}`});
    panel = node("div", {role: "dialog", ariaLabel: say.title}, frame);
    shadow.append(panel);
    if (window.visualViewport) for (const event of ["resize", "scroll"]) visualViewport.addEventListener(event, fit);
  }
  function toggle(wanted) {
    if (wanted === open) return;
    list(false, null);
    open = wanted;
    hailed.hide(); // greeting
    if (open) unread = 0;
    if (open && !frame) make();
    show();
    tell({yavar: open ? "shown" : "hidden"});
    (open ? frame : button).focus();
  }
  function press() {
    if (say.ways && !open && !frame && !unread) list(!menu);
    else toggle(!open);
  }
  shadow.addEventListener("keydown", ({key: pressed}) => {
    if (pressed !== "Escape") return;
    if (open) toggle(false);
    else list(false);
  });
  addEventListener("message", ({origin, source, data}) => {
    if (!frame || origin !== desk || source !== frame.contentWindow || !data) return;
    if (data.yavar === "close") toggle(false);
    else if (data.yavar === "ready") {
      ready = true;
      if (identity) tell({yavar: "identity", identity});
      if (hailed.said) tell({yavar: "greeting", ...hailed.said}); // greeting
      tell({yavar: open ? "shown" : "hidden"});
    }
    else if (data.yavar === "talk") hailed.talk(Boolean(data.on)); // greeting
    else if (data.yavar === "unread" && !open) {
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
  const hailed = hail(YAVAR, {say, node, svg, shadow, opened: () => open || Boolean(frame), open: () => toggle(true)}); // greeting
  follow(YAVAR, {lang, chatting: () => open, invite: (from) => (frame ? tell({yavar: "greeting", ...from}) : hailed.put(from, from.initials))}); // visit
  const place = () => document.body.append(host);
  show();
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
  dispatchEvent(new Event("yavar:ready"));
})();
