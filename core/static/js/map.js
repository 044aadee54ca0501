/* A place on the map: [data-map] writes it into two inputs, [data-map-show] shows it. Leaflet comes when first wanted.
   Without an address of tiles there are coasts, borders and degrees of our own. */

import { loadVendor } from "./fresh.js";
import { speak } from "./wire.js";

const HALF_TURN = 180;
const LAST = "prospecto.map"; // where one looked last
const LAND = new URL("../vendor/land.json", import.meta.url);
let map = null;
let pin = null;
let inputs = null;

const dialog = () => document.getElementById("map");

async function open(opener) {
  const box = dialog();
  inputs = opener.matches("[data-map]") ? [opener.dataset.latitude, opener.dataset.longitude].map((id) => document.getElementById(id)) : null;
  box.querySelector("[data-map-use]").hidden = !inputs;
  box.showModal();
  await made(box);
  map.invalidateSize();
  const at = inputs ? inputs.map((input) => degrees(input.value)) : [degrees(opener.dataset.latitude), degrees(opener.dataset.longitude)];
  if (at.every(Number.isFinite)) {
    put(at[0], at[1]);
    map.setView(at, box.dataset.tiles ? 16 : 7, { animate: false });
  } else {
    take();
    const [latitude, longitude, zoom] = JSON.parse(localStorage.getItem(LAST) ?? "[10, -40, 2]");
    map.setView([latitude, longitude], zoom, { animate: false });
  }
  document.getElementById("map-place").focus();
}

async function made(box) {
  if (map) return;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("../vendor/leaflet.css", import.meta.url).href;
  const styled = new Promise((resolve) => { style.onload = resolve; style.onerror = resolve; });
  document.head.prepend(style);
  await Promise.all([styled, loadVendor("leaflet.min.js")]);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map = window.L.map("map-place", { zoomAnimation: !still, fadeAnimation: !still, attributionControl: true, worldCopyJump: true });
  map.attributionControl.setPrefix(false);
  if (box.dataset.tiles) {
    window.L.tileLayer(box.dataset.tiles, { maxZoom: 19, referrerPolicy: "origin", attribution: escape(box.dataset.attribution) }).addTo(map);
  } else {
    await drawOwn();
  }
  map.on("click", (event) => inputs && put(event.latlng.lat, event.latlng.lng));
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !inputs || event.target !== map.getContainer()) return;
    event.preventDefault();
    event.stopPropagation();
    const middle = map.getCenter();
    put(middle.lat, middle.lng);
  });
}

function escape(text) {
  const line = document.createElement("span");
  line.textContent = text ?? "";
  return line.innerHTML;
}

/** Coasts and borders, and a net of degrees that gets finer as one comes nearer. */
async function drawOwn() {
  const { L } = window;
  map.setMaxZoom(14);
  const lines = await fetch(LAND).then((answer) => answer.json()).catch(() => []);
  L.polyline(lines.map((line) => line.map(([x, y]) => [y, x])), { className: "map-coast", interactive: false, noClip: false }).addTo(map);
  const net = L.layerGroup().addTo(map);
  const draw = () => {
    net.clearLayers();
    const seen = map.getBounds().pad(0.1);
    const step = [30, 20, 10, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.05, 0.02, 0.01, 0.005][Math.min(map.getZoom(), 14)];
    const [south, north] = [Math.max(seen.getSouth(), -85), Math.min(seen.getNorth(), 85)];
    const [west, east] = [Math.max(seen.getWest(), -2 * HALF_TURN), Math.min(seen.getEast(), 2 * HALF_TURN)];
    for (let lat = Math.ceil(south / step) * step; lat <= north; lat += step) line([[lat, west], [lat, east]], [lat, map.getBounds().getWest()], lat, [0, 0]);
    for (let lng = Math.ceil(west / step) * step; lng <= east; lng += step) line([[south, lng], [north, lng]], [map.getBounds().getSouth(), lng], lng, [0, 18]);
  };
  const line = (ends, at, value, iconAnchor) => {
    L.polyline(ends, { className: "map-net", interactive: false }).addTo(net);
    L.marker(at, { icon: L.divIcon({ className: "map-degree", html: said(value, 3), iconSize: [0, 0], iconAnchor }), interactive: false, keyboard: false }).addTo(net);
  };
  map.on("moveend", draw);
}

function put(latitude, longitude) {
  const { L } = window;
  const turned = ((((longitude + HALF_TURN) % 360) + 360) % 360) - HALF_TURN;
  take();
  const shape = L.divIcon({ className: "map-pin", iconSize: [24, 24], iconAnchor: [12, 12] });
  pin = L.marker([latitude, longitude], { icon: shape, draggable: Boolean(inputs), keyboard: false }).addTo(map);
  pin.place = [latitude, turned];
  pin.on("dragend", () => put(pin.getLatLng().lat, pin.getLatLng().lng));
  tell();
}

function take() {
  pin?.remove();
  pin = null;
  tell();
}

function tell() {
  const box = dialog();
  const elsewhere = box.querySelector("[data-map-elsewhere]");
  const at = pin?.place.map((value) => value.toFixed(6));
  box.querySelector(".map-said").textContent = at ? at.map((value) => said(Number(value), 6)).join("; ") : box.dataset.nothing;
  box.querySelector("[data-map-use]").disabled = !pin;
  elsewhere.hidden = !pin;
  if (pin) elsewhere.href = `https://www.openstreetmap.org/?mlat=${at[0]}&mlon=${at[1]}#map=17/${at[0]}/${at[1]}`;
}

function use() {
  localStorage.setItem(LAST, JSON.stringify([...pin.place, map.getZoom()]));
  pin.place.forEach((value, place) => {
    inputs[place].value = said(value, 6);
    inputs[place].dispatchEvent(new Event("input", { bubbles: true }));
  });
  dialog().close();
  inputs[0].focus();
  speak(dialog().querySelector(".map-said").textContent);
}

/** A number as the reader's inputs have it. */
function said(value, places) {
  return String(Number(value.toFixed(places))).replace(".", dialog()?.dataset.decimal ?? ".");
}

function degrees(text) {
  const plain = String(text ?? "").trim().replace("−", "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-map], [data-map-show]");
  if (opener && dialog()) {
    if (opener.matches("[data-map-show]") && (!dialog().dataset.tiles || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    open(opener);
  } else if (event.target.closest("[data-map-use]") && pin) use();
});

/* “10.4636, -66.8289”, as other maps give it, fills both inputs. */
document.addEventListener("paste", (event) => {
  const id = event.target.id;
  const opener = id && document.querySelector(`[data-map][data-latitude="${CSS.escape(id)}"], [data-map][data-longitude="${CSS.escape(id)}"]`);
  const both = opener && event.clipboardData.getData("text").match(/^\s*([-−]?\d{1,3}\.\d+)[,;\s]+([-−]?\d{1,3}\.\d+)\s*$/);
  if (!both) return;
  event.preventDefault();
  [opener.dataset.latitude, opener.dataset.longitude].forEach((input, place) => {
    const field = document.getElementById(input);
    field.value = said(degrees(both[place + 1]), 6);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
