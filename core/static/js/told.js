/* The number beside the bell, and what is urgent enough to be shown over the page: asked for while the page is looked at. */

import { ask, obey } from "./wire.js";

const FIRST = 2000;
const EVERY = 30000;
const place = document.getElementById("told");

async function look() {
  if (document.hidden) return;
  const answer = await ask(place.dataset.url).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { unread, cards } = await answer.json().catch(() => ({ unread: 0, cards: [] }));
  count(unread);
  show(document.querySelector(".told-list, .told-choices") ? [] : cards); // the list itself shows them
}

function count(unread) {
  const number = document.getElementById("count-notifications");
  if (!number) return;
  number.classList.toggle("is-new", unread > 0);
  number.textContent = unread ? (unread < 100 ? String(unread) : "99+") : "";
  if (!unread) return;
  const voice = document.createElement("span");
  voice.className = "only-voice";
  voice.textContent = ` ${place.dataset.unread}`;
  number.append(voice);
}

/** Cards that stand stay as they are, so that nobody's focus is lost; those read elsewhere go. */
function show(cards) {
  const wanted = new Set(cards.map(({ id }) => String(id)));
  for (const card of place.querySelectorAll("[data-told]")) {
    if (!wanted.has(card.dataset.told)) card.remove();
  }
  for (const { id, html } of cards) {
    if (!place.querySelector(`[data-told="${id}"]`)) place.insertAdjacentHTML("beforeend", html);
  }
}

async function act(button) {
  button.disabled = true;
  const answer = await ask(button.dataset.toldPost, { method: "POST" }).catch(() => null);
  button.disabled = false;
  if (!answer?.ok) return;
  button.closest("[data-told]").remove();
  if (!obey(answer)) look();
}

if (place) {
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-told-post]");
    if (button) act(button);
  });
  setTimeout(look, FIRST);
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
