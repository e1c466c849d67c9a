// The same content as a table: for screen readers, which get it unseen, and for whoever asks.

const rows = document.getElementById("rows"), body = document.getElementById("body");
const ROWS_AT_ONCE = 100;

function row(b) {
  const box = boxes[b], tr = make("tr");
  const module = box.module || (box.container ? containers[box.container].title : "");
  const marked = box.mark === "failed" ? " (failed)" : box.result ? " (result)" : box.parameter ? " (parameter)" : "";
  const cells = [
    make("td", { textContent: box.shape ? `${box.shape} ${box.dtype}` : "" }),
    make("td", { textContent: module }),
    make("td", { className: "wrapped", textContent: inputs[b].map((a) => titleOf(arrows[a][0])).join(", ") }),
    make("td", { textContent: inWords(box.value) }),
    make("td", { textContent: inWords(box.gradient) }),
  ];
  if (data.compared) cells.unshift(make("td", { className: "wrapped", textContent: changeWords(box) }));
  const name = make("button", { type: "button", className: "link", textContent: titleOf(b) + marked });
  name.dataset.box = b;
  name.tabIndex = rows.classList.contains("unseen") ? -1 : 0;
  tr.append(make("th", { scope: "row" }, name), ...cells);
  return tr;
}

function inWords(number) {
  if (number === undefined) return "";
  const a = arrays[number], words = [];
  if (a.size === 1 && a.min !== undefined) words.push(figure(a.min));
  else if (a.min !== undefined) words.push(`${figure(a.min)} … ${figure(a.max)}, mean ${figure(a.mean)}`);
  if (a.nans) words.push(`${a.nans} NaN`);
  if (a.infs) words.push(`${a.infs} Inf`);
  return words.join(", ");
}

if (data.compared) document.querySelector("#rows th").after(make("th", { scope: "col", textContent: "difference" }));

// Rows are made while the page has nothing else to do.
function fillTable(from = 0) {
  const later = window.requestIdleCallback || ((f) => setTimeout(() => f({ timeRemaining: () => 5 }), 30));
  later((idle) => {
    let b = from;
    while (b < boxes.length && (b === from || idle.timeRemaining() > 3)) {
      const stop = Math.min(b + ROWS_AT_ONCE, boxes.length), batch = document.createDocumentFragment();
      for (; b < stop; b++) batch.append(row(b));
      body.append(batch);
    }
    if (b < boxes.length) fillTable(b); else body.dataset.complete = "true";
  }, { timeout: 200 });  // a page that is never idle has them as well
}

body.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-box]");
  if (chosen) select(Number(chosen.dataset.box), true);
});

function toggleTable(shown = rows.classList.contains("unseen")) {
  rows.classList.toggle("unseen", !shown);
  document.getElementById("listing").setAttribute("aria-pressed", String(shown));
  for (const name of body.querySelectorAll("[data-box]")) name.tabIndex = shown ? 0 : -1;
  (shown ? rows : canvas).focus();
}
