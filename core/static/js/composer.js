/* Writing down beside a record ([data-composer]): the last kind used, drafts of each kind, a call that was just made. */

import { whenFresh, within } from "./fresh.js";

const PREFIX = "draft.";
const KIND = "kind-used";
const KEPT_DAYS = 14;
const kept = window.localStorage;
let swapped = false; // the composer comes anew after it was sent: who was in it goes on there

/** The browser may keep nothing (a private window): then there are no drafts. */
function read(key) {
  try { return JSON.parse(kept.getItem(key) ?? "null"); } catch { return null; }
}

function write(key, value) {
  try {
    if (value === null) kept.removeItem(key);
    else kept.setItem(key, JSON.stringify(value));
  } catch { /* full or forbidden */ }
}

function kindOf(box) {
  return box.querySelector("input[name=kind]:checked");
}

function keyOf(box, kind) {
  return `${PREFIX}${box.dataset.draft}.${kind}`;
}

function inputs(box) {
  return [...box.querySelectorAll("[name]")].filter((each) => !["kind", "csrf_token", "files"].includes(each.name) && each.type !== "hidden" && !each.name.startsWith("file-"));
}

/** What is typed, by name; null where nothing is. */
function typed(box) {
  const found = Object.fromEntries(inputs(box).filter((each) => each.value && each.tagName !== "SELECT").map((each) => [each.name, each.value]));
  if (!Object.keys(found).length) return null;
  for (const each of inputs(box)) if (each.tagName === "SELECT") found[each.name] = each.value;
  return { at: Date.now(), values: found };
}

function fill(box, draft) {
  for (const each of inputs(box)) {
    if (each.name in draft.values) each.value = draft.values[each.name];
    else if (each.tagName !== "SELECT") each.value = "";
  }
  for (const more of box.querySelectorAll("details.composer-add")) {
    more.open ||= [...more.querySelectorAll("[name]")].some((each) => each.value);
  }
}

function empty(box) {
  for (const each of inputs(box)) if (each.tagName !== "SELECT") each.value = "";
}

function save(box) {
  const kind = kindOf(box);
  if (kind) write(keyOf(box, kind.value), typed(box));
}

/** A kind that was chosen in the menu of further ones is named there. */
function nameKind(box) {
  const menu = box.querySelector(".composer-tabs details[data-menu]");
  if (!menu) return;
  const chosen = menu.querySelector("input[name=kind]:checked");
  menu.querySelector("[data-kind-name]").textContent = chosen?.parentElement.textContent.trim() ?? "";
}

/** The other kind's own draft; where it has none, what is typed goes along. */
function turn(box, kind) {
  const before = box.dataset.kind;
  box.dataset.kind = kind.value;
  nameKind(box);
  write(KIND, kind.value);
  const draft = read(keyOf(box, kind.value));
  if (draft) {
    if (before) write(keyOf(box, before), typed(box));
    fill(box, draft);
  } else {
    if (before) write(keyOf(box, before), null);
    save(box);
  }
}

function start(box) {
  if (box.dataset.kind || !box.dataset.draft) return;
  if (!box.querySelector("[aria-invalid], .notice-bad, [data-staged]")) {
    const used = box.querySelector(`input[name=kind][value="${CSS.escape(read(KIND) ?? "")}"]`);
    if (used) used.checked = true;
    const kind = kindOf(box);
    const draft = kind && read(keyOf(box, kind.value));
    if (draft) fill(box, draft);
  }
  box.dataset.kind = kindOf(box)?.value ?? "";
  nameKind(box);
  if (swapped) {
    swapped = false;
    const wrong = box.querySelector("[aria-invalid=true]");
    (wrong ?? box.querySelector("textarea")).focus({ preventScroll: true });
    wrong?.select?.();
  }
  const dialled = read("dialled");
  if (dialled && dialled.draft === box.dataset.draft && Date.now() - dialled.at < 3600000) logCall(box);
}

/** The tab of a call, outgoing, ready to say what was talked about. */
function logCall(box) {
  const call = box.querySelector("input[data-meaning=call]");
  if (!call) return;
  write("dialled", null);
  call.checked = true;
  turn(box, call);
  const direction = box.querySelector("[name=direction]");
  if (direction) direction.value = "out";
  if (box.offsetParent === null) location.hash = "#side";
  box.querySelector("textarea").focus({ preventScroll: false });
}

function forgetOld() {
  const until = Date.now() - KEPT_DAYS * 86400000;
  for (const key of Object.keys(kept)) {
    if (key.startsWith(PREFIX) && (read(key)?.at ?? 0) < until) kept.removeItem(key);
  }
}

document.addEventListener("input", (event) => {
  const box = event.target.closest?.("[data-composer][data-draft]");
  if (!box) return;
  if (event.target.name === "kind") {
    turn(box, event.target);
    event.target.closest("details[data-menu]")?.removeAttribute("open");
  } else save(box);
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const box = event.detail.elt?.closest?.("[data-composer][data-draft]");
  if (box && event.detail.target === box) swapped = true; // another swap may come in between
  if (!box || !event.detail.xhr.getResponseHeader("HX-Trigger")?.includes("writing-kept")) return;
  write(keyOf(box, kindOf(box)?.value), null);
});

/* Who calls from the page is asked afterwards what was said. */
document.addEventListener("click", (event) => {
  const box = document.querySelector("[data-composer][data-draft]");
  if (box && event.target.closest('a[href^="tel:"]')) {
    write("dialled", { draft: box.dataset.draft, at: Date.now() });
    setTimeout(() => logCall(box), 300);
  }
});

/* Nobody finds on a shared computer what another began to write. */
document.addEventListener("submit", (event) => {
  if (!/\/sign-out$/.test(event.target.action ?? "")) return;
  for (const key of Object.keys(kept)) if (key.startsWith(PREFIX) || key === "dialled") kept.removeItem(key);
});

whenFresh((root) => within(root, "[data-composer]").forEach(start));
try { forgetOld(); } catch { /* nothing is kept here */ }
