/* Buttons that copy what stands in a field: [data-copy] names its id, [data-copied] what is said then. */

import { speak } from "./wire.js";

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return; // it is selected, for who copies by keyboard
  }
  const label = button.querySelector(".button-label");
  label.textContent = button.dataset.copied;
  speak(button.dataset.copied);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
