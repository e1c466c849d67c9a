// The page: what the reader does, and what happens then.

const get = (id) => document.getElementById(id);
const READABLE = 0.9;  // the scale at which a graph is shown that does not fit
let pending = false, entered = null, matches = [], match = -1, moving = null;

function redraw() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    follow(draw());
  });
}

function follow(isDone) {
  if (!isDone) requestAnimationFrame(() => { if (!pending) follow(drawMore()); });
}

// ---- the window

function resize() {
  const ratio = window.devicePixelRatio || 1, box = get("window").getBoundingClientRect();
  width = box.width; height = box.height;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  // A notebook may give the page its room later than its content.
  if (entered && marks.selected < 0 && view.x === entered.x && view.y === entered.y && view.scale === entered.scale) enter();
  follow(draw());  // at once: the canvas is empty now
}

const least = () => 0.5 * Math.min(width / Math.max(scene.width, 1), height / Math.max(scene.height, 1), 1);

function zoom(factor, px = width / 2, py = height / 2) {
  const scale = Math.max(least(), Math.min(4, view.scale * factor));
  view.x += px / view.scale - px / scale;
  view.y += py / view.scale - py / scale;
  view.scale = scale;
  redraw();
}

function fit() {
  view.scale = Math.min((width - 32) / Math.max(scene.width, 1), (height - 32) / Math.max(scene.height, 1), 1.25);
  view.x = scene.width / 2 - width / 2 / view.scale;
  view.y = scene.height / 2 - height / 2 / view.scale;
  redraw();
}

// At first: the whole graph, if its words can be read then; else its first difference, or its results.
// Until the reader moves it, that is so for a window of another size too.
function enter() {
  fit();
  if (view.scale < 0.45) showFirst();
  entered = { ...view };
}

function showFirst() {
  view.scale = READABLE;
  const first = differences[0] ?? boxes.findIndex((b) => b.result), i = scene.index.get(seenAs(Math.max(0, first)));
  const inside = (at, all, room) => all < room ? (all - room) / 2 : Math.max(-16 / view.scale, Math.min(at, all + 16 / view.scale - room));
  const wide = width / view.scale, high = height / view.scale;
  view.x = inside(scene.x[i] - wide / 2, scene.width, wide);
  view.y = inside(scene.y[i] - high / 2, scene.height, high);
}

// Moves as little as makes some boxes seen, and readable; of what is larger, the top.
function reveal(things) {
  const at = things.map(placeOf).filter(Boolean), isSmall = view.scale < NEAR;
  if (!at.length) return;
  if (isSmall) view.scale = READABLE;
  const margin = 30 / view.scale, right = view.x + width / view.scale, bottom = view.y + height / view.scale;
  const inside = at.every(([x, y, w, h]) => x - w / 2 > view.x + margin && x + w / 2 < right - margin && y - h / 2 > view.y + margin && y + h / 2 < bottom - margin);
  if (!inside || isSmall) {
    const [x, y, , h] = at[0], high = height / view.scale;
    view.x = x - width / 2 / view.scale;
    view.y = h > high - 2 * margin ? y - h / 2 - margin : y - high / 2;
  }
  redraw();
}

// Moves a thing that the panel, which has just opened, took the room of.
function uncover(thing) {
  const place = placeOf(thing), margin = 16 / view.scale;
  if (!place) return;
  const [x, y, w, h] = place, over = (low, high, from, room) => Math.max(0, Math.min(high + margin - from - room, low - margin - from));
  view.x += over(x - w / 2, x + w / 2, view.x, width / view.scale);
  view.y += over(y - h / 2, y + h / 2, view.y, height / view.scale);
}

// ---- selection

function select(thing, show = false) {
  marks.step = null;
  if (openTo(thing)) arrange();
  marks.selected = thing;
  if (show && !rows.classList.contains("unseen")) toggleTable(false);
  showThing(thing);
  if (show) reveal([thing]); else uncover(thing);
  live.textContent = spoken(thing);
  redraw();
}

function deselect() {
  Object.assign(marks, { selected: -1, step: null });
  closePanel();
  redraw();
}

// Opens or closes a module; what the reader looked at stays where it was.
function toggle(n, wanted = !open.has(n)) {
  const thing = thingOf(n), frame = scene.frames.find((f) => f.container === n), i = scene.index.get(thing);
  const before = frame ? [frame.x + frame.w / 2, frame.y] : i !== undefined ? [scene.x[i], scene.y[i] - scene.h[i] / 2] : null;
  if (wanted) { openTo(thing); open.add(n); } else open.delete(n);
  arrange();
  const now = scene.frames.find((f) => f.container === n), j = scene.index.get(thing);
  const after = now ? [now.x + now.w / 2, now.y] : [scene.x[j], scene.y[j] - scene.h[j] / 2];
  if (before) { view.x += after[0] - before[0]; view.y += after[1] - before[1]; }
  if (marks.hover >= 0 && !scene.index.has(marks.hover)) marks.hover = -1;
  marks.selected = wanted ? marks.selected : thing;
  if (marks.selected === thing) showThing(thing);
  live.textContent = `${wanted ? "opened" : "closed"} ${spoken(thing)}`;
  redraw();
}

