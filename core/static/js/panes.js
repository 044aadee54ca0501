/* Tiles of a dashboard: pulled to a size by their corner or the arrows; and printing, in light colours that fit the paper. */

import { ask, speak } from "./wire.js";

const WIDEST = 12;
const TALLEST = 4;

function sizeOf(pane) {
  return { width: Number(pane.dataset.width), height: Number(pane.dataset.height) };
}

/** Draw the tile in this size; answers whether it is another one than before. */
function fit(pane, { width, height }) {
  const old = sizeOf(pane);
  const wide = Math.min(Math.max(width, 1), WIDEST);
  const tall = Math.min(Math.max(height, 1), TALLEST);
  if (old.width === wide && old.height === tall) return false;
  pane.classList.remove(`pane-w${old.width}`, `pane-h${old.height}`);
  pane.classList.add(`pane-w${wide}`, `pane-h${tall}`);
  pane.dataset.width = wide;
  pane.dataset.height = tall;
  speak(`${wide} × ${tall}`);
  return true;
}

async function keep(pane) {
  const { width, height } = sizeOf(pane);
  const answer = await ask(pane.dataset.sizeAt, { method: "POST", body: new URLSearchParams({ width, height }) }).catch(() => null);
  if (!answer?.ok) location.reload();
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-resize]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  handle.focus();
  const pane = handle.closest("[data-pane]");
  const grid = pane.parentElement;
  const begin = { x: event.clientX, y: event.clientY, ...sizeOf(pane) };
  const style = getComputedStyle(grid);
  const inner = grid.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const column = (inner + parseFloat(style.columnGap)) / WIDEST;
  const row = parseFloat(style.gridAutoRows) + parseFloat(style.rowGap);
  let changed = false;
  pane.classList.add("is-pulled");
  handle.setPointerCapture(event.pointerId);
  const pull = (move) => {
    const width = begin.width + Math.round((move.clientX - begin.x) / column);
    const height = begin.height + Math.round((move.clientY - begin.y) / row);
    changed = fit(pane, { width, height }) || changed;
  };
  const end = () => {
    handle.removeEventListener("pointermove", pull);
    handle.removeEventListener("pointerup", end);
    handle.removeEventListener("pointercancel", end);
    pane.classList.remove("is-pulled");
    if (changed) keep(pane);
  };
  handle.addEventListener("pointermove", pull);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
});

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

document.addEventListener("keydown", (event) => {
  const pane = event.target.closest?.("[data-resize]")?.closest("[data-pane]");
  const step = STEPS[event.key];
  if (!pane || !step) return;
  event.preventDefault();
  const { width, height } = sizeOf(pane);
  if (fit(pane, { width: width + step[0], height: height + step[1] })) keep(pane);
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
