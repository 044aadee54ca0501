/* The timeline: a link to one of its entries finds it there although it comes late; links to entries are copied. */

import { whenFresh, within } from "./fresh.js";

let sought = location.hash.length > 1 && /[?&]entry=/.test(location.search) ? location.hash.slice(1) : "";
let kept = { entry: "", until: 0 };

/* An entry that was changed is drawn anew, perhaps the whole timeline: who was in it goes on from there. */
document.body.addEventListener("writing-kept", (event) => {
  kept = { entry: event.detail.entry ?? "", until: Date.now() + 3000 };
});
document.addEventListener("htmx:afterSettle", () => {
  const entry = kept.entry && Date.now() < kept.until && document.activeElement === document.body && document.getElementById(kept.entry);
  if (!entry) return;
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
});

whenFresh((root) => {
  const entry = sought && document.getElementById(sought);
  if (!entry || !within(root, "li").length) return;
  sought = "";
  entry.classList.add("is-sought");
  entry.tabIndex = -1;
  if (entry.offsetParent === null) location.hash = "#side";
  entry.scrollIntoView({ block: "center" });
  entry.focus({ preventScroll: true });
});

/* Who asks for earlier entries goes on with the first of them. */
let asked = false;
document.addEventListener("htmx:beforeRequest", (event) => { asked = Boolean(event.target.closest?.(".story-older")); });
whenFresh((root) => {
  if (!asked || !root.matches?.("#timeline > li")) return;
  asked = false;
  root.tabIndex = -1;
  root.focus({ preventScroll: true });
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-copy]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest("details")?.removeAttribute("open");
  try {
    await navigator.clipboard.writeText(link.href);
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: link.dataset.copy } }));
  } catch {
    prompt("", link.href); // where a page may not write to the clipboard
  }
});
