/** The part of Bloom's panel that breaks things: refusals, failing images, an outage, cut connections. */

import { fill, h } from "../widgets/dom.js";
import { control, examples, numberInput, offer, pushButton, selectInput, switchInput } from "./panel_control.js";

const TIMES = { min: 1, max: 20, value: 1 };
const FIRST_CODE = "INSUFFICIENT_CREDITS";
const WHOM = { slack: "Slack", all: "Everybody" };
const CUT_AFTER = { min: 1, max: 120, value: 30 };

/** What waits to happen, and the way out of all of it. */
export function troubleList() {
  const made = control("Trouble", "While there is some, the Bloom button above carries a mark.");
  const list = h("ul", { class: "trouble", "aria-label": "Trouble" });
  const none = h("p", {}, "None: Bloom is well.");
  const end = pushButton("End all trouble", () => made.change({ clear: true }, "All trouble has ended."));
  fill(made.body, none, list, end);
  const update = ({ trouble }) => {
    none.hidden = trouble.length > 0;
    list.hidden = end.hidden = trouble.length === 0;
    fill(list, trouble.map((one) => h("li", {}, one)));
  };
  return { ...made, update };
}

/** Bloom cannot be reached at all. */
export function outage() {
  const made = control("Outage", "The bot tries again for a while, then says that Bloom isn't answering.");
  const { input, element } = switchInput("Take Bloom down", async (down) => {
    if (!(await made.change({ down }, down ? "Bloom is down." : "Bloom is up."))) input.checked = !down;
  });
  fill(made.body, element);
  return { ...made, update: ({ down }) => (input.checked = down) };
}

/** Bloom refuses what it is asked. */
export function refusals() {
  const made = control(
    "Refuse requests",
    "The bot says in one sentence what is wrong, and offers the step that helps. Refusals about images wait for the " +
      "next request that makes one; the others meet whatever the bot asks first.",
  );
  const codes = selectInput("The next request fails with");
  const times = numberInput("How many times", { ...TIMES, complain: made.complain });
  const fail = pushButton("Make it fail", () => {
    const count = times.read();
    if (count !== null) made.change({ fail_next: { code: codes.input.value, times: count } }, "Set.");
  });
  fill(made.body, codes.element, h("div", { class: "row" }, times.element, fail));
  const option = ({ code, status, what }) => ({ value: code, text: `${code} (${status})`, what });
  const update = ({ failures }) => codes.offer(failures.map(option), FIRST_CODE);
  return { ...made, update };
}

/** Bloom takes the order, works on it, and then there is no image. */
export function failingImages() {
  const made = control("Fail images", "The reply in the thread says why. Bloom gives the credits back.");
  const reasons = selectInput("The next image fails with");
  const times = numberInput("How many images", { ...TIMES, complain: made.complain });
  const fail = pushButton("Let images fail", () => {
    const count = times.read();
    if (count !== null) made.change({ fail_next_image: { reason: reasons.input.value, times: count } }, "Set.");
  });
  const prompts = examples("Prompts that fail");
  const row = h("div", { class: "row" }, times.element, fail);
  fill(made.body, reasons.element, row, h("p", {}, "Or a word in the prompt:"), prompts);
  const option = ({ reason, what }) => ({ value: reason, text: reason, what });
  const update = ({ image_failures, failing }) => {
    reasons.offer(image_failures.map(option));
    offer(prompts, failing);
  };
  return { ...made, update };
}

/** The image is made, but its file cannot be fetched for a while. */
export function hiddenPictures() {
  const made = control(
    "Hide pictures",
    "The image all the same: the bot tries again, then uploads it, and at worst gives a link. Slack asks once for " +
      "every picture of a message, each time that it is posted.",
  );
  const whom = selectInput("From whom");
  const times = numberInput("How many times", { ...TIMES, complain: made.complain });
  const hide = pushButton("Hide them", () => {
    const count = times.read();
    if (count !== null) made.change({ hide_pictures: { whom: whom.input.value, times: count } }, "Set.");
  });
  fill(made.body, whom.element, h("div", { class: "row" }, times.element, hide));
  const option = (one) => ({ value: one.whom, text: WHOM[one.whom], what: one.what });
  return { ...made, update: ({ blind }) => whom.offer(blind.map(option)) };
}

/** Something between the bot and Bloom is impatient. */
export function cutConnections() {
  const made = control("Impatient proxy", "Nothing: the bot asks again, and the image comes. Needs a slow Bloom.");
  const seconds = numberInput("After how many seconds", { ...CUT_AFTER, complain: made.complain });
  const { input, element } = switchInput("Cut held connections", async (isOn) => {
    const wanted = isOn ? seconds.read() : null;
    const isRight = !isOn || wanted !== null;
    if (!isRight || !(await made.change({ cut_after: wanted }, "Set."))) input.checked = !isOn;
  });
  seconds.input.addEventListener("change", () => {
    const wanted = input.checked ? seconds.read() : null;
    if (wanted !== null) made.change({ cut_after: wanted }, "Set.");
  });
  fill(made.body, element, seconds.element);
  const update = ({ cut_after }) => {
    input.checked = cut_after !== null;
    if (cut_after !== null && document.activeElement !== seconds.input) seconds.put(cut_after);
  };
  return { ...made, update };
}
