// Places: which boxes are to be seen, and where, for the modules that are open.
//
// Every module comes laid out with those inside it open. One that is closed shrinks the axes of
// what is around it where nothing else stands, so nothing can overlap.

const SIDE = 10, TITLE = 20;  // the room between a frame and what is in it, and at its top
const BESIDE_TITLE = 6;  // how far a title is from the lines that pass it
const AROUND_CLOSED = 8;  // the room above and below the box of a closed module
const NODE = 0, CONTAINER = 1, IN = 2;

const data = JSON.parse(document.getElementById("data").textContent);
const { boxes, containers, arrows, steps, rules, arrays, trouble } = data;
const open = new Set(data.opened);

// A thing is the number of a box, or that of a container plus the count of boxes.
const thingOf = (container) => boxes.length + container;
const isContainer = (thing) => thing >= boxes.length;
const containerOf = (thing) => isContainer(thing) ? containers[thing - boxes.length].parent : boxes[thing].container;

const inputs = boxes.map(() => []), uses = boxes.map(() => []);
arrows.forEach(([tail, head], a) => { inputs[head].push(a); uses[tail].push(a); });

// A map of an axis from what stands along it, each [from, to, factor]: each stretch is scaled by
// the largest factor of all that stand there, and kept as it is where nothing stands.
function rescale(pieces) {
  if (pieces.every(([, , factor]) => factor === 1)) return (v) => v;
  const ends = [...new Set(pieces.flatMap(([from, to]) => [from, to]))].sort((a, b) => a - b);
  const index = new Map(ends.map((v, i) => [v, i]));
  const factors = new Float64Array(ends.length), whole = new Int32Array(ends.length);
  for (const [from, to, factor] of pieces) {
    if (factor === 1) { whole[index.get(from)]++; whole[index.get(to)]--; continue; }
    for (let i = index.get(from); i < index.get(to); i++) factors[i] = Math.max(factors[i], factor);
  }
  const mapped = [ends[0]];
  for (let i = 0, standing = 0; i < ends.length - 1; i++) {
    standing += whole[i];
    factors[i] = standing > 0 || factors[i] === 0 ? Math.max(1, factors[i]) : factors[i];
    mapped.push(mapped[i] + (ends[i + 1] - ends[i]) * factors[i]);
  }
  return (v) => {
    if (v <= ends[0]) return v;
    let low = 0, high = ends.length - 1;
    if (v >= ends[high]) return mapped[high] + v - ends[high];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (ends[middle] <= v) low = middle; else high = middle;
    }
    return mapped[low] + (v - ends[low]) * factors[low];
  };
}

const sizes = containers.map(() => [0, 0]);  // of each container's inside, as it is open now
const maps = containers.map(() => [null, null]);

const frames = containers.map(() => null);  // around each container's inside, were it open

// The room that a module takes up, as it is open now.
function size(number) {
  const { closed } = containers[number], frame = frames[number];
  return open.has(number) ? [frame.w, frame.h] : [closed[0], closed[1] + 2 * AROUND_CLOSED];
}

// The frame around a container that is measured. Its title stands in the first place from the left
// where no line comes in; if there is none, the frame is made wider.
function frameOf(number) {
  const { items, titleWidth, width, height, frame } = containers[number], [wide, high] = sizes[number];
  if (wide === width && high === height) return { w: frame[0], h: frame[1], left: frame[2], title: frame[3] };
  const w = Math.max(wide + 2 * SIDE, titleWidth + 2 * SIDE), left = (w - wide) / 2;
  const come = items.filter(([kind]) => kind === IN).map(([, , x]) => left + maps[number][0](x));
  let title = SIDE;
  for (const x of come.sort((a, b) => a - b)) {
    if (x + BESIDE_TITLE > title && x - BESIDE_TITLE < title + titleWidth) title = x + BESIDE_TITLE;
  }
  return { w: Math.max(w, title + titleWidth + SIDE), h: high + TITLE + SIDE, left, title };
}

