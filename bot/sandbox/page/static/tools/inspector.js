/**
 * The inspector: a live list of what Slack, the bot and Bloom say to each other.
 *
 * The newest is at the bottom, as in a conversation or a log: cause and effect are read downwards, rows are only ever
 * appended, and details that someone has open never move. Whoever is at the end stays there as it grows.
 */

import { announce, fill, h, icon, uniqueId } from "../widgets/dom.js";
import { KINDS, conditionOf, exchangeRow } from "./exchange.js";
import { EXCHANGES_KEPT, on, workspace } from "../state/workspace.js";

const NEAR_THE_END = 40;
/** With a smaller share of the request limit left, the meter warns. */
const LOW = 0.2;
const FILTER = "Filter by text";
const NOTHING_YET = "Nothing yet. Type /bloom in a channel, and watch what Slack, the bot and Bloom say to each other.";
const NOTHING_MATCHES = "Nothing here matches the filters.";

/** Draw the inspector into its tab. */
export function startInspector(panel) {
  new Inspector(panel);
}

class Inspector {
  /** @type {Map<number, {exchange: any, row: HTMLElement}>} */ #rows = new Map();
  #cleared = 0;
  #isPaused = false;
  #kinds = new Set(Object.keys(KINDS));
  #onlyProblems = false;
  #sought = "";
  #atEnd = true;

