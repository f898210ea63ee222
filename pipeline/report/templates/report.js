"use strict";

// Tables: a click on a column's name sorts by it, a second one the other way round; what has no value comes last.
for (const button of document.querySelectorAll(".sortable .sort")) {
  const header = button.closest("th");
  const body = header.closest("table").tBodies[0];
  button.addEventListener("click", () => {
    const place = header.cellIndex;
    const isNumber = header.classList.contains("n");
    const isUp = header.hasAttribute("aria-sort") ? header.getAttribute("aria-sort") !== "ascending" : !isNumber;
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", isUp ? "ascending" : "descending");
    const valueOf = (row) => {
      const cell = row.cells[place];
      if (!isNumber) return cell.textContent.trim();
      return cell.dataset.value === "" ? null : Number(cell.dataset.value);
    };
    const compare = (one, other) => (isNumber ? one - other : one.localeCompare(other, undefined, { numeric: true }));
    const rows = [...body.rows].map((row) => [valueOf(row), row]);
    rows.sort(([one], [other]) => {
      if (one === null || other === null) return (one === null) - (other === null);
      return isUp ? compare(one, other) : compare(other, one);
    });
    body.append(...rows.map(([, row]) => row));
  });
}

// Confusion: the cells of the chosen slice, and the pictures of the chosen cell.
const data = JSON.parse(document.getElementById("matrix-data")?.textContent ?? "null");  // a policy has none
const chooser = document.getElementById("slice");
const matrix = document.getElementById("matrix");
const pairs = document.getElementById("pairs");
const gallery = document.getElementById("gallery");
const title = document.getElementById("gallery-title");
const said = document.getElementById("gallery-said");  // never hidden: of what was, a screen reader tells no changes
const list = document.getElementById("gallery-pictures");
const cells = matrix || pairs;

const slice = () => Number(chooser ? chooser.value : 0);
const countOf = (row, column) => (data.slices[slice()].cells.find((cell) => cell[0] === row && cell[1] === column) || [0, 0, 0])[2];
const told = (row, column) => (row === column ? `${data.labels[row]}, answered right` : `${data.labels[row]} taken for ${data.labels[column]}`);

function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

function figureOf(picture) {
  const figure = element("figure");
  figure.className = "picture";
  const image = element("img");
  image.src = data.sources[picture.source];
  image.alt = picture.path;
  const caption = element("figcaption", `${data.labels[picture.answer]} at ${picture.probability.toFixed(3)}`);
  const path = element("span", picture.path);
  path.className = "path";
  caption.append(element("br"), path);
  figure.append(image, caption);
  const item = element("li");
  item.append(figure);
  return item;
}

function show(button) {
  for (const other of cells.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  const [row, column] = [Number(button.dataset.row), Number(button.dataset.column)];
  const here = data.pictures.filter((picture) => picture.label === row && picture.answer === column && picture.in.includes(slice()));
  const total = countOf(row, column);
  const left = total - here.length;
  const where = slice() ? ` in ${data.slices[slice()].name}` : "";
  const what = `${told(row, column)}${where}: ${total} ${total === 1 ? "picture" : "pictures"}`;
  title.textContent = left ? `${what}, ${left} of them not in this file` : what;
  said.textContent = title.textContent;
  list.replaceChildren(...here.map(figureOf));
  gallery.hidden = false;
}

function drawMatrix() {
  const totals = data.labels.map((_, row) => data.slices[slice()].cells.reduce((sum, cell) => sum + (cell[0] === row ? cell[2] : 0), 0));
  for (const button of matrix.querySelectorAll("button")) {
    const [row, column] = [Number(button.dataset.row), Number(button.dataset.column)];
    const count = countOf(row, column);
    button.textContent = count;
    button.disabled = !count;
    button.setAttribute("aria-label", `${told(row, column)}: ${count}`);
    button.style.setProperty("--share", `${totals[row] ? (100 * count) / totals[row] : 0}%`);
  }
}

function drawPairs() {
  const wrong = data.slices[slice()].cells.filter((cell) => cell[0] !== cell[1]).sort((one, other) => other[2] - one[2]);
  const shown = wrong.slice(0, 40);
  pairs.replaceChildren(...shown.map(([row, column, count]) => {
    const button = element("button", `${told(row, column)}: ${count}`);
    button.type = "button";
    button.dataset.row = row;
    button.dataset.column = column;
    button.setAttribute("aria-pressed", "false");
    const item = element("li");
    item.append(button);
    return item;
  }));
  const more = wrong.length - shown.length;
  document.getElementById("more-pairs").textContent = more ? `${more} more pairs are not listed.` : "";
}

cells?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && !button.disabled) show(button);
});
if (chooser) {
  chooser.addEventListener("change", () => {
    if (matrix) drawMatrix();
    else drawPairs();
    const pressed = cells.querySelector('[aria-pressed="true"]:enabled');
    if (pressed) show(pressed);
    else gallery.hidden = true;
  });
}

// On paper nothing can be opened.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
