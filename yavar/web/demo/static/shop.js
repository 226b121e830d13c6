/** The basket of the demonstration shop: it counts, shows the chosen colour, and that is all. */
const lang = document.documentElement.lang;
const basket = document.querySelector(".basket");
const badge = basket.querySelector("b");
const said = document.querySelector("#order output");
let count = 0;

document.querySelector("#order").addEventListener("submit", (event) => {
  event.preventDefault();
  count += 1;
  const shown = new Intl.NumberFormat(lang).format(count);
  badge.hidden = false;
  badge.textContent = shown;
  basket.setAttribute("aria-label", `${basket.dataset.label}: ${shown}`);
  said.textContent = said.dataset.text;
});
document.querySelector("fieldset").addEventListener("change", (event) => {
  document.querySelector("figure img").src = event.target.dataset.picture;
});