  constructor(panel) {
    this.list = h("ol", { class: "exchanges", "aria-label": "Exchanges" });
    this.empty = h("p", { class: "tool-empty" }, NOTHING_YET);
    const look = () => this.#noticeEnd();
    this.scroller = h("div", { class: "exchange-scroller", on: { scroll: look, click: look } }, this.empty, this.list);
    fill(panel, budget(), this.#toolbar(), this.scroller);
    new ResizeObserver(() => this.#stay()).observe(this.scroller);
    on("exchange", () => this.#isPaused ? this.#countWaiting() : this.#catchUp());
    on("workspace", () => this.#isPaused ? this.#countWaiting() : this.#catchUp());
    this.#catchUp();
  }

  #toolbar() {
    const kinds = Object.entries(KINDS);
    const chips = kinds.map(([kind, label]) => chip(label, true, (pressed) => this.#allow(kind, pressed)));
    chips.push(chip("Only problems", false, (pressed) => this.#allowOnlyProblems(pressed)));
    this.pause = toolButton("Pause", () => this.#togglePause());
    return h(
      "div",
      { class: "tool-bar" },
      h("div", { class: "chips", role: "group", "aria-label": "Show" }, chips),
      this.#search(),
      h("div", { class: "tool-actions" }, this.pause, toolButton("Clear", () => this.#clear())),
    );
  }

  #search() {
    const id = uniqueId("filter");
    const more = { placeholder: FILTER, spellcheck: "false" };
    const field = h("input", { id, type: "search", class: "tool-input", ...more });
    field.addEventListener("input", () => {
      this.#sought = field.value.trim().toLowerCase();
      this.#filter();
    });
    return h("div", { class: "tool-search" }, h("label", { for: id, class: "visually-hidden" }, FILTER), field);
  }

  /** Take over what is new; what was told before and is different now is drawn again. */
  #catchUp() {
    this.#forgetAnotherSandbox();
    for (const [number, exchange] of workspace.exchanges) {
      if (number > this.#cleared && this.#rows.get(number)?.exchange !== exchange) this.#put(number, exchange);
    }
    while (this.#rows.size > EXCHANGES_KEPT) this.#drop(this.#rows.keys().next().value);
    this.#showEmptiness();
    this.#stay();
  }

  #put(number, exchange) {
    const known = this.#rows.get(number);
    if (known && JSON.stringify(known.exchange) === JSON.stringify(exchange)) {
      known.exchange = exchange;
      return;
    }
    const row = exchangeRow(exchange);
    row.hidden = !this.#isWanted(exchange);
    this.#rows.set(number, { exchange, row });
    if (known) known.row.replaceWith(row);
    else this.list.append(row);
  }

  #drop(number) {
    this.#rows.get(number).row.remove();
    this.#rows.delete(number);
  }

  /** A sandbox that was started again counts from one again. */
  #forgetAnotherSandbox() {
    const latest = Math.max(0, ...workspace.exchanges.keys());
    if (latest >= Math.max(this.#cleared, ...this.#rows.keys())) return;
    this.#cleared = 0;
    this.#rows.clear();
    fill(this.list);
  }

  #isWanted(exchange) {
    if (!this.#kinds.has(exchange.kind)) return false;
    if (this.#onlyProblems && conditionOf(exchange) === "fine") return false;
    return !this.#sought || JSON.stringify(exchange).toLowerCase().includes(this.#sought);
  }

  #filter() {
    for (const { exchange, row } of this.#rows.values()) row.hidden = !this.#isWanted(exchange);
    this.#showEmptiness();
    this.#stay();
  }

  #showEmptiness() {
    const shown = [...this.#rows.values()].some(({ row }) => !row.hidden);
    this.empty.hidden = shown;
    fill(this.empty, this.#rows.size === 0 ? NOTHING_YET : NOTHING_MATCHES);
  }

  #allow(kind, isAllowed) {
    if (isAllowed) this.#kinds.add(kind);
    else this.#kinds.delete(kind);
    this.#filter();
  }

  #allowOnlyProblems(isOn) {
    this.#onlyProblems = isOn;
    this.#filter();
  }

  #togglePause() {
    this.#isPaused = !this.#isPaused;
    fill(this.pause, this.#isPaused ? "Resume" : "Pause");
    if (!this.#isPaused) this.#catchUp();
  }

  #countWaiting() {
    const known = Math.max(this.#cleared, ...this.#rows.keys());
    const waiting = [...workspace.exchanges.keys()].filter((number) => number > known).length;
    fill(this.pause, waiting ? `Resume (${waiting} new)` : "Resume");
  }

  #clear() {
    this.#cleared = Math.max(this.#cleared, ...workspace.exchanges.keys());
    this.#rows.clear();
    fill(this.list);
    if (this.#isPaused) this.#countWaiting();
    this.#showEmptiness();
    announce("The inspector is empty.");
  }

  #noticeEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    if (clientHeight > 0) this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
  }

  #stay() {
    if (this.#atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

function chip(label, isPressed, onChange) {
  const button = h(
    "button",
    { type: "button", class: "chip", "aria-pressed": String(isPressed) },
    h("span", { class: "chip-mark" }, icon("check")),
    label,
  );
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    onChange(pressed);
  });
  return button;
}

function toolButton(label, onClick) {
  return h("button", { type: "button", class: "tool-button", on: { click: onClick } }, label);
}

/** How much of Bloom's request limit is left, and what is held open right now. */
function budget() {
  const words = h("p", { class: "budget-words" });
  const bar = h("div", { class: "meter-bar" });
  const meter = h("div", { class: "meter", role: "meter", "aria-label": "Requests left", "aria-valuemin": "0" }, bar);
  const held = h("p", { class: "budget-held" });
  on("bloom", () => showBudget(workspace.bloom, { words, bar, meter, held }));
  return h("section", { class: "budget", "aria-label": "Bloom's request limit" }, words, meter, held);
}

function showBudget({ requests, held: count }, { words, bar, meter, held }) {
  const { left, limit, seconds } = requests;
  const isOff = left === null;
  meter.hidden = isOff;
  fill(words, isOff ? "Bloom's request limit is off." : `${left} of ${limit} requests left ${inWhich(seconds)}`);
  fill(held, holding(count));
  if (isOff) return;
  meter.setAttribute("aria-valuenow", left);
  meter.setAttribute("aria-valuemax", limit);
  meter.classList.toggle("low", left < limit * LOW);
  bar.style.width = `${(100 * left) / limit}%`;
}

function inWhich(seconds) {
  return seconds === 60 ? "this minute" : `in any ${seconds} s`;
}

function holding(count) {
  if (count === 0) return "No request is held.";
  return count === 1 ? "1 request is held now." : `${count} requests are held now.`;
}
