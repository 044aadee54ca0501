/* Light, dark or like the system: applied at once, remembered here and, when signed in, by the server. */

import { ask } from "./wire.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const CHOICES = ["light", "dark", "auto"];

export function chosenTheme() {
  return root.dataset.theme || localStorage.getItem("theme") || "auto";
}

function apply(choice) {
  root.dataset.theme = choice;
  localStorage.setItem("theme", choice);
  paint();
  for (const item of document.querySelectorAll("[data-theme-choice]")) {
    item.setAttribute("aria-checked", String(item.dataset.themeChoice === choice));
  }
  for (const button of document.querySelectorAll("[data-theme-cycle]")) nameCycle(button);
}

function paint() {
  const choice = chosenTheme();
  root.dataset.bsTheme = choice === "dark" || (choice === "auto" && system.matches) ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("theme"));
}

function remember(choice) {
  const url = document.body.dataset.themeUrl;
  if (url) ask(url, { method: "POST", body: new URLSearchParams({ theme: choice }) });
}

function nameCycle(button) {
  const words = (button.dataset.words ?? "").split("|");
  const place = button.querySelector("span");
  if (place && words.length === 3) place.textContent = words[CHOICES.indexOf(chosenTheme())];
}

document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-theme-choice]");
  const cycle = event.target.closest("[data-theme-cycle]");
  if (!item && !cycle) return;
  event.preventDefault();
  const choice = item ? item.dataset.themeChoice : CHOICES[(CHOICES.indexOf(chosenTheme()) + 1) % 3];
  apply(choice);
  if (item) remember(choice);
});

system.addEventListener("change", paint);
localStorage.setItem("theme", chosenTheme());
document.querySelectorAll("[data-theme-cycle]").forEach(nameCycle);
