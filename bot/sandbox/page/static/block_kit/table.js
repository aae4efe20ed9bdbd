/** Tables: a heading row, and rows of text, numbers and formatted words; a wide one scrolls by itself. */

import { h } from "../widgets/dom.js";
import { renderRichText } from "../text/rich_text.js";
import { safely, unknownBox } from "../widgets/unknown.js";

const CELLS = {
  raw_text: (cell) => cell.text,
  raw_number: (cell) => cell.text,
  rich_text: (cell) => renderRichText(cell.elements),
};

export function table({ rows: [head, ...rows], column_settings: settings = [] }) {
  const row = (tag, scope) => (cells) => {
    return h("tr", {}, cells.map((cell, number) => h(tag, { scope, ...looksOf(settings[number]) }, content(cell))));
  };
  const drawn = h("table", {}, h("thead", {}, row("th", "col")(head)), h("tbody", {}, rows.map(row("td", null))));
  return h("div", { class: "table-frame", role: "region", "aria-label": "Table", tabindex: "0" }, drawn);
}

function content(cell) {
  return safely("cell", cell, () => {
    return Object.hasOwn(CELLS, cell?.type) ? h("div", {}, CELLS[cell.type](cell)) : unknownBox("cell", cell);
  });
}

function looksOf({ align = "left", is_wrapped: isWrapped = false } = {}) {
  return { class: isWrapped ? "wrapped" : null, style: { textAlign: align } };
}
