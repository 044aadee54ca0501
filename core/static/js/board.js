/* A board: cards are dragged between lanes, or lifted with Space, moved with the arrows and dropped with Space. */

import { loadVendor, whenFresh, within } from "./fresh.js";
import { ask, obey, speak } from "./wire.js";

const TOUCH_DELAY = 250;
let lifted = null;

const laneOf = (card) => card.closest("[data-lane]");
const nameOf = (card) => card.querySelector(".card-name").textContent.trim();
const say = (board, what, name = "") => speak(board.dataset[what].replace("%s", name));
const isFolded = (lane) => lane.classList.contains("is-folded");

async function start(list) {
  await loadVendor("sortable.min.js");
  const board = list.closest("[data-board]");
  window.Sortable.create(list, {
    group: "board",
    sort: false,
    draggable: ".board-card:not(.is-still)",
    filter: "[data-dialog]",
    preventOnFilter: false,
    delay: TOUCH_DELAY,
    delayOnTouchOnly: true,
    ghostClass: "is-ghost",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onStart: () => board.classList.add("is-dragging"),
    onMove: (event) => markOver(board, laneOf(event.to)),
    onEnd: (event) => {
      board.classList.remove("is-dragging");
      markOver(board, null);
      if (event.to !== event.from) settle(board, event.item, { list: event.from, next: event.from.children[event.oldIndex] });
    },
  });
}

function markOver(board, lane) {
  for (const each of board.querySelectorAll(".lane.is-over")) each.classList.remove("is-over");
  lane?.classList.add("is-over");
}

/** Tell the server where the card lies now; it goes back where it was when it may not stay. */
async function settle(board, card, was) {
  const to = laneOf(card);
  const from = was.list.closest("[data-lane]");
  card.classList.add("is-saving");
  const body = new URLSearchParams({ [board.dataset.field]: to.dataset.lane, query: board.dataset.query });
  const address = new URL(card.querySelector(".card-name").href);
  const answer = await ask(`${address.pathname}/drop`, { method: "POST", body }).catch(() => null);
  card.classList.remove("is-saving");
  const stays = answer?.status === 204;
  if (!stays) putBack(card, was);
  if (answer) obey(answer);
  if (!answer || (answer.status >= 400 && !answer.headers.has("HX-Trigger"))) location.reload();
  if (!stays) return;
  say(board, "dropped", to.dataset.name);
  if (isFolded(to)) card.remove();
  refresh(board, [from.dataset.lane, to.dataset.lane]);
}

function putBack(card, was) {
  if (was.list.contains(was.next)) was.list.insertBefore(card, was.next);
  else was.list.prepend(card);
}

/** The heads of these lanes anew. */
function refresh(board, lanes) {
  const more = lanes.map((id) => `&lane=${id}`).join("");
  window.htmx.ajax("GET", board.dataset.heads + more, { swap: "none" });
}

function lift(board, card) {
  const list = card.parentElement;
  lifted = { card, was: { list, next: card.nextElementSibling } };
  card.classList.add("is-lifted");
  say(board, "lifted", nameOf(card));
}

function shift(board, step) {
  const lanes = [...board.querySelectorAll("[data-lane]")].filter((lane) => lane.dataset.lane !== "0");
  const at = lanes.indexOf(laneOf(lifted.card));
  const lane = lanes[Math.min(Math.max(at + step, 0), lanes.length - 1)];
  const list = lane.querySelector("[data-lane-cards]");
  if (list === lifted.was.list) putBack(lifted.card, lifted.was);
  else list.prepend(lifted.card);
  markOver(board, lane);
  lifted.card.scrollIntoView({ block: "nearest", inline: "nearest" });
  focusOn(lifted.card);
  say(board, "over", lane.dataset.name);
}

function letGo(board, keep) {
  const { card, was } = lifted;
  lifted = null;
  card.classList.remove("is-lifted");
  markOver(board, null);
  const moved = card.parentElement !== was.list;
  if (!keep) putBack(card, was);
  if (!keep || !moved) say(board, "returned");
  if (keep && moved) settle(board, card, was);
  if (card.isConnected) focusOn(card);
}

function focusOn(card) {
  card.querySelector(".card-name").focus({ preventScroll: true });
}

/** The arrows without a lifted card: from card to card. */
function walk(board, card, key) {
  const lanes = [...board.querySelectorAll("[data-lane]:not(.is-folded)")];
  const cards = (lane) => [...lane.querySelectorAll(".board-card")];
  const own = cards(laneOf(card));
  const at = own.indexOf(card);
  const aside = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!aside) return own[at + (key === "ArrowDown" ? 1 : -1)];
  for (let next = lanes.indexOf(laneOf(card)) + aside; lanes[next]; next += aside) {
    const there = cards(lanes[next]);
    if (there.length) return there[Math.min(at, there.length - 1)];
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  const name = event.target.closest?.(".card-name");
  const board = name?.closest("[data-board]");
  if (!board || event.ctrlKey || event.metaKey || event.altKey) return;
  const card = name.closest(".board-card");
  const isArrow = event.key.startsWith("Arrow");
  if (event.key === " " && !card.classList.contains("is-still")) {
    if (lifted) letGo(board, true);
    else lift(board, card);
  } else if (lifted && event.key === "Escape") {
    letGo(board, false);
  } else if (lifted && isArrow) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) shift(board, step);
  } else if (!lifted && isArrow) {
    const next = walk(board, card, event.key);
    if (next) {
      focusOn(next);
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("focusout", (event) => {
  if (!lifted || !event.target.closest(".board-card.is-lifted")) return;
  const { card } = lifted;
  setTimeout(() => { // a card that is put into another lane loses the focus for a moment
    const board = card.closest("[data-board]");
    if (lifted?.card === card && board && !card.contains(document.activeElement)) letGo(board, false);
  });
});

/** On a narrow page one lane is seen at a time; the dots say which. */
function watchLanes(board) {
  const dots = board.querySelectorAll(".board-dot");
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const dot = dots[lanes.findIndex((lane) => lane.dataset.lane === entry.target.dataset.lane)];
      dot?.classList.toggle("is-now", entry.intersectionRatio > 0.6);
    }
  }, { root: board, threshold: [0, 0.6, 1] });
  for (const lane of lanes) seen.observe(lane);
}

whenFresh((root) => {
  within(root, "[data-lane-cards]").forEach(start);
  within(root, "[data-board]").forEach(watchLanes);
});
