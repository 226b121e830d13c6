/** In the demo a press on a person fills the form; signing in stays the visitor's own step. */
for (const person of document.querySelectorAll("[data-email]")) {
  person.addEventListener("click", () => {
    const form = document.querySelector(".door-form");
    form.elements.username.value = person.dataset.email;
    form.elements.password.value = person.dataset.password;
    form.querySelector("button").focus();
  });
}
