/* A value that is changed where it stands: Esc leaves it as it was, and the focus stays on it. */

let left = null;

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest?.("[data-value-form]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  window.htmx?.process(form); // a form that has only just come is not yet htmx's, and its link would leave the page
  form.querySelector("[data-leave]")?.click();
});

/* The form goes when its answer comes; who was in it goes on from the value, once htmx has made it work. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.target.querySelector("[data-value-form]");
  if (!form) return; // the history comes anew at the same time
  left = form.contains(document.activeElement) || document.activeElement === document.body ? event.detail.target : null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (left !== event.detail.target) return;
  left = null;
  event.detail.target.querySelector("a.value")?.focus();
});

/** The tabs of a narrow record: the one that the address names is the current one. */
function markTab() {
  const tabs = [...document.querySelectorAll(".record-tabs .tab")];
  const current = tabs.find((tab) => tab.getAttribute("href") === location.hash) ?? tabs[0];
  for (const tab of tabs) tab.toggleAttribute("aria-current", tab === current);
  current?.setAttribute("aria-current", "true");
}

window.addEventListener("hashchange", markTab);
markTab();
