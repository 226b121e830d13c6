/* The form on the shop's page. The server puts `const YAVAR = {…}` before it. <yavar-form lang="fa"> says where; without one it stands where the script does. */
const {key, desk, titles} = YAVAR, script = document.currentScript, NAME = "yavar-form";

if (!customElements.get(NAME)) customElements.define(NAME, class extends HTMLElement {
  connectedCallback() {
    if (this.frame) return;
    const root = document.documentElement;
    const known = tag => (tag || "").slice(0, 2).toLowerCase();
    const lang = [this.lang, this.closest("[lang]")?.lang, root.lang, YAVAR.lang].map(known).find(tag => titles[tag]) || "en";
    // Dark only where the page itself is: a light shop with a dark form would look broken.
    const dark = getComputedStyle(root).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches;
    const frame = this.frame = document.createElement("iframe");
    frame.title = titles[lang];
    frame.src = `${desk}/form/${this.getAttribute("inbox") || key}?${new URLSearchParams({lang, frame: 1, theme: dark ? "dark" : "light"})}`;
    for (const [name, value] of Object.entries({display: "block", "inline-size": "100%", "block-size": "640px", border: "0", "color-scheme": dark ? "dark" : "light"})) frame.style.setProperty(name, value);
    this.style.setProperty("display", "block");
    this.hear = ({origin, source, data}) => {
      if (origin !== desk || source !== frame.contentWindow || data?.yavar !== "form") return;
      if (data.height > 0 && data.height < 2e4) frame.style.setProperty("block-size", `${Math.ceil(data.height)}px`);
      if (data.top && this.getBoundingClientRect().top < 0) this.scrollIntoView();
    };
    addEventListener("message", this.hear);
    this.append(frame);
  }
  disconnectedCallback() {
    removeEventListener("message", this.hear);
    this.frame?.remove();
    this.frame = null;
  }
});

const place = () => {
  if (document.querySelector(NAME) || !script) return;
  const here = document.createElement(NAME);
  here.setAttribute("inbox", key);
  script.after(here);
};
if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
else place();
