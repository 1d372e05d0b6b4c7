// The servers of one service: load, state, weight, drain.

import { call, servicePath } from "./api.js";
import { isOverloaded, stateOf } from "./attention.js";
import { el, setAttribute, setText, Views } from "./dom.js";
import { count, rate, since } from "./format.js";

const MOST_WEIGHT = 1000000;
const MOST_ROWS = 200; // more than anybody reads, less than a browser minds

/** A shape beside each state, for those who do not tell the colours apart. */
const SHAPES = { good: "●", busy: "▲", off: "◌", bad: "✖" };
const GRADES = ["bad", "busy", "off", "good"];

export class Servers {
  #rows = el("tbody");
  #more = el("p", { class: "note", hidden: "" });
  #views;

  constructor(service) {
    this.#views = new Views(this.#rows, server => server.id, () => new Row(service));
    this.root = el("div", {},
        el("table", { class: "servers" },
            el("caption", { class: "unseen" }, `Servers of ${service}`),
            el("thead", {}, el("tr", {},
                ...["Server", "State", "Load: requests at once, of weight", "Requests/s", "Weight", "Actions"].map(
                    title => el("th", { scope: "col" }, title)))),
            this.#rows),
        this.#more);
  }

  update(servers) {
    const byId = [...servers].sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
    if (byId.length > MOST_ROWS) {
      byId.sort((a, b) => GRADES.indexOf(stateOf(a).grade) - GRADES.indexOf(stateOf(b).grade));
    }
    this.#views.update(byId.slice(0, MOST_ROWS));
    this.#more.hidden = byId.length <= MOST_ROWS;
    setText(this.#more, `and ${count(byId.length - MOST_ROWS)} more servers, none of them in a worse state:`
        + " /api/v1/services has all");
  }
}

class Row {
  #service;
  #server = null;
  #name = el("strong");
  #address = el("span", { class: "note" });
  #shape = el("span", { class: "shape", "aria-hidden": "true" });
  #state = el("strong");
  #reason = el("span", { class: "note" });
  #fill = el("div", { class: "fill" });
  #bar = el("div", { class: "bar", role: "meter", "aria-valuemin": "0" }, this.#fill);
  #load = el("span");
  #rate = el("td", { class: "number", "data-title": "Requests/s" });
  #weight = el("input", {
    type: "number", min: "0", max: String(MOST_WEIGHT), step: "1", required: "", inputmode: "numeric",
    oninput: () => this.#typed(),
  });
  #set = el("button", { type: "submit" }, "Set");
  #undo = el("button", { type: "button", onclick: () => this.#change("DELETE", "edit") }, "As in the file");
  #drain = el("button", { type: "button", onclick: () => this.#toggleDrain() });
  #outcome = el("p", { class: "outcome", role: "status" });
  #isTyped = false;

  constructor(service) {
    this.#service = service;
    const form = el("form", {
      class: "weight",
      onsubmit: event => {
        event.preventDefault();
        this.#setWeight();
      },
    }, this.#weight, this.#set);
    this.root = el("tr", {},
        el("th", { scope: "row" }, this.#name, " ", this.#address),
        el("td", { "data-title": "State" },
            el("div", {}, this.#shape, " ", this.#state, " ", this.#reason)),
        el("td", { "data-title": "Load" }, el("div", {}, this.#bar, this.#load)),
        this.#rate,
        el("td", { "data-title": "Weight" }, form),
        el("td", { class: "actions" }, this.#drain, this.#undo, this.#outcome));
  }

  update(server) {
    this.#server = server;
    const { word, grade } = stateOf(server);
    setAttribute(this.root, "data-grade", grade);
    setText(this.#name, server.id);
    setText(this.#address, `${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`);
    setText(this.#shape, SHAPES[grade]);
    setText(this.#state, word);
    setText(this.#reason, server.state === "up" ? "" : `for ${since(server.stateSince)}: ${server.stateReason}`);
    this.#updateLoad(server);
    setText(this.#rate, rate(server.perSecond));
    if (!this.#isTyped && this.#weight.value !== String(server.weight)) {
      this.#weight.value = server.weight;
    }
    this.#set.hidden = !this.#isTyped;
    setAttribute(this.#weight, "aria-label", `Weight of ${server.id}`);
    setAttribute(this.#set, "aria-label", `Set the weight of ${server.id}`);
    const isDrained = server.drain !== undefined && server.drain !== null;
    setText(this.#drain, isDrained ? "Use again" : "Drain");
    setAttribute(this.#drain, "aria-label", isDrained ? `Use ${server.id} again` : `Drain ${server.id}`);
    this.#undo.hidden = server.source !== "edit" || isDrained;
    setAttribute(this.#undo, "aria-label", `Take the edits of ${server.id} back`);
  }

  #updateLoad(server) {
    const { cluster, local } = server.active;
    const waiting = server.inactive.cluster;
    const most = Math.max(server.weight, 1);
    const words = `${count(cluster)} of ${count(server.weight)}`
        + (server.max === 0 ? "" : `, at most ${count(server.max)}`)
        + (cluster === local ? "" : `, ${count(local)} by this node`)
        + (waiting > 0 ? `, ${count(waiting)} half closed` : "");
    setText(this.#load, words);
    setAttribute(this.#bar, "aria-valuemax", most);
    setAttribute(this.#bar, "aria-valuenow", Math.min(cluster, most));
    setAttribute(this.#bar, "aria-valuetext", words);
    setAttribute(this.#bar, "aria-label", `Load of ${server.id}`);
    this.#bar.classList.toggle("over", isOverloaded(server));
    this.#fill.style.width = `${Math.min(100, (100 * cluster) / most)}%`;
  }

  #typed() {
    this.#isTyped = this.#weight.value !== String(this.#server.weight);
    this.#set.hidden = !this.#isTyped;
  }

  async #setWeight() {
    const weight = Number(this.#weight.value);
    if (await this.#change("PATCH", null, { weight })) {
      this.#isTyped = false;
      this.#set.hidden = true;
    }
  }

  #toggleDrain() {
    this.#change(this.#server.drain ? "DELETE" : "POST", "drain");
  }

  /** Sends an edit of this server, and says how that went. The next snapshot shows what it has done. */
  async #change(method, what, body) {
    setText(this.#outcome, "…");
    const below = ["servers", this.#server.id];
    if (what !== null) {
      below.push(what);
    }
    try {
      await call(method, servicePath(this.#service, ...below), body);
      setText(this.#outcome, "");
      return true;
    } catch (failure) {
      setText(this.#outcome, `Nothing changed: ${failure.message}`);
      return false;
    }
  }
}