function measure(number) {
  const { items, width, height } = containers[number], across = [], down = [];
  for (const [kind, id, x, y] of items) {
    if (kind !== NODE && kind !== CONTAINER) continue;
    const [w, h] = kind === NODE ? boxes[id].label : containers[id].frame;
    const [wide, high] = kind === NODE ? [w, h] : size(id);
    across.push([x - w / 2, x + w / 2, wide / w]);
    down.push([y - h / 2, y + h / 2, high / h]);
  }
  maps[number] = [rescale(across), rescale(down)];
  sizes[number] = [maps[number][0](width), maps[number][1](height)];
  frames[number] = frameOf(number);
}

// What is to be seen. Boxes and closed modules by place; frames; lines with the room they take.
const scene = { things: [], x: [], y: [], w: [], h: [], frames: [], lines: [], index: new Map(), width: 0, height: 0, revision: 0 };

function arrange() {
  for (let n = containers.length - 1; n >= 0; n--) measure(n);
  Object.assign(scene, { things: [], x: [], y: [], w: [], h: [], frames: [], lines: [], index: new Map() });
  [scene.width, scene.height] = sizes[0];
  const corners = containers.map(() => null);
  corners[0] = [0, 0];
  for (let n = 0; n < containers.length; n++) {
    if (!corners[n]) continue;
    const [left, top] = corners[n], mapY = maps[n][1], { items, links } = containers[n];
    for (const [kind, id, x, y] of items) {
      if (kind !== NODE && kind !== CONTAINER) continue;
      const cx = left + middle(n, kind, id, x), cy = top + mapY(y);
      if (kind === CONTAINER && open.has(id)) {
        const { w, h, title } = frames[id];
        corners[id] = inner(id, cx, cy);
        scene.frames.push({ container: id, x: cx - w / 2, y: cy - h / 2, w, h, title });
        continue;
      }
      const label = kind === NODE ? boxes[id].label : containers[id].closed;
      const thing = kind === NODE ? id : thingOf(id);
      scene.index.set(thing, scene.things.length);
      scene.things.push(thing);
      scene.x.push(cx); scene.y.push(cy); scene.w.push(label[0]); scene.h.push(label[1]);
    }
    containers[n].first = scene.lines.length;
    for (const link of links) scene.lines.push(line(n, link, left, top));
  }
  scene.revision++;
}

// The corner of what is in a container, from the middle of its frame.
function inner(number, cx, cy) {
  const { w, h, left } = frames[number];
  return [cx - w / 2 + left, cy - h / 2 + TITLE];
}

// Where the middle of an item is across its container. A module has the columns that were laid out
// for it to itself: if it takes up less of them now, it stands where its lines run straight.
function middle(n, kind, id, x) {
  const [mapX] = maps[n];
  if (kind !== CONTAINER) return mapX(x);
  const { items, closed, frame: [whole, , inset] } = containers[id], { w, left } = frames[id];
  const from = x - whole / 2, half = (open.has(id) ? w : closed[0]) / 2;
  const ports = items.filter(([kind]) => kind !== NODE && kind !== CONTAINER).map(([, , px]) => px);
  if (!ports.length) return mapX(x);
  const wanted = ports.map((px) => mapX(from + inset + px) - (open.has(id) ? left + maps[id][0](px) - half : 0));
  const mean = wanted.reduce((a, b) => a + b) / wanted.length;
  return Math.max(mapX(from) + half, Math.min(mapX(from + whole) - half, mean));
}

