// The difference of two graphs: what has changed of a box, and the way from one to the next.

const differences = data.compared ? boxes.flatMap((box, b) => box.mark ? [b] : []) : [];
let atDifference = -1;

function changeWords(box) {
  if (!box.mark) return "";
  return [`${data.signs[box.mark]} ${box.mark}`, ...(box.notes ? [box.notes.join("; ")] : [])].join(": ");
}

// How many boxes of a module differ, in words.
function marksIn(container) {
  return Object.entries(container.marks).map(([mark, count]) => `${counted(count)} ${mark}`);
}

// The values or the gradient of a box; in a comparison before, after and the difference.
function arraysOf(box, key, title) {
  const after = box[key], before = box[`${key}Before`], change = box[`${key}Change`];
  if (after === undefined && before === undefined) return [];
  if (!data.compared) return [section(title, arrayView(after))];
  if (before === undefined) {
    const said = box.mark === "added" || box.mark === "removed" ? "" : box[`${key}Far`] === 0 ? "the same in both" : "known of the second graph alone";
    return [section(title, make("h4", { textContent: said }), arrayView(after))];
  }
  const part = (words, number) => [make("h4", { textContent: words }), number === undefined ? make("p", { textContent: "not known" }) : arrayView(number)];
  return [section(title, ...part("before", before), ...part("after", after), ...(change === undefined ? [] : part("after − before", change)))];
}

function nextDifference(way) {
  if (!differences.length) return;
  const selected = differences.indexOf(marks.selected), from = selected >= 0 ? selected : atDifference;
  atDifference = from < 0 && way < 0 ? differences.length - 1 : (from + way + differences.length) % differences.length;
  select(differences[atDifference], true);
  document.getElementById("difference").textContent = `${atDifference + 1} of ${counted(differences.length)}`;
}

function showDifferences() {
  const n = differences.length, words = n === 1 ? "1 difference" : n ? `${counted(n)} differences` : "no difference";
  document.getElementById("differences").hidden = false;
  document.getElementById("difference").textContent = words;
  for (const [id, way] of [["previous", -1], ["next", 1]]) {
    document.getElementById(id).disabled = n === 0;
    document.getElementById(id).addEventListener("click", () => nextDifference(way));
  }
}
