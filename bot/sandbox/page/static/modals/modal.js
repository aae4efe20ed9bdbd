/** One modal: what it shows, how it is filled in, submitted and closed, and what went wrong with that. */

import { appName, noAnswer, paintErrors } from "../block_kit/acting.js";
import { redrawBlocks } from "../block_kit/blocks.js";
import { announce, fill, h, iconButton, uniqueId } from "../widgets/dom.js";
import { focusIsElsewhere } from "../widgets/focus.js";
import { renderText } from "../text/mrkdwn.js";
import { Surface } from "../block_kit/surface.js";
import { safely } from "../widgets/unknown.js";
import { Problem, act, workspace } from "../state/workspace.js";

const FIELDS = ".block-input [data-focus]";

export class Modal {
  constructor(view) {
    this.id = view.id;
    this.surface = new Surface("modal", { view_id: view.id });
    this.shown = "";
    this.judged = "";
    /** What our own screen found wrong, by block_id, until that field is filled in or the form is sent again. */
    this.found = {};
    this.busy = false;
    this.#build();
    this.update(view);
  }

  #build() {
    const title = uniqueId("modal");
    this.back = iconButton("Back", "chevron", () => this.close(false));
    this.back.classList.add("back");
    this.cross = iconButton("Dismiss", "close", () => this.close(true));
    this.title = h("h2", { id: title });
    this.trouble = h("div", { class: "modal-trouble", role: "alert", hidden: true });
    this.blocks = h("div", { class: "blocks", on: { held: ({ target }) => this.#forgive(target.closest(".block")) } });
    this.body = h("div", { class: "modal-body" }, this.trouble, this.blocks);
    this.cancel = h("button", { type: "button", class: "button", on: { click: () => this.close(false) } });
    this.send = h("button", { type: "submit", class: "button primary" });
    this.form = h(
      "form",
      { novalidate: true, on: { submit: (event) => this.#onSubmit(event) } },
      h("header", {}, this.back, this.title, this.cross),
      this.body,
      h("footer", {}, this.cancel, this.send),
    );
    this.dialog = h("dialog", { class: "modal", "aria-labelledby": title, tabindex: "-1" }, this.form);
    this.dialog.addEventListener("focusin", ({ target }) => {
      if (target !== this.dialog) this.lastFocus = target;
    });
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
  }

  show() {
    document.getElementById("modals").append(this.dialog);
    // Its method "show" would take the focus even from who is at work in the tools.
    this.dialog.open = true;
    this.#focusFirst();
  }

  /** Wait below another, out of sight and with everything that was typed. */
  stepBack() {
    this.dialog.classList.add("below");
    this.dialog.inert = true;
  }

  comeForward() {
    this.dialog.classList.remove("below");
    this.dialog.inert = false;
  }

  /** Have the focus again where it was before another modal covered this one. */
  takeFocus() {
    if (this.#hasFocus || focusIsElsewhere()) return;
    if (this.lastFocus?.isConnected) this.lastFocus.focus({ preventScroll: true });
    if (!this.#hasFocus) this.#focusFirst();
  }

  get #hasFocus() {
    return this.dialog.contains(document.activeElement) && document.activeElement !== this.dialog;
  }

  remove() {
    this.removed = true;
    this.dialog.remove();
  }

  /** Show the view as it is now; what has not changed is left alone, and so is what our own screen found wrong. */
  update(view) {
    this.view = view;
    const { title, submit, close, blocks, state } = view;
    const content = JSON.stringify([title, submit, close, blocks, state]);
    if (content !== this.shown) {
      this.shown = content;
      this.#draw(view);
    }
    const judged = JSON.stringify(view.errors);
    if (judged !== this.judged) {
      this.judged = judged;
      this.#showErrors({ ...this.found, ...view.errors });
    }
  }

  #draw(view) {
    const words = (text, fallback) => (text ? safely("text", text, () => renderText(text)) : fallback);
    fill(this.title, words(view.title, ""));
    fill(this.cancel, words(view.close, view.submit ? "Cancel" : "Close"));
    fill(this.send, words(view.submit, ""));
    this.send.hidden = !view.submit;
    this.back.hidden = !view.previous_view_id;
    this.surface.values.update(view.blocks, view.state);
    redrawBlocks(this.blocks, view.blocks, this.surface);
    const isInFront = this.dialog.open && [...document.querySelectorAll("dialog[open]")].at(-1) === this.dialog;
    if (isInFront && !this.#hasFocus) this.#focusFirst();
  }

  /** Put the focus where one begins: where the app wants it, else in the first field, else on the modal itself. */
  #focusFirst() {
    if (focusIsElsewhere()) return;
    const first = this.blocks.querySelector("[data-first]") ?? this.blocks.querySelector(FIELDS);
    (first ?? this.dialog).focus({ preventScroll: true });
  }

  #showErrors(errors) {
    this.surface.errors = { ...errors };
    paintErrors(this.surface);
    const inputs = this.view.blocks.map((block) => block?.block_id);
    const [first] = inputs.filter((id) => id in this.surface.errors);
    const elsewhere = Object.entries(this.surface.errors).filter(([id]) => !inputs.includes(id));
    if (elsewhere.length) this.#complain(elsewhere.map(([id, words]) => `${id}: ${words}`).join(" "));
    if (first === undefined) return;
    const block = [...this.blocks.children].find((node) => node.dataset.blockId === first);
    block.scrollIntoView({ block: "nearest" });
    if (!focusIsElsewhere()) block.querySelector("[data-focus]")?.focus();
    announce(this.surface.errors[first]);
  }

  /** What our own screen found wrong with a field is settled for now once something is in it. */
  #forgive(block) {
    const id = block?.dataset.blockId;
    if (!(id in this.found) || isEmpty(this.surface, id)) return;
    const { [id]: _, ...rest } = this.found;
    this.found = rest;
    delete this.surface.errors[id];
    paintErrors(this.surface);
  }

  #complain(words) {
    this.trouble.hidden = !words;
    this.trouble.textContent = words;
    if (words) this.body.scrollTop = 0;
  }

  #setBusy(busy) {
    this.busy = busy;
    this.form.classList.toggle("busy", busy);
    if (busy) this.send.setAttribute("aria-busy", "true");
    else this.send.removeAttribute("aria-busy");
  }

  #onSubmit(event) {
    event.preventDefault();
    if (this.view.submit && !this.busy) this.submit();
  }

  async submit() {
    this.#setBusy(true);
    this.#complain("");
    announce("");
    this.found = {};
    const sent = this.surface.submit();
    paintErrors(this.surface);
    try {
      const answer = await sent;
      if (!answer.ok) this.#complain(noAnswer(answer, `We had some trouble connecting to ${appName()}.`));
      else if (!this.removed) this.#showErrors(this.view.errors);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.found = problem.fields ?? {};
      if (Object.keys(this.found).length) this.#showErrors(this.found);
      else this.#complain(problem.message);
    } finally {
      this.#setBusy(false);
    }
  }

  /** Close this view, or with `everything` the whole stack it stands in. */
  async close(everything) {
    try {
      await act("close", { view_id: this.id, everything });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!this.removed && workspace.views.includes(this.view)) this.#complain(problem.message);
    }
  }

  /** A key that nothing within took: Esc closes, Ctrl+Enter sends. */
  onKey(event) {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close(false);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.view.submit) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }
}

function isEmpty(surface, blockId) {
  const values = Object.values(surface.values.sendable()[blockId] ?? {});
  return values.every((value) => value === null || value.length === 0);
}
