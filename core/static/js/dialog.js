/* a[data-dialog] opens its address in the page's <dialog>; its form is sent from there. Without script both are pages. */

import { announceFresh } from "./fresh.js";
import { ask, obey } from "./wire.js";

const dialog = document.getElementById("dialog");
let typed = false;

async function openDialog(url) {
  const answer = await ask(url, { headers: { "HX-Target": "dialog" } }).catch(() => null);
  if (!answer) return location.assign(url);
  if (obey(answer)) return;
  const fragment = dialogFragment(await answer.text());
  if (!fragment) return location.assign(url);
  show(fragment);
}

function show(fragment) {
  dialog.classList.toggle("dialog-wide", fragment.dataset.dialogSize === "wide");
  dialog.replaceChildren(fragment);
  typed = false;
  if (!dialog.open) dialog.showModal();
  window.htmx?.process(dialog);
  announceFresh(dialog);
  const first = dialog.querySelector("[data-focus], [autofocus], [aria-invalid=true], .dialog-body input:not([type=hidden]), .dialog-body select, .dialog-foot .button-primary");
  first?.focus();
}

/** The dialog's content, wherever in the answer it stands. */
function dialogFragment(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector(".dialog-fragment");
}

export function closeDialog(box, force = false) {
  if (!force && box === dialog && typed && !confirm(box.dataset.question)) return;
  typed = false;
  box.close();
}

async function send(form, submitter) {
  const content = new FormData(form, submitter);
  const isGet = form.method === "get";
  const url = submitter?.getAttribute("formaction") || form.action;
  submitter?.classList.add("is-busy");
  const answer = await ask(isGet ? `${url}?${new URLSearchParams(content)}` : url, isGet ? {} : { method: "POST", body: content }).catch(() => null);
  submitter?.classList.remove("is-busy");
  if (!answer) return fail(form);
  const leaving = obey(answer);
  if (leaving) return;
  if (answer.redirected) return location.assign(answer.url);
  const fragment = dialogFragment(await answer.text());
  if (fragment) show(fragment);
  else if (answer.ok) closeDialog(dialog, true);
  else fail(form);
}

/** What was typed stays; the sentence stands above it. */
function fail(form) {
  form.querySelector(".dialog-failed")?.remove();
  const note = document.createElement("div");
  note.className = "notice notice-bad dialog-failed";
  note.setAttribute("role", "alert");
  note.textContent = dialog.dataset.failed;
  (form.querySelector(".dialog-body") ?? form).prepend(note);
}

if (dialog) {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("a[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      openDialog(opener.href);
    }
  });
  dialog.addEventListener("input", () => { typed = true; });
  dialog.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("data-whole-page") || form.hasAttribute("hx-post")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
}

for (const box of document.querySelectorAll("dialog")) {
  box.addEventListener("cancel", (event) => {
    event.preventDefault();
    closeDialog(box);
  });
  box.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close || event.target === box) {
      event.preventDefault();
      closeDialog(box);
    }
  });
}

document.body.addEventListener("close-dialog", () => dialog && closeDialog(dialog, true));
