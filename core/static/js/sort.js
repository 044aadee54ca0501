/* Ordering by hand: [data-sortable=address] holds rows with data-id; a grip drags them, or Space and the arrows.
   Without an address the order is only what the rows' form sends. */

import { loadVendor, whenFresh, within } from "./fresh.js";
import { ask, obey, speak } from "./wire.js";

async function start(holder) {
  await loadVendor("sortable.min.js");
  const rows = holder.tBodies?.[0] ?? holder;
  window.Sortable.create(rows, {
    handle: "[data-grip]",
    group: holder.dataset.group,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onEnd: (event) => save(event.to.closest("[data-sortable]"), event.item),
  });
}

/** The new order of one holder; the server may refuse, then the page is drawn as it was. */
async function save(holder, moved) {
  if (!holder.dataset.sortable) return; // a form sends the order with everything else
  const order = new URLSearchParams({ moved: moved.dataset.id, meaning: holder.dataset.meaning ?? "" });
  for (const row of holder.querySelectorAll("[data-id]")) order.append("id", row.dataset.id);
  const answer = await ask(holder.dataset.sortable, { method: "POST", body: order }).catch(() => null);
  if (!answer?.ok) location.reload();
  else obey(answer);
}

let lifted = null;

function lift(row) {
  lifted = { row, parent: row.parentElement, next: row.nextElementSibling };
  row.classList.add("is-lifted");
}

function drop(keep) {
  const { row, parent, next } = lifted;
  lifted = null;
  row.classList.remove("is-lifted");
  if (!keep) parent.insertBefore(row, next);
  row.querySelector("[data-grip]").focus();
  if (keep) save(row.closest("[data-sortable]"), row);
}

function shift(step) {
  const { row } = lifted;
  const other = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (!other) return;
  if (step > 0) other.after(row);
  else other.before(row);
  row.querySelector("[data-grip]").focus();
  const all = [...row.parentElement.children];
  speak(`${all.indexOf(row) + 1} / ${all.length}`);
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (event.key === " ") {
    if (lifted) drop(true);
    else lift(grip.closest("[data-id]"));
  } else if (lifted && step) {
    shift(step);
  } else if (lifted && event.key === "Escape") {
    drop(false);
  } else {
    return;
  }
  event.preventDefault();
});

whenFresh((root) => within(root, "[data-sortable]").forEach(start));
