/* The timeline: a link to one of its entries finds it there although it comes late; links to entries are copied. */

import { whenFresh, within } from "./fresh.js";

let sought = location.hash.length > 1 && /[?&]entry=/.test(location.search) ? location.hash.slice(1) : "";
let kept = "";

/* The timeline comes anew after an entry was changed: who was in it goes on from there. */
document.body.addEventListener("writing-kept", (event) => { kept = event.detail.entry ?? ""; });

whenFresh((root) => {
  const changed = kept && within(root, "li").length && document.getElementById(kept);
  if (changed) {
    kept = "";
    changed.tabIndex = -1;
    changed.focus({ preventScroll: true });
  }
  const entry = sought && document.getElementById(sought);
  if (!entry || !within(root, "li").length) return;
  sought = "";
  entry.classList.add("is-sought");
  entry.tabIndex = -1;
  if (entry.offsetParent === null) location.hash = "#side";
  entry.scrollIntoView({ block: "center" });
  entry.focus({ preventScroll: true });
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
