// Marks: rings around boxes and lines along arrows, over the drawing.

const ring = (thing, ...rest) => rings([thing], ...rest);

function rings(list, colour, thick, grown, x, y, scale, dash) {
  const least = 2 / scale, right = x + width / scale, bottom = y + height / scale;  // still seen from afar
  pen.strokeStyle = colours[colour];
  pen.lineWidth = Math.max(thick, thick * 0.6 / scale);
  pen.setLineDash(dash ? [6 / Math.min(scale, 1), 3 / Math.min(scale, 1)] : []);
  const seen = new Set();
  for (const thing of list) {
    const i = scene.index.get(seenAs(thing));
    if (i === undefined || scene.x[i] + scene.w[i] < x || scene.x[i] - scene.w[i] > right) continue;
    if (scene.y[i] + scene.h[i] >= y && scene.y[i] - scene.h[i] <= bottom) seen.add(i);
  }
  const shown = [...seen];
  for (let k = 0; k < shown.length; k += 200) {
    pen.beginPath();
    for (const i of shown.slice(k, k + 200)) outline(i, x, y, Math.max(grown, least));
    pen.stroke();
  }
  pen.setLineDash([]);
}

function frameRing(thing, x, y, scale) {
  const [cx, cy, w, h] = placeOf(thing);
  pen.strokeStyle = colours.selected;
  pen.lineWidth = Math.max(2, 1.5 / scale);
  pen.strokeRect(cx - w / 2 - x, cy - h / 2 - y, w, h);
}

function strokeLines(list, colour, thick, x, y, scale) {
  pen.strokeStyle = pen.fillStyle = colours[colour];
  pen.lineWidth = Math.max(thick, thick / scale * 0.6);
  pen.beginPath();
  const [right, bottom] = [x + width / scale, y + height / scale];
  for (const l of list) trace(scene.lines[l], x, y, right, bottom, scale > MIDDLE, 0);
  pen.stroke();
  if (scale <= 0.3) return;
  pen.beginPath();
  for (const l of list) if (scene.lines[l].arrow) head(scene.lines[l], x, y);
  pen.fill();
}

function drawMarks(x, y, scale) {
  const { selected, hover, step } = marks;
  rings(marks.done, "step", 1, 1, x, y, scale);
  rings(marks.found, "accent", 2, 3, x, y, scale, true);
  if (failed >= 0) ring(failed, "origin", 3, 2, x, y, scale);
  if (colouring === "nan") rings(marks.trail, "origin", 2, 0, x, y, scale);
  else if (anyBad) rings([...origins].filter((b) => b >= 0), "origin", 3, 2, x, y, scale);
  if (selected >= 0) {
    if (!isContainer(selected)) strokeLines(linesOf([...inputs[selected], ...uses[selected]]), "selected", 2, x, y, scale);
    if (scene.index.has(seenAs(selected))) ring(selected, "selected", 3, 2, x, y, scale);
    else frameRing(selected, x, y, scale);
  }
  if (hover >= 0 && hover !== selected) ring(hover, "selected", 1, 1, x, y, scale);
  if (step) {
    strokeLines(linesOf(step.arrows), "step", 3, x, y, scale);
    if (step.parent >= 0) ring(seenAs(step.parent), "step", 2.5, 3, x, y, scale, true);
    if (step.node >= 0) ring(seenAs(step.node), "step", 4, 3, x, y, scale);
  }
}