// Where a line meets the box of an item, from the layout's point: [x, y].
function meeting(n, item, port, x, y, upper, left, top) {
  const [kind, id, ix, iy] = containers[n].items[item], [mapX, mapY] = maps[n];
  const cx = left + middle(n, kind, id, ix), cy = top + mapY(iy);
  if (kind !== CONTAINER) return [cx + x - ix, cy + y - iy];
  if (open.has(id)) {
    const [x0, y0] = inner(id, cx, cy), [, , px, py] = containers[id].items[port];
    return [x0 + maps[id][0](px), y0 + (upper ? 0 : maps[id][1](py))];
  }
  // The line stays where it is, if it can.
  const [w, h] = containers[id].closed, room = w / 2 - SIDE;
  return [Math.max(cx - room, Math.min(cx + room, left + mapX(x))), cy + (upper ? -h / 2 : h / 2)];
}

function line(n, link, left, top) {
  const [tail, head, begins, mark, leave, enter, ...p] = link, [mapX, mapY] = maps[n], last = p.length - 2;
  const inside = new Float64Array(p.length);
  for (let i = 0; i < p.length; i += 2) {
    inside[i] = left + mapX(p[i]);
    inside[i + 1] = top + mapY(p[i + 1]);
  }
  const start = begins ? meeting(n, tail, leave, p[0], p[1], false, left, top) : [inside[0], inside[1]];
  const end = meeting(n, head, enter, p[last], p[last + 1], true, left, top);
  inside[0] = start[0];
  inside[last] = end[0];
  // To the edge of the row it is upright; farther on it may have to pass beside other boxes.
  if (begins && last > 2 && p[2] === p[0]) inside[2] = start[0];
  if (last > 2 && p[last - 2] === p[last]) inside[last - 2] = end[0];
  // Beside an open module a box is lower than its row: the line is upright to the row's edge.
  const points = [...start, ...inside, ...end].filter((_, i, all) => {
    const j = i - (i % 2);
    return j === 0 || all[j] !== all[j - 2] || Math.abs(all[j + 1] - all[j - 1]) > 0.01;
  });
  let x0 = Infinity, x1 = -Infinity;
  for (let i = 0; i < points.length; i += 2) { x0 = Math.min(x0, points[i]); x1 = Math.max(x1, points[i]); }
  const item = containers[n].items[head];
  const arrow = item[0] === NODE || (item[0] === CONTAINER && !open.has(item[1]));
  return { points, x0, x1, y0: points[1], y1: points[points.length - 1], arrow, mark };
}

// Where a thing stands, a module that is open with its frame: the middle, and the size.
function placeOf(thing) {
  const i = scene.index.get(seenAs(thing));
  if (i !== undefined) return [scene.x[i], scene.y[i], scene.w[i], scene.h[i]];
  const f = scene.frames.find((f) => thingOf(f.container) === thing);
  return f && [f.x + f.w / 2, f.y + f.h / 2, f.w, f.h];
}

// The box or closed module that a box is to be seen in.
function seenAs(thing) {
  let seen = thing;
  for (let n = containerOf(thing); n > 0; n = containers[n].parent) {
    if (!open.has(n)) seen = thingOf(n);
  }
  return seen;
}

function openTo(thing) {
  let changed = false;
  for (let n = containerOf(thing); n > 0; n = containers[n].parent) {
    if (!open.has(n)) { open.add(n); changed = true; }
  }
  return changed;
}

// The boxes before or after a thing, as they are to be seen.
function neighbours(thing, before) {
  const inside = isContainer(thing) ? (b) => seenAs(b) === thing : null;
  const own = inside ? boxes.map((_, b) => b).filter(inside) : [thing];
  const found = new Set();
  for (const box of own) {
    for (const a of (before ? inputs : uses)[box]) found.add(seenAs(arrows[a][before ? 0 : 1]));
  }
  found.delete(thing);
  return [...found];
}

// The lines that arrows run along, as they are to be seen.
function linesOf(list) {
  const found = [];
  for (const a of list) {
    for (let i = 2; i < arrows[a].length; i += 2) {
      const n = arrows[a][i];
      if (n === 0 || seenAs(thingOf(n)) === thingOf(n) && open.has(n)) found.push(containers[n].first + arrows[a][i + 1]);
    }
  }
  return found;
}
