/** The panel of Bloom's stand-in: its pace, its account, and the trouble that shows how the bot copes. */

import { newBrands, pictureFiles, searches, takeAway } from "./bloom_images.js";
import { cutConnections, failingImages, hiddenPictures, outage, refusals, troubleList } from "./bloom_trouble.js";
import { copyButton } from "../widgets/copy.js";
import { fill, h, uniqueId } from "../widgets/dom.js";
import { control, numberInput, pushButton, switchInput } from "./panel_control.js";
import { on, workspace } from "../state/workspace.js";

const INTRODUCTION = "This Bloom is make-believe. Change it, then use the bot and see how it copes.";
const CREDITS = { min: 0, max: 100_000, value: 250 };
const QUICK_CREDITS = [0, 3, 250, 1000];

/** Draw the panel into its tab, and keep it true whoever changes something. */
export function startBloom(panel) {
  const intro = h("p", { class: "tool-hint" }, INTRODUCTION);
  const account = [credits(), plan(), key(), signIns(), newBrands()];
  const images = [pictureFiles(), searches(), takeAway()];
  const broken = [outage(), refusals(), failingImages(), hiddenPictures(), cutConnections()];
  const controls = [troubleList(), speed(), ...images, ...account, ...broken];
  fill(panel, intro, controls.map(({ element }) => element));
  on("bloom", () => controls.forEach((one) => one.update(workspace.bloom)));
}

function speed() {
  const made = control("Speed", "The request stands in the channel until its images are there.");
  const name = uniqueId("speed");
  const group = h("div", { class: "radios", role: "radiogroup", "aria-label": "How long an image takes" });
  const other = h("p", {});
  const radios = new Map();
  fill(made.body, group, other);
  const add = ({ speed: value, seconds }) => {
    const input = h("input", { type: "radio", name, value, id: uniqueId("speed") });
    input.addEventListener("change", () => made.change({ speed: value }, `Bloom is ${value}.`));
    radios.set(value, input);
    group.append(h("div", {}, input, h("label", { for: input.id }, capital(value), h("small", {}, span(seconds)))));
  };
  const update = (state) => {
    state.speeds.filter((one) => !radios.has(one.speed)).forEach(add);
    for (const [value, input] of radios) input.checked = value === state.speed;
    fill(other, state.speed ? [] : `Now: ${span(state.seconds)}`);
  };
  return { ...made, update };
}

function credits() {
  const made = control("Credits", "With too few, the bot says what the image takes, and links to where one gets more.");
  const now = h("strong", {});
  const number = numberInput("Credits", { ...CREDITS, complain: made.complain });
  const set = (count) => made.change({ credits: count }, `${count} credits.`);
  const setTyped = () => {
    const count = number.read();
    if (count !== null) set(count);
  };
  const setQuickly = (count) => {
    number.put(count);
    set(count);
  };
  number.input.addEventListener("keydown", (event) => event.key === "Enter" && setTyped());
  const quick = QUICK_CREDITS.map((count) =>
    pushButton(count, () => setQuickly(count), { "aria-label": `${count} credits` }),
  );
  fill(
    made.body,
    h("p", {}, "Now: ", now),
    h("div", { class: "row" }, number.element, pushButton("Set", setTyped, { "aria-label": "Set credits" }), quick),
  );
  return { ...made, update: (state) => fill(now, state.credits.toLocaleString("en")) };
}

function plan() {
  const made = control("Plan", "Without it, an image in 4K is refused, and the bot offers to make it in 2K.");
  const { input, element } = switchInput("4K is in the plan", async (isIn) => {
    const said = isIn ? "4K is in the plan." : "4K is not in the plan.";
    if (!(await made.change({ plan_4k: isIn }, said))) input.checked = !isIn;
  });
  fill(made.body, element);
  return { ...made, update: ({ plan_4k }) => (input.checked = plan_4k) };
}

function key() {
  const made = control(
    "API key",
    "With a key that expired, the bot asks to connect again. A new key ends the old one: copy it, type /bloom " +
      "connect in a channel, and paste it.",
  );
  const shown = h("code", { class: "key" });
  const { input, element } = switchInput("Expire the key", async (expired) => {
    const said = expired ? "The key has expired." : "The key holds again.";
    if (!(await made.change({ expired }, said))) input.checked = !expired;
  });
  const renew = pushButton("New key", async () => {
    const answer = await made.change({ new_key: true }, "There is a new key.");
    if (answer) fill(shown, answer.bloom.credential.key);
  });
  const copy = copyButton(() => shown.textContent, "the key");
  fill(made.body, h("p", { class: "key-line" }, shown), h("div", { class: "row" }, copy, renew), element);
  const update = ({ credential }) => {
    fill(shown, credential.key);
    input.checked = credential.expired;
  };
  return { ...made, update };
}

function signIns() {
  const made = control(
    "Sign-ins",
    "With an expired token nothing is to be seen: the bot gets another. With the sign-ins taken back, it asks to " +
      "connect again.",
  );
  const who = h("p", {});
  const expire = pushButton("Expire the tokens", () => made.change({ expire_tokens: true }, "The tokens have expired."));
  const end = pushButton("Take back", () => made.change({ end_sign_ins: true }, "The sign-ins are taken back."));
  const buttons = h("div", { class: "row" }, expire, end);
  fill(made.body, who, buttons);
  const update = ({ sign_ins }) => {
    fill(who, sign_ins.length ? sign_ins.join(", ") : "Nobody has signed in.");
    buttons.hidden = sign_ins.length === 0;
  };
  return { ...made, update };
}

function span([low, high]) {
  return low === high ? `${low} s` : `${low} to ${high} s`;
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}
