/* a[data-dialog] opens its address in the page's <dialog>; its form is sent from there. Without script both are pages. */

import { announceFresh } from "./fresh.js";
import { ask, obey } from "./wire.js";

const dialog = document.getElementById("dialog");
let typed = false;

async function openDialog(url) {
  const answer = await ask(url, { headers: { "HX-Target": "dialog" } }).catch(() => null);
  if (!answer) return location.assign(url);
  if (obey(answer)) return;
  const content = dialogContent(await answer.text());
  if (!content.length) return location.assign(url);
  show(content);
}

function show(content) {
  dialog.replaceChildren(...content);
  dialog.classList.toggle("dialog-wide", Boolean(dialog.querySelector('[data-dialog-size="wide"]')));
  typed = false;
  if (!dialog.open) dialog.showModal();
  window.htmx?.process(dialog);
  announceFresh(dialog);
  const first = dialog.querySelector("[data-focus], [autofocus], [aria-invalid=true], .dialog-body input:not([type=hidden]), .dialog-body select, .dialog-foot .button-primary");
  first?.focus();
}

/** What the dialog shows of an answer: all of a piece, only the dialog's part of a whole page, nothing of another page. */
function dialogContent(html) {
  const page = new DOMParser().parseFromString(html, "text/html").body;
  const fragment = page.querySelector(".dialog-fragment");
  if (!fragment) return [];
  return page.querySelector("main") ? [fragment] : [...page.children];
}

export function closeDialog(box, force = false) {
  if (!force && box === dialog && typed && !confirm(box.dataset.question)) return;
  typed = false;
  box.close();
}

async function send(form, submitter) {
  const typedIn = new FormData(form, submitter);
  const isGet = form.method === "get";
  const url = submitter?.getAttribute("formaction") || form.action;
  submitter?.classList.add("is-busy");
  const answer = await ask(isGet ? `${url}?${new URLSearchParams(typedIn)}` : url, isGet ? {} : { method: "POST", body: typedIn }).catch(() => null);
  submitter?.classList.remove("is-busy");
  if (!answer) return fail(form);
  const leaving = obey(answer);
  if (leaving) return;
  if (answer.redirected) return location.assign(answer.url);
  const html = await answer.text();
  const content = dialogContent(html);
  if (content.length) show(content);
  else if (answer.ok) finish(answer, html);
  else fail(form);
}

/** The deed is done; an answer may name the piece of the page that it redraws. */
function finish(answer, html) {
  closeDialog(dialog, true);
  const target = answer.headers.get("HX-Retarget");
  if (target) window.htmx.swap(target, html, { swapStyle: answer.headers.get("HX-Reswap") ?? "outerHTML" });
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
  // What had the focus before may be gone: a closed dialog must not keep it, or every key would be typing.
  box.addEventListener("close", () => setTimeout(() => box.contains(document.activeElement) && document.activeElement.blur()));
  box.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close || event.target === box) {
      event.preventDefault();
      closeDialog(box);
    }
  });
}

document.body.addEventListener("open-dialog", (event) => dialog && openDialog(event.detail.url));
document.body.addEventListener("close-dialog", () => dialog && closeDialog(dialog, true));
