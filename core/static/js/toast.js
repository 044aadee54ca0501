/* The undo toast: 8 seconds, waits while pointed at or focused, Z undoes, never more than one.
   A server asks for it with the header HX-Trigger: {"toast": {"text": …, "undo_url": …}}. */

import { whenFresh, within } from "./fresh.js";
import { ask, obey } from "./wire.js";

const SECONDS = 8;
const place = document.getElementById("toasts");
const shape = document.getElementById("toast-shape");

export function showToast({ text, undo_url: undoUrl, kind }) {
  if (!place || !shape || !text) return;
  const toast = shape.content.firstElementChild.cloneNode(true);
  toast.querySelector(".grow").textContent = text;
  toast.classList.toggle("snack-bad", kind === "error");
  const undo = toast.querySelector(".snack-undo");
  if (undoUrl) undo.dataset.undo = undoUrl;
  else undo.remove();
  place.replaceChildren(toast);
  watch(toast);
}

/** Press the newest toast's undo. True when there is one. */
export function undoNewest() {
  const buttons = place?.querySelectorAll("[data-undo]") ?? [];
  const newest = buttons[buttons.length - 1];
  if (newest) undo(newest);
  return Boolean(newest);
}

async function undo(button) {
  button.disabled = true;
  const answer = await ask(button.dataset.undo, { method: "POST" }).catch(() => null);
  if (!answer?.ok) {
    button.disabled = false;
    return;
  }
  button.closest("[data-toast]").remove();
  if (!obey(answer)) location.reload();
}

function watch(toast) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => toast.remove(), SECONDS * 1000); };
  const wait = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", wait);
  toast.addEventListener("focusin", wait);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  start();
}

whenFresh((root) => within(root, "#toasts [data-toast]").forEach(watch));
document.body.addEventListener("toast", (event) => showToast(event.detail));
place?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-undo]");
  if (button) undo(button);
  else if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, () => {
    showToast({ text: document.getElementById("dialog")?.dataset.failed, kind: "error" });
  });
}
