/* What the shop says first, above the launcher. The server puts it before the launcher where a shop has greetings. What must be remembered for the daily
   measure (the day, how often, whether it was closed) stays in this browser, in the storage of the shop's own pages. */
const HAIL = `
    section { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; display: flex; align-items: start; max-inline-size: min(320px, 100vw - 40px); max-block-size: calc(100vh - 108px); overflow: auto; padding: 8px;
      border-radius: 16px; font: 15px/1.5 system-ui, Tahoma, sans-serif; color: CanvasText; background: Canvas; box-shadow: 0 0 0 1px oklch(.3 .02 235 / 9%), 0 24px 64px -8px oklch(.3 .02 235 / 36%); animation: rise .24s }
    section button { display: flex; gap: 10px; align-items: start; padding: 8px; border-radius: 10px; overflow-wrap: anywhere }
    section i { flex: none; display: grid; place-items: center; inline-size: 32px; block-size: 32px; border-radius: 50%; font: 600 12px system-ui; background: oklch(.9 .02 235); color: oklch(.3 .02 235) }
    .away { flex: none; min-inline-size: 44px; min-block-size: 44px; justify-content: center } .away svg { inline-size: 16px; block-size: 16px; opacity: 1; transform: none }
    @media (forced-colors: active) { section { border: 2px solid ButtonText } }`;
function hail({key, greets, daily}, {say, node, svg, shadow, opened, open}) {
  const name = `yavar:${key}`, day = new Date().toDateString();
  let kept = {}, box = null;
  try { kept = JSON.parse(localStorage.getItem(name)) || {}; } catch { /* forbidden: every page is the first */ }
  const keep = (change) => {
    Object.assign(kept, change);
    try { localStorage.setItem(name, JSON.stringify(kept)); } catch { /* forbidden or full */ }
  };
  keep({first: kept.first || day, ...(kept.day !== day && {day, shown: 0, closed: false})});
  const mine = (who) => who === "all" || (who === "new") === (kept.first === day);
  const here = (page) => page === "*" || location.pathname.startsWith(page);
  const live = node("aside", {role: "status"});
  const hailed = {
    said: null,
    hide() {
      if (box) box.remove();
      box = null;
    },
    put,
    talk: (on) => keep({talk: on}), // whether a conversation is open: then nobody is greeted
  };
  function show(at) {
    const [id, page, , who] = greets[at];
    if (box || opened() || kept.closed || kept.talk || kept.shown >= daily || !here(page) || !mine(who)) return;
    keep({shown: kept.shown + 1});
    put({id, text: say.greets[at]}, say.face);
  }
  function put(what, face) {
    hailed.hide();
    hailed.said = what;
    box = node("section", {},
      node("button", {type: "button", onclick: open}, node("i", {ariaHidden: "true"}, face), node("span", {dir: "auto"}, what.text)),
      node("button", {type: "button", className: "away", ariaLabel: say.shut, onclick() { keep({closed: true}); hailed.hide(); }}, svg("M18 6 6 18M6 6l12 12")));
    live.append(box);
  }
  shadow.append(live);
  greets.forEach((one, at) => here(one[1]) && setTimeout(show, one[2] * 1000, at));
  return hailed;
}
