/** Where the agent is: `/inbox/<view>[/<conversation>][?tab=…]`. A reload and the Back button keep the place. */
import {signal} from "../ui/vendor/ui.js";
import {t} from "../ui/wire.js";
import {boot, drawer, savedViews, tag, team} from "./state.js";

/** @typedef {{view: string, tab: string, id: ?string, who: ?string}} Place `id` is a conversation, `who` a customer */

/** A part of the address; what was never one of ours is none. */
function plainPart(part) { try { return decodeURIComponent(part); } catch { return ""; } }

function read() {
  const [, , view = "mine", id = null] = location.pathname.split("/").map(plainPart);
  if (view === "customers") return {view, id: null, who: id || null, tab: "open"};
  return {view: view || "mine", id: id || null, who: null, tab: new URLSearchParams(location.search).get("tab") ?? "open"};
}

/** @type {import("../ui/vendor/ui.js").Signal<Place>} */
export const place = signal(read());

export function address({view, tab, id, who}) {
  const path = ["/inbox", view, ...(id || who ? [id || who] : [])].map((part, n) => n ? encodeURIComponent(part).replace("%3A", ":") : part).join("/");
  return tab && tab !== "open" ? `${path}?tab=${tab}` : path;
}

/** @param {Partial<Place>} to @param {{replace?: boolean}} how */
export function go(to, how = {}) {
  const was = place.peek();
  const next = {...was, ...to};
  if (to.view && to.view !== was.view && !to.tab) next.tab = "open";
  if (next.view === "customers" || next.view === "visitors") next.id = null;
  if (next.view !== "customers") next.who = null;
  if (next.view === was.view && next.tab === was.tab && next.id === was.id && next.who === was.who) return;
  history[how.replace ? "replaceState" : "pushState"](null, "", address(next));
  drawer.value = null;
  place.value = next;
}

addEventListener("popstate", () => { place.value = read(); });

/** The views everyone has; keys are what follows G. */
export const views = () => [
  {view: "mine", name: t("My inbox"), icon: "inbox", key: "I"},
  {view: "mentions", name: t("Mentions"), icon: "at-sign", key: "M"},
  {view: "following", name: t("Following"), icon: "eye", key: "F"},
  {view: "unassigned", name: t("Unassigned"), icon: "circle-dashed", key: "U"},
  {view: "all", name: t("All open"), icon: "layers", key: "A"},
  {view: "snoozed", name: t("Snoozed"), icon: "alarm-clock", key: "S"},
  {view: "drafts", name: t("Drafts"), icon: "pencil-line", key: "D"},
];

/** Views that are one state by themselves have no tabs. */
export const hasTabs = view => !["snoozed", "drafts", "mentions"].includes(view) && !/^(view|filter):/.test(view);

export function viewName(view) {
  const [kind, id] = view.split(":");
  if (kind === "inbox") return boot.inboxes.find(each => each.id === id)?.name ?? "";
  if (kind === "customers") return t("Customers");
  if (kind === "visitors") return t("Visitors");
  if (kind === "filter") return t("Filtered");
  if (kind === "tag") return tag(id)?.name ?? "";
  if (kind === "team") return team(id)?.name ?? "";
  if (kind === "view") return savedViews.value.find(each => each.id === id)?.name ?? "";
  return views().find(each => each.view === view)?.name ?? t("My inbox");
}