function toggleAll(wanted) {
  open.clear();
  open.add(0);
  if (wanted) containers.forEach((_, n) => open.add(n));
  arrange();
  refreshPanel();
  enter();
  live.textContent = wanted ? "all modules are open" : "all modules are closed";
  redraw();
}

function thingAt(px, py) {
  const x = view.x + px / view.scale, y = view.y + py / view.scale, slack = 3 / view.scale;
  let best = -1, near = Infinity;
  for (let i = 0; i < scene.things.length; i++) {
    const dx = Math.max(0, Math.abs(scene.x[i] - x) - scene.w[i] / 2), dy = Math.max(0, Math.abs(scene.y[i] - y) - scene.h[i] / 2);
    if (dx <= slack && dy <= slack && dx + dy < near) { near = dx + dy; best = scene.things[i]; }
  }
  return best;
}

function titleAt(px, py) {
  const x = view.x + px / view.scale, y = view.y + py / view.scale;
  const hit = scene.frames.filter((f) => x >= f.x && x <= f.x + f.w && y >= f.y && y <= f.y + TITLE);
  return hit.length ? hit[hit.length - 1].container : -1;
}

// The box to go to from the selected one: along the graph, or beside it.
function walk(key) {
  const from = marks.selected >= 0 ? seenAs(marks.selected) : -1;
  if (from < 0) { select(seenAs(Math.max(0, boxes.findIndex((b) => b.result)))); reveal([marks.selected]); return; }
  let to;
  const i = scene.index.get(from);
  if (i === undefined) to = scene.things[0];
  else if (key === "ArrowUp" || key === "ArrowDown") to = neighbours(from, key === "ArrowUp")[0];
  else {
    const way = key === "ArrowLeft" ? -1 : 1;
    let near = Infinity;
    for (let j = 0; j < scene.things.length; j++) {
      const dx = (scene.x[j] - scene.x[i]) * way, dy = Math.abs(scene.y[j] - scene.y[i]);
      if (dx > 0 && dy < 60 && dx + 4 * dy < near) { near = dx + 4 * dy; to = scene.things[j]; }
    }
  }
  if (to === undefined) { live.textContent = "nothing further this way"; return; }
  select(to);
  reveal([to]);
}

// ---- search

const texts = boxes.map((box) => `${box.hint} ${box.module || (box.container ? containers[box.container].title : "")}`.toLowerCase());

function search(words) {
  const wanted = words.trim().toLowerCase();
  matches = [];
  if (wanted) {
    containers.forEach((c, n) => { if (n && c.title.toLowerCase().includes(wanted)) matches.push(thingOf(n)); });
    texts.forEach((text, b) => { if (text.includes(wanted)) matches.push(b); });
  }
  match = -1;
  marks.found = new Set(matches.slice(0, 2000));
  get("found").textContent = wanted ? `${counted(matches.length)} found` : "";
  redraw();
}

function nextMatch(way) {
  if (!matches.length) return;
  match = (match + way + matches.length) % matches.length;
  get("found").textContent = `${match + 1} of ${matches.length}`;
  select(matches[match], true);
}

// ---- what the reader does

