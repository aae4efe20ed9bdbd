/** The part of Bloom's panel about what there is: brands to add, kinds of files, pictures to find or take away. */

import { fill, h } from "../widgets/dom.js";
import { control, examples, offer, pushButton, selectInput } from "./panel_control.js";

const LATEST_WORDS = 60;

/** What kind of file an image is, for all of them or by a word in one prompt. */
export function pictureFiles() {
  const made = control("Files", "The image in every case: Slack shows PNG, JPEG and GIF alone, so the bot converts the rest.");
  const formats = selectInput("New images are");
  formats.input.addEventListener("change", () => {
    const format = formats.input.value;
    made.change({ file_format: format }, `New images are ${format}.`);
  });
  const prompts = examples("Prompts that name a kind of file");
  fill(made.body, formats.element, h("p", {}, "Or a word in the prompt:"), prompts);
  const update = (state) => {
    formats.offer(state.file_formats.map((format) => ({ value: format, text: format })));
    formats.input.value = state.file_format;
    offer(prompts, state.kinds);
  };
  return { ...made, update };
}

/** What to look for in a brand's library. */
export function searches() {
  const made = control("Library", "What the form finds as a reference: pictures of the brand's website, and uploads.");
  const list = examples("What to search for");
  fill(made.body, list);
  return { ...made, update: (state) => offer(list, state.searches) };
}

/** Let the latest image vanish from Bloom behind the bot's back. */
export function takeAway() {
  const made = control("Take away", "Buttons under an image that Bloom has no more say so, and cost nothing.");
  const latest = h("p", {});
  const image = pushButton("Delete the image", () => made.change({ take_away: "image" }, "The image is gone."));
  const brand = pushButton("Delete its brand", () => made.change({ take_away: "brand" }, "The brand is gone."));
  const buttons = h("div", { class: "row" }, image, brand);
  fill(made.body, latest, buttons);
  const update = (state) => {
    buttons.hidden = state.latest === null;
    fill(latest, state.latest ? describe(state.latest) : "Nobody has made an image yet.");
  };
  return { ...made, update };
}

function describe([prompt, brand]) {
  const words = prompt ?? "";
  const short = words.length > LATEST_WORDS ? `${words.slice(0, LATEST_WORDS - 1)}…` : words;
  return ["Latest: ", h("strong", {}, short), ` for ${brand}`];
}

/** What to type where a brand is added, and what becomes of it. */
export function newBrands() {
  const made = control(
    "New brands",
    "Add a brand in the bot's home. How its analysis ends is decided by its address alone: nothing is fetched.",
  );
  const [websites, logos] = ["Websites and profiles", "Logos"].map(examples);
  fill(made.body, websites, h("p", {}, "Addresses of logos:"), logos);
  const update = (state) => {
    offer(websites, state.websites);
    offer(logos, state.logos);
  };
  return { ...made, update };
}
