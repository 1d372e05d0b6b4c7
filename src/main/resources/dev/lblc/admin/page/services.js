// The services: what each of them does, how well, and its servers.

import { el, setText, Views } from "./dom.js";
import { count, duration, percent, rate, things, waiting } from "./format.js";
import { Servers } from "./servers.js";
import { Sparkline } from "./sparkline.js";
import { Top } from "./top.js";

const MINUTES = 10;

/** explain: called with a service and a destination that somebody wants to know about. */
export function services(container, explain) {
  return new Views(container, each => each.service, each => new Service(each.service, explain));
}

class Service {
  #summary = el("p");
  #queue = el("p", { class: "queue", hidden: "" });
  #hits = new Sparkline("Hits");
  #moves = new Sparkline("Moves");
  #servers;
  #top;

  constructor(name, explain) {
    this.#servers = new Servers(name);
    this.#top = new Top(name, destination => explain(name, destination));
    this.root = el("article", {},
        el("h3", {}, name), this.#summary, this.#queue,
        this.#servers.root,
        el("div", { class: "sparklines" }, this.#hits.root, this.#moves.root),
        this.#top.root);
  }

  update(service) {
    setText(this.#summary, `${rate(service.perSecond)} requests/s through this node, `
        + `${things(service.destinations, "destination")} in the table, strategy ${service.strategy}`);
    this.#updateQueue(service.queue);
    this.#servers.update(service.servers);
    this.#updateHistory(service.history);
    this.#top.update(service.topDestinations);
  }

  #updateQueue(queue) {
    this.#queue.hidden = queue === undefined;
    if (queue !== undefined) {
      setText(this.#queue, `Queue of this node: ${waiting(queue)}. Since the start ${count(queue.served)} were served after a wait, `
          + `${count(queue.full)} refused at once because it was full, ${count(queue.timeouts)} refused after its timeout, `
          + `and ${count(queue.left)} left.`);
    }
  }

  #updateHistory({ decisions, hits, moves, secondsPerPoint }) {
    const places = (MINUTES * 60) / secondsPerPoint;
    const time = `in ${decisions.length === places ? `${MINUTES} min` : duration(1000 * secondsPerPoint * decisions.length)}`;
    const all = sum(decisions);
    const shares = decisions.map((number, i) => (number === 0 ? null : hits[i] / number));
    const known = shares.filter(share => share !== null);
    this.#hits.update(shares, places, 0, 1,
        all === 0 ? "no requests" : percent(sum(hits) / all),
        all === 0 ? time : `of ${things(all, "request")} went to the home of their destination, ${time}`
            + (known.length < 2 ? "" : `; at the lowest ${percent(Math.min(...known))}`));
    const most = Math.max(...moves, 0);
    this.#moves.update(moves, places, 0, Math.max(most, 4), count(sum(moves)),
        `times a destination left its home, ${time}` + (most === 0 ? "" : `; at the most ${count(most)} in ${secondsPerPoint} s`));
  }
}

function sum(numbers) {
  return numbers.reduce((total, each) => total + each, 0);
}
