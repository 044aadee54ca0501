/* The calendar: tasks are dragged to another day or hour, made longer at their end; Space lifts one for the arrows. */

import { ask, obey, speak } from "./wire.js";

const STEP = 15;
const FAR = 5;
let drag = null;
let lifted = null;
let kept = null;

function calendar() {
  return document.querySelector("[data-calendar]");
}

function entryAt(target) {
  return target.closest?.("[data-calendar] [data-lift]");
}

/** Minutes since midnight as `HH:MM`. */
function clock(minutes) {
  const most = Math.min(Math.max(minutes, 0), 24 * 60 - STEP);
  return `${String(Math.floor(most / 60)).padStart(2, "0")}:${String(most % 60).padStart(2, "0")}`;
}

function dayAfter(day, number) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + number);
  return moment.toISOString().slice(0, 10);
}

function dayName(day) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${day}T12:00:00Z`));
}

function placeOf(entry) {
  return {
    day: entry.closest("[data-day]").dataset.day,
    start: entry.closest("[data-column]") ? Number(entry.dataset.row) * STEP : null,
    minutes: Number(entry.dataset.minutes) || 30,
  };
}

async function put(entry, place, { whole = false, hours = false, longer = false }) {
  const form = new FormData();
  if (longer) form.set("minutes", place.minutes);
  else {
    form.set("due_on", place.day);
    if (hours) form.set("due_time", clock(place.start));
    if (whole) {
      form.set("due_time", "");
      form.set("whole", "1");
    }
  }
  keep(entry.id);
  const answer = await ask(`${calendar().dataset.put}/${entry.dataset.lift}/put`, { method: "POST", body: form }).catch(() => null);
  if (answer) obey(answer);
  if (!answer?.ok) document.body.dispatchEvent(new CustomEvent("tasks-changed", { bubbles: true }));
}

/* By the pointer. */

function overPlace(x, y) {
  const place = document.elementFromPoint(x, y)?.closest("[data-calendar] [data-day]");
  if (!place) return null;
  const found = { element: place, day: place.dataset.day, whole: "whole" in place.dataset, hours: "column" in place.dataset };
  if (found.hours) {
    const top = y - drag.within - place.getBoundingClientRect().top;
    found.start = Math.round((top / place.offsetHeight) * 24 * 60 / STEP) * STEP;
  }
  return found;
}

function begin(event) {
  const entry = entryAt(event.target);
  if (!entry || event.button !== 0 || event.pointerType === "touch" || lifted) return;
  const longer = Boolean(event.target.closest("[data-grip-end]"));
  drag = { entry, longer, x: event.clientX, y: event.clientY, within: event.clientY - entry.getBoundingClientRect().top, moved: false, ...placeOf(entry) };
}

function follow(event) {
  if (!drag) return;
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
  if (!drag.moved) {
    drag.moved = true;
    if (!drag.longer) {
      drag.ghost = drag.entry.cloneNode(true);
      drag.ghost.removeAttribute("id");
      drag.ghost.className = `cal-entry cal-ghost ${[...drag.entry.classList].find((name) => name.startsWith("h-")) ?? ""}`;
      document.body.append(drag.ghost);
    }
  }
  event.preventDefault();
  if (drag.longer) return stretchTo(event.clientY);
  drag.ghost.style.transform = `translate(${event.clientX + 6}px, ${event.clientY + 6}px)`;
  const over = overPlace(event.clientX, event.clientY);
  mark(over?.element);
  drag.over = over;
  const hour = drag.ghost.querySelector(".cal-clock");
  if (hour && over?.hours) hour.textContent = clock(over.start);
}

function stretchTo(y) {
  const column = drag.entry.closest("[data-column]");
  const end = ((y - column.getBoundingClientRect().top) / column.offsetHeight) * 24 * 60;
  drag.minutes = Math.max(Math.round((end - drag.start) / STEP) * STEP, STEP);
  setSpan(drag.entry, drag.start, drag.minutes);
}

function finish() {
  if (!drag) return;
  const { entry, over, longer, moved, ghost, minutes, day, start } = drag;
  ghost?.remove();
  mark(null);
  drag = null;
  if (!moved) return;
  document.addEventListener("click", stopOnce, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stopOnce, { capture: true }), 0);
  if (longer) put(entry, { minutes }, { longer: true });
  else if (over && (over.day !== day || (over.hours && over.start !== start) || (over.whole && start !== null))) put(entry, over, over);
}

function stopOnce(event) {
  event.preventDefault();
  event.stopPropagation();
}

function mark(element) {
  for (const each of document.querySelectorAll(".is-over")) each.classList.remove("is-over");
  element?.classList.add("is-over");
}

function setSpan(entry, start, minutes) {
  for (const name of [...entry.classList]) if (/^[rs]-\d+$/.test(name)) entry.classList.remove(name);
  const row = Math.floor(start / STEP);
  entry.classList.add(`r-${row}`, `s-${Math.max(Math.min(Math.max(Math.ceil(minutes / STEP), 2), 96 - row), 1)}`);
}

/* By the keyboard. */

function lift(entry) {
  lifted = { entry, home: entry.parentElement, next: entry.nextSibling, names: entry.className, ...placeOf(entry), longer: false };
  lifted.from = { day: lifted.day, start: lifted.start, minutes: lifted.minutes };
  entry.classList.add("is-lifted");
  speak(calendar().dataset.lifted);
}

function move(key, shift) {
  const inHours = lifted.start !== null;
  if (shift && inHours && (key === "ArrowUp" || key === "ArrowDown")) {
    lifted.minutes = Math.max(lifted.minutes + (key === "ArrowDown" ? STEP : -STEP), STEP);
    setSpan(lifted.entry, lifted.start, lifted.minutes);
    return speak(`${lifted.minutes} min`);
  }
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[key];
  if (inHours && Math.abs(step) === 7) lifted.start = Math.min(Math.max(lifted.start + (step > 0 ? 30 : -30), 0), 24 * 60 - STEP);
  else lifted.day = dayAfter(lifted.day, step);
  show();
  speak(`${dayName(lifted.day)}${inHours ? ` ${clock(lifted.start)}` : ""}`);
}

function show() {
  const { entry, day, start, minutes } = lifted;
  const kind = start !== null ? "[data-column]" : calendar().querySelector("[data-whole]") ? "[data-whole]" : "";
  const place = calendar().querySelector(`[data-day="${day}"]${kind}`);
  if (place) (place.querySelector(".cal-entries") ?? place).append(entry);
  if (start !== null) setSpan(entry, start, minutes);
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
}

function drop() {
  const { entry, from, day, start, minutes } = lifted;
  entry.classList.remove("is-lifted");
  lifted = null;
  const moved = day !== from.day || start !== from.start;
  if (moved) put(entry, { day, start }, { hours: start !== null }).then(() => minutes !== from.minutes && put(entry, { minutes }, { longer: true }));
  else if (minutes !== from.minutes) put(entry, { minutes }, { longer: true });
}

function letGo() {
  const { entry, home, next, names } = lifted;
  lifted = null;
  home.insertBefore(entry, next);
  entry.className = names;
  entry.focus({ preventScroll: true });
  speak(calendar().dataset.back);
}

function answer(event) {
  const entry = entryAt(event.target);
  if (!entry) return false;
  if (event.key === " ") {
    if (lifted) drop();
    else lift(entry);
    return true;
  }
  if (!lifted) return false;
  if (event.key === "Escape") letGo();
  else if (event.key.startsWith("Arrow")) move(event.key, event.shiftKey);
  else return false;
  return true;
}

/* Drawn anew: the hours stay where they were, the focus where it was. */

function keep(id) {
  kept = { id, top: document.querySelector("[data-hours]")?.scrollTop };
}

function scrollToDay() {
  const hours = document.querySelector("[data-hours]");
  if (hours) hours.scrollTop = kept?.top ?? hours.scrollHeight * 7.5 / 24;
}

document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", follow);
document.addEventListener("pointerup", finish);
document.addEventListener("pointercancel", () => {
  drag?.ghost?.remove();
  drag = null;
  mark(null);
});
document.addEventListener("dragstart", (event) => entryAt(event.target) && event.preventDefault());
document.addEventListener("keydown", (event) => {
  if (!event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && answer(event)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id === "calendar" && !kept) keep(document.activeElement?.closest?.("[data-lift]")?.id);
});
document.addEventListener("htmx:afterSettle", () => {
  if (!kept || !calendar()) return;
  scrollToDay();
  document.getElementById(kept.id)?.focus({ preventScroll: true });
  kept = null;
});
scrollToDay();
