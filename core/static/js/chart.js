/* Charts: the JSON option in the <script> named by data-chart, with hue names for colours. */

import { loadVendor, whenFresh, within } from "./fresh.js";

const HUES = ["slate", "blue", "cyan", "teal", "green", "lime", "amber", "orange", "red", "pink", "violet", "brown"];
const TOKENS = { accent: "--ac", before: "--line-in", text: "--tx", second: "--tx2", line: "--line", ok: "--ok", bad: "--bad", warn: "--warn" };
const NARROW = 420;
const charts = new Map();

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Today's colour of a hue or of one of the names above. */
function colour(name) {
  if (TOKENS[name]) return token(TOKENS[name]);
  const probe = document.createElement("i");
  probe.className = `h-${name}`;
  document.body.append(probe);
  const value = getComputedStyle(probe).getPropertyValue("--dot").trim();
  probe.remove();
  return value;
}

/** The same option with colours for names, all the way down. */
function painted(value, key = "") {
  if (Array.isArray(value)) return value.map((each) => painted(each, key));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, painted(each, name)]));
  }
  const isName = typeof value === "string" && /color$/i.test(key) && (HUES.includes(value) || value in TOKENS);
  return isName ? colour(value) : value;
}

/** On a phone a bar's label is its figure alone: "{b|402} 82.7 % go on" keeps its first part. */
function shortened(option) {
  for (const item of (option.series ?? []).flatMap((each) => each.data ?? [])) {
    if (item?.label?.formatter) item.label.formatter = item.label.formatter.replace(/^(\{b\|[^}]*\}).*$/s, "$1");
  }
  if (option.grid?.right > 48) option.grid.right = 48;
  return option;
}

function dressed(option) {
  const stacked = option.series?.some((each) => each.stack);
  const label = { color: token("--tx2"), fontSize: 12.5 };
  const axis = (given) => given && {
    axisLine: { show: given.type !== "value", lineStyle: { color: token("--line-2") } },
    axisTick: { show: false },
    splitLine: { show: given.type === "value" && given.show !== false, lineStyle: { color: token("--line") } },
    ...given,
    axisLabel: { ...label, fontSize: option.yAxis?.type === "category" ? 13.5 : 12, ...given.axisLabel },
  };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    color: ["accent", "teal", "orange", "violet", "green", "pink", "amber", "cyan"].map(colour),
    ...option,
    grid: { left: 40, right: 12, top: 16, bottom: option.legend ? 56 : 28, ...option.grid },
    xAxis: axis(option.xAxis),
    yAxis: axis(option.yAxis),
    legend: option.legend && { bottom: 4, icon: "roundRect", itemWidth: 9, itemHeight: 9, itemGap: 14, textStyle: { ...label, fontSize: 12 }, ...option.legend },
    tooltip: { trigger: stacked ? "axis" : "item", renderMode: "richText", backgroundColor: token("--raised"), borderColor: token("--line-2"), textStyle: { color: token("--tx"), fontSize: 12.5 }, ...option.tooltip },
    series: option.series?.map((each) => dressSeries(each, stacked, label)),
  };
}

function dressSeries(series, stacked, label) {
  const edge = stacked ? { borderColor: token("--bg"), borderWidth: 1 } : {};
  return {
    cursor: series.data?.some((each) => each?.href) ? "pointer" : "default",
    barMaxWidth: 44,
    barCategoryGap: stacked ? "45%" : "30%",
    ...series,
    itemStyle: { borderRadius: stacked ? 3 : [0, 4, 4, 0], ...edge, ...series.itemStyle },
    label: series.label && { ...label, rich: { b: { color: token("--tx"), fontWeight: 600, fontSize: 13, padding: [0, 5, 0, 0] } }, ...series.label },
  };
}

async function draw(place) {
  await loadVendor("echarts.min.js");
  drawNow(place);
}

function drawNow(place) {
  const source = document.getElementById(place.dataset.chart);
  if (!source || !place.isConnected) return;
  charts.get(place)?.dispose();
  forgetGone();
  const chart = window.echarts.init(place, null, { renderer: "svg" });
  const option = painted(JSON.parse(source.textContent));
  chart.setOption(dressed(place.clientWidth < NARROW ? shortened(option) : option));
  chart.on("click", (event) => { if (event.data?.href) location.assign(event.data.href); });
  charts.set(place, chart);
  resized.observe(place);
}

/** A tile that is drawn again and again leaves nothing behind. */
function forgetGone() {
  for (const [place, chart] of charts) {
    if (place.isConnected) continue;
    chart.dispose();
    resized.unobserve(place);
    charts.delete(place);
  }
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) charts.get(target)?.resize();
});

whenFresh((root) => within(root, "[data-chart]").forEach(draw));
document.addEventListener("theme", () => {
  for (const place of charts.keys()) {
    if (place.isConnected) draw(place);
    else charts.delete(place);
  }
});

/* On paper in light colours, and as wide as the paper lets it be. */
let theme = "";
addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.bsTheme ?? "";
  document.documentElement.dataset.bsTheme = "light";
  for (const place of charts.keys()) {
    if (!place.isConnected || !window.echarts) continue;
    drawNow(place);
    const drawing = place.querySelector("svg");
    drawing?.setAttribute("viewBox", `0 0 ${drawing.getAttribute("width")} ${drawing.getAttribute("height")}`);
  }
});
addEventListener("afterprint", () => {
  document.documentElement.dataset.bsTheme = theme;
  for (const place of charts.keys()) if (place.isConnected) drawNow(place);
});
