/** All shortcuts on one sheet. Read when it is first opened. */
import {html, useEffect, useRef} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {may, sheet} from "./state.js";
import {IconButton, Kbd, mod} from "./parts.js";

const table = () => [
  [t("Move"), [["J K", t("next, previous")], ["Enter", t("open, then write")], ["Esc", t("back, close")], ["G", t("then {keys}: go to a view", {keys: `I U M A S D F C${may("desk.supervise") ? " B" : ""}`})], ["[ ]",
    t("sidebar, details")], ["O", t("due first, or the newest")]]],
  [t("Many at once"), [["X", t("select")], ["⇧ J ⇧ K", t("extend the selection")], [`${mod} A`, t("select all shown")]]],
  [t("Conversation"), [["E", t("resolve")], ["⇧ E", t("reopen")], ["H", t("snooze")], ["⇧ H", t("snooze until reply")], ["A", t("assign")], ["I", t("assign to me")], ["T",
    t("tag")], ["P", t("priority")], ["⇧ T", t("team")], ["U", t("mark unread")]]],
  [t("Write"), [["R", t("reply")], ["N", t("internal note")], [`${mod} Enter`, t("send")], [`${mod} ⇧ Enter`, t("send and resolve")], ["@", t("mention, in notes")]]],
  [t("Everywhere"), [[`${mod} K`, t("commands and search")], ["/", t("search")], ["Z", t("undo")], ["?", t("this list")]]],
];

export function Sheet() {
  const box = useRef(null);
  useEffect(() => { box.current.showModal(); }, []);
  const close = () => { sheet.value = false; };
  return html`<dialog class="sheet" ref=${box} aria-labelledby="sheet-title" onClose=${close} onClick=${event => { if (event.target === box.current) close(); }}>
    <header class="bar"><h2 class="bar-title" id="sheet-title">${t("All shortcuts")}</h2><span class="grow" />
      <${IconButton} icon="x" label=${t("Close")} onClick=${close} /></header>
    <div class="sheet-body">${table().map(([head, list]) => html`<section key=${head}><h3>${head}</h3><dl>${list.map(([keys, words]) => html`<div key=${keys}><dt>
      <${Kbd} keys=${keys} /></dt><dd>${words}</dd></div>`)}</dl></section>`)}</div>
    <p class="sheet-foot">${t("The keys work on Persian and Russian layouts too. Single keys can be switched off in your menu.")}</p></dialog>`;
}
