/* Waiting: nothing for 150 ms, then a bar under the header; a pressed button spins and cannot be pressed twice. */

const DELAY = 150;
const TOO_LONG = 10000;
let running = 0;
let timer = 0;

function start() {
  running += 1;
  if (running === 1) timer = setTimeout(() => bar()?.classList.add("is-on"), DELAY);
}

function stop() {
  running = Math.max(0, running - 1);
  if (running) return;
  clearTimeout(timer);
  bar()?.classList.remove("is-on");
}

function bar() {
  return document.getElementById("busy");
}

function pressed(event) {
  const { elt, requestConfig } = event.detail;
  const button = requestConfig?.triggeringEvent?.submitter ?? elt;
  return button?.matches?.(".button") ? button : null;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  start();
  pressed(event)?.classList.add("is-busy");
});
document.addEventListener("htmx:afterRequest", (event) => {
  stop();
  pressed(event)?.classList.remove("is-busy");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  // After this turn, so that the pressed button's own name and value are still sent.
  setTimeout(() => event.submitter?.classList.add("is-busy"));
  start();
  // An answer that is a file leaves the page where it is.
  setTimeout(() => release(form, event.submitter), TOO_LONG);
});

function release(form, submitter) {
  delete form.dataset.sent;
  submitter?.classList.remove("is-busy");
  stop();
}

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".button.is-busy")) button.classList.remove("is-busy");
  running = 0;
  stop();
});
