// The panel: all that is known of a box, a module or a step. Text only ever enters as text.

const panel = document.getElementById("panel"), live = document.getElementById("live");

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return element;
}

function titleOf(thing) {
  if (isContainer(thing)) return containers[thing - boxes.length].title;
  const box = boxes[thing];
  if (box.kind === "rest") return `${box.literal} earlier nodes`;
  if (box.op) return box.name ? `${box.name} = ${box.op}` : box.op;
  return box.name || box.literal || box.kind;
}

function spoken(thing) {
  if (isContainer(thing)) {
    const c = containers[thing - boxes.length], words = open.has(thing - boxes.length) ? "open" : "closed";
    return [`module ${c.title}`, words, `${c.nodes} boxes`, ...marksIn(c)].join(", ");
  }
  const box = boxes[thing], words = [titleOf(thing), box.kind];
  if (box.shape) words.push(`shape ${box.shape}`, box.dtype);
  if (inputs[thing].length) words.push(`${inputs[thing].length} input${inputs[thing].length > 1 ? "s" : ""}`);
  words.push(uses[thing].length ? `used ${uses[thing].length} time${uses[thing].length > 1 ? "s" : ""}` : "not used further");
  if (box.bad) words.push(box.bad === 2 ? "has NaN" : "has Inf");
  if (box.mark) words.push(box.mark, ...box.notes ?? []);
  if (box.badGradient) words.push(box.badGradient === 2 ? "gradient has NaN" : "gradient has Inf");
  return words.join(", ");
}

function link(thing, words) {
  const button = make("button", { type: "button", className: "link", textContent: words ?? titleOf(thing) });
  button.addEventListener("click", () => select(thing, true));
  return button;
}

function pairs(list) {
  const dl = make("dl");
  for (const [key, value] of list) {
    if (value === undefined || value === null || value === "") continue;
    dl.append(make("dt", { textContent: key }), make("dd", {}, value instanceof Node ? value : String(value)));
  }
  return dl;
}

// ---- words for numbers

const counted = (n) => n.toLocaleString("en");
function figure(v) {
  if (v === null || v === undefined) return "–";
  if (v === 0) return "0";
  const size = Math.abs(v);
  return size >= 1e5 || size < 1e-3 ? v.toExponential(3).replace("e+", "e") : String(Number(v.toPrecision(5)));
}
function duration(s) {
  return s < 1e-3 ? `${Number((s * 1e6).toPrecision(3))} µs` : s < 1 ? `${Number((s * 1e3).toPrecision(3))} ms` : `${Number(s.toPrecision(3))} s`;
}
function bytes(n) {
  for (const unit of ["bytes", "kB", "MB"]) {
    if (n < 1000) return `${Number(n.toPrecision(3))} ${unit}`;
    n /= 1000;
  }
  return `${Number(n.toPrecision(3))} GB`;
}

// ---- arrays as pictures

function shade(v) {  // grey level to colour: blue below the middle of the range, orange above it
  const t = v / 253, low = dark ? [110, 170, 255] : [25, 80, 170], mid = dark ? [24, 30, 40] : [255, 255, 255], high = dark ? [255, 170, 90] : [190, 80, 10];
  const [a, b, s] = t < 0.5 ? [low, mid, t * 2] : [mid, high, t * 2 - 1];
  return a.map((c, i) => Math.round(c + s * (b[i] - c)));
}

function heatmap(a) {
  const raw = atob(a.image), small = make("canvas", { width: a.columns, height: a.rows });
  const picture = new ImageData(a.columns, a.rows);
  for (let i = 0; i < raw.length; i++) {
    const v = raw.charCodeAt(i), colour = v === 255 ? [220, 30, 30] : v === 254 ? [160, 0, 160] : shade(v);
    picture.data.set([...colour, 255], 4 * i);
  }
  small.getContext("2d").putImageData(picture, 0, 0);
  const side = Math.max(4, Math.floor(Math.min(128 / a.columns, 96 / a.rows)));
  small.style.width = `${Math.min(128, a.columns * side)}px`;
  small.style.height = `${Math.min(96, a.rows * side)}px`;
  small.setAttribute("role", "img");
  small.setAttribute("aria-label", `heatmap, ${a.rows} by ${a.columns}, from ${figure(a.low)} to ${figure(a.high)}`);
  return make("figure", {}, small, make("figcaption", { textContent: `blue ${figure(a.low)}\norange ${figure(a.high)}`, style: "white-space: pre-line" }));
}

function histogram(a) {
  const n = a.bars.length, wide = 144, high = 44, ratio = window.devicePixelRatio || 1;
  const chart = make("canvas", { width: wide * ratio, height: high * ratio, className: "histogram" }), c = chart.getContext("2d");
  chart.style.width = `${wide}px`;
  chart.style.height = `${high}px`;
  c.scale(ratio, ratio);
  c.fillStyle = colours.accent;
  const most = Math.max(...a.bars);
  a.bars.forEach((count, i) => {
    const up = count ? Math.max(1, (high - 2) * count / most) : 0;
    c.fillRect(wide * i / n + 0.5, high - up, wide / n - 1, up);
  });
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", `histogram of ${n} bars from ${figure(a.min)} to ${figure(a.max)}: ${a.bars.join(", ")}`);
  return make("figure", {}, chart, make("figcaption", { textContent: `${figure(a.min)} … ${figure(a.max)}` }));
}