function setTheme(isDark) {
  dark = isDark;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  get("theme").textContent = dark ? "Light" : "Dark";
  readColours();
  colourBy(colouring);
  refreshPanel();
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  moving = { x: event.offsetX, y: event.offsetY, far: false };
});
canvas.addEventListener("pointermove", (event) => {
  if (moving) {
    const dx = event.offsetX - moving.x, dy = event.offsetY - moving.y;
    if (!moving.far && Math.hypot(dx, dy) < 4) return;
    view.x -= dx / view.scale; view.y -= dy / view.scale;
    moving = { x: event.offsetX, y: event.offsetY, far: true };
    canvas.classList.add("dragging");
    redraw();
    return;
  }
  const over = thingAt(event.offsetX, event.offsetY);
  if (over === marks.hover) return;
  marks.hover = over;
  canvas.title = over < 0 ? "" : isContainer(over) ? `${titleOf(over)} (double click opens)` : boxes[over].hint;
  canvas.style.cursor = over < 0 ? "" : "pointer";
  redraw();
});
canvas.addEventListener("pointerup", (event) => {
  const dragged = moving && moving.far;
  moving = null;
  canvas.classList.remove("dragging");
  if (dragged) return;
  const thing = thingAt(event.offsetX, event.offsetY);
  if (thing >= 0) { select(thing); return; }
  const title = titleAt(event.offsetX, event.offsetY);
  if (title > 0) select(thingOf(title)); else deselect();
});
canvas.addEventListener("pointercancel", () => { moving = null; canvas.classList.remove("dragging"); });
canvas.addEventListener("dblclick", (event) => {
  const thing = thingAt(event.offsetX, event.offsetY), title = titleAt(event.offsetX, event.offsetY);
  if (thing >= 0 && isContainer(thing)) toggle(thing - boxes.length, true);
  else if (thing < 0 && title > 0) toggle(title, false);
});
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.shiftKey) { view.x += event.deltaY / view.scale; redraw(); return; }
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.03 : 0.0015)), event.offsetX, event.offsetY);
}, { passive: false });

canvas.addEventListener("keydown", (event) => {
  const { selected } = marks;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) walk(event.key);
  else if (event.key === "Enter" && selected >= 0) {
    if (isContainer(selected)) toggle(selected - boxes.length);
    else { showThing(selected); panel.focus(); }
  } else if (event.key === "Backspace" && selected >= 0 && containerOf(selected) > 0) toggle(containerOf(selected), false);
  else return;
  event.preventDefault();
});

const KEYS = {
  "/": () => { get("query").focus(); get("query").select(); },
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "0": fit,
  ",": () => { if (steps.length) { play(false); goTo(at - 1); } },
  ".": () => { if (steps.length) { play(false); goTo(at + 1); } },
  p: () => { if (steps.length) play(); },
  n: () => nextDifference(1), N: () => nextDifference(-1),
  t: () => toggleTable(), d: () => setTheme(!dark), "?": () => toggleHelp(),
  Escape: leave,
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=search], select");
  if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape") || !KEYS[event.key]) return;
  if (typing) canvas.focus();
  event.preventDefault();
  KEYS[event.key]();
});

// Closes what was opened last.
function leave() {
  play(false);
  if (!rows.classList.contains("unseen")) toggleTable(false);
  else if (!get("keys").hidden) toggleHelp();
  else if (marks.step || panel.hidden) deselect();
  else closePanel();
}

function toggleHelp() {
  get("keys").hidden = !get("keys").hidden;
  get("help").setAttribute("aria-expanded", String(!get("keys").hidden));
}

get("query").addEventListener("input", () => search(get("query").value));
get("find").addEventListener("submit", (event) => { event.preventDefault(); nextMatch(1); });
get("query").addEventListener("keydown", (event) => { if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); nextMatch(-1); } });
get("colour").append(...MODES.map(([value, words]) => make("option", { value, textContent: words })));
get("colour").addEventListener("change", () => colourBy(get("colour").value));
for (const [id, action] of Object.entries({
  fit, zoomin: () => zoom(1.25), zoomout: () => zoom(0.8), expand: () => toggleAll(true), collapse: () => toggleAll(false),
  listing: () => toggleTable(), theme: () => setTheme(!dark), help: toggleHelp,
})) get(id).addEventListener("click", action);
get("expand").hidden = get("collapse").hidden = containers.length < 2;
if (trouble.length) {
  let next = 0;
  const button = get("origin");
  button.hidden = false;
  button.textContent = `First ${trouble[0].bad}`;
  button.addEventListener("click", () => {
    const found = trouble[next++ % trouble.length];
    if (found.step >= 0) goTo(found.step); else if (found.box >= 0) select(found.box, true);
  });
}
const system = window.matchMedia("(prefers-color-scheme: dark)");
system.addEventListener("change", (event) => setTheme(event.matches));

if (data.compared) showDifferences();
get("title").textContent = data.title;
canvas.setAttribute("aria-label", `${data.title}: a graph of ${boxes.length} boxes. Arrow keys walk along it; a table of all boxes follows.`);
colouring = data.compared ? "difference" : failed < 0 && (trouble.length || anyBad) ? "nan" : "kind";
arrange();
setTheme(system.matches);
resize();
enter();
if (failed >= 0) { select(failed); enter(); reveal([failed]); }
follow(draw());
fillTable();
new ResizeObserver(resize).observe(get("window"));

// For tests, and for whoever has the console open.
function setOpen(list) {
  open.clear();
  list.forEach((n) => open.add(n));
  arrange();
  redraw();
}
window.graphPage = { data, scene, view, marks, draw, drawMore, select, setOpen, thingOf, ready: performance.now() };
