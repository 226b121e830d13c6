/** The first start: whose clock it goes by; then its last step: copying the line, watching for the chat to load on the shop's page, having the page looked at. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const code = document.getElementById(button.dataset.copy), words = button.querySelector("span");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(code.textContent); words.textContent = button.dataset.done; } catch { getSelection().selectAllChildren(code); }
  });
}

// Whose morning it is: the desk's hours begin by the clock of this browser.
const zone = document.querySelector("input[data-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

const live = document.querySelector("[data-live]");
async function watch() {
  try {
    const found = await (await fetch("/welcome-seen", {headers: {Accept: "application/json"}})).json();
    live.lastElementChild.textContent = !found ? live.dataset.waiting : (found.allowed ? live.dataset.seen : live.dataset.foreign).replace("{address}", `\u2066${found.origin}\u2069`);
    live.classList.toggle("is-good", Boolean(found?.allowed));
    live.classList.toggle("is-warn", Boolean(found && !found.allowed));
  } catch { /* the desk is away for a moment: asked again */ }
  if (document.visibilityState === "visible") setTimeout(watch, 2000);
  else document.addEventListener("visibilitychange", watch, {once: true});
}
if (live) watch();

const form = document.querySelector("[data-check]");
form?.addEventListener("submit", async event => {
  event.preventDefault();
  const verdict = form.querySelector(".verdict"), button = form.querySelector("button");
  button.disabled = true;
  try {
    const found = await (await fetch(form.action, {method: "POST", body: new FormData(form), headers: {Accept: "application/json"}})).json();
    verdict.textContent = found.text ?? found.problem?.title;
    verdict.className = `verdict ${found.good ? "is-good" : "is-warn"}`;
  } catch {
    verdict.textContent = form.dataset.away;
    verdict.className = "verdict is-warn";
  } finally { verdict.hidden = false; button.disabled = false; }
});