function arrayView(number) {
  const a = arrays[number], part = make("div");
  const words = [];
  if (a.nans) words.push(`${counted(a.nans)} NaN`);
  if (a.infs) words.push(`${counted(a.infs)} Inf`);
  if (words.length) part.append(make("p", { className: "bad", textContent: `${words.join(", ")} of ${counted(a.size)} elements` }));
  if (a.elements) part.append(make("pre", { textContent: a.elements }));
  if (a.size > 1) part.append(pairs([["range", a.min === undefined ? undefined : `${figure(a.min)} … ${figure(a.max)}`], ["mean", figure(a.mean)], ["norm", figure(a.norm)]]));
  else if (!a.elements && a.size === 1) part.append(make("p", { textContent: a.min === undefined ? "" : figure(a.min) }));
  if (a.size === 0) part.append(make("p", { className: "quiet", textContent: "empty" }));
  if (a.image) part.append(heatmap(a));
  if (a.bars) part.append(histogram(a));
  return part;
}

// ---- the panel's pages

function section(title, ...children) {
  return make("section", {}, make("h3", { textContent: title }), ...children);
}

function links(list) {
  return make("ul", {}, ...list.map(([thing, words]) => make("li", {}, link(thing), words ? make("span", { className: "quiet", textContent: ` ${words}` }) : "")));
}

function modulesAround(thing) {
  const path = isContainer(thing) || !boxes[thing].module ? [] : [boxes[thing].module];
  for (let n = containerOf(thing); n > 0; n = containers[n].parent) path.unshift(link(thingOf(n)));
  return path.length ? make("span", {}, ...path.flatMap((part, i) => i ? [" › ", part] : [part])) : undefined;
}

function showBox(b) {
  const box = boxes[b], parts = [];
  const tags = [box.result ? "result" : "", box.parameter ? "parameter" : box.kind, box.count ? `× ${box.count}` : ""];
  if (box.mark) tags.unshift(`${data.signs[box.mark]} ${box.mark}`);
  parts.push(make("p", {}, ...tags.filter(Boolean).map((t) => make("span", { className: "tag", textContent: t }))));
  parts.push(pairs([
    ["shape", box.shape], ["dtype", box.dtype], ["value", box.kind === "rest" ? undefined : box.literal],
    ...(box.params || []), ["module", modulesAround(b)],
    ["time", box.seconds === undefined ? undefined : duration(box.seconds)],
    ["bytes saved", box.saved === undefined ? undefined : bytes(box.saved)],
  ]));
  const explained = box.mark === "failed" && trouble.some((t) => t.box === b);
  if (box.notes && !explained) parts.push(section(box.mark === "failed" ? "What failed" : "What has changed", make("ul", { id: "notes" }, ...box.notes.map((note) => make("li", { textContent: note })))));
  for (const t of trouble) {
    if (t.box === b) parts.push(section(`${t.bad} was first made here, ${t.phase}`, make("pre", { textContent: t.words })));
    else if (t.tainted.includes(b)) parts.push(section(`Tainted, ${t.phase}`, make("p", {}, `${t.bad} came from `, link(t.box))));
  }
  if (box.line >= 0) {
    const [file, number, text] = data.lines[box.line];
    parts.push(section("Source", make("pre", { textContent: text || "(not available)" }), make("p", { className: "quiet", textContent: `${file}:${number}` })));
  }
  parts.push(...arraysOf(box, "value", "Values"), ...arraysOf(box, "gradient", "Gradient"));
  if (inputs[b].length) {
    const named = inputs[b].map((a, i) => [arrows[a][0], (box.operands || [])[i] ?? ""]);
    parts.push(section("Inputs", links(named)));
  }
  if (uses[b].length) parts.push(section("Used by", links([...new Set(uses[b].map((a) => arrows[a][1]))].map((t) => [t, ""]))));
  return parts;
}

function showContainer(n) {
  const c = containers[n], isOpen = open.has(n);
  const button = make("button", { type: "button", id: "toggle", textContent: isOpen ? "Close module" : "Open module" });
  button.addEventListener("click", () => toggle(n));
  const inside = c.items.filter(([kind]) => kind === NODE || kind === CONTAINER).map(([kind, id]) => [kind === NODE ? id : thingOf(id), ""]);
  return [
    make("p", {}, make("span", { className: "tag", textContent: "module" })),
    make("p", {}, button),
    pairs([
      ["inside", modulesAround(thingOf(n))], ["boxes", c.nodes], ["differences", marksIn(c).join(", ")],
      ["time", measured.seconds.values[thingOf(n)] === undefined ? undefined : duration(measured.seconds.values[thingOf(n)])],
      ["bytes saved", measured.saved.values[thingOf(n)] === undefined ? undefined : bytes(measured.saved.values[thingOf(n)])],
    ]),
    section("In it", links(inside.slice(0, 200)), inside.length > 200 ? make("p", { className: "quiet", textContent: `and ${inside.length - 200} more` }) : ""),
  ];
}

function showPanel(title, parts) {
  const wasHidden = panel.hidden, hadFocus = panel.contains(document.activeElement);
  const close = make("button", { type: "button", className: "close", textContent: "×", title: "Close ( Esc )" });
  close.setAttribute("aria-label", "Close details");
  close.addEventListener("click", closePanel);
  panel.replaceChildren(close, make("h2", { textContent: title }), ...parts);
  panel.hidden = false;
  panel.scrollTop = 0;
  if (hadFocus) panel.focus();  // the link that had it is gone
  if (wasHidden) resize();
}

function closePanel() {
  if (panel.hidden) return;
  panel.hidden = true;
  resize();
  canvas.focus();
}

function refreshPanel() {
  if (panel.hidden) return;
  if (marks.step) showStep(); else if (marks.selected >= 0) showThing(marks.selected);
}

function showThing(thing) {
  showPanel(titleOf(thing), isContainer(thing) ? showContainer(thing - boxes.length) : showBox(thing));
}
