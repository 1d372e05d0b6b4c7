// What is wrong and what can be done, in words.

import { count, duration, since, things, waiting } from "./format.js";

/** Returns the state of a server in a word or two, and how bad it is: "good", "busy", "off" or "bad". */
export function stateOf(server) {
  if (server.state === "down" || server.state === "ejected") {
    return { word: server.state, grade: "bad" };
  }
  if (server.state === "draining") {
    return { word: "draining", grade: "off" };
  }
  if (server.weight === 0) {
    return { word: "weight 0", grade: "off" };
  }
  if (server.saturated) {
    return { word: "saturated", grade: "busy" };
  }
  if (isFull(server)) {
    return { word: "full", grade: "busy" };
  }
  if (isOverloaded(server)) {
    return { word: "overloaded", grade: "busy" };
  }
  return { word: "up", grade: "good" };
}

function isFull(server) {
  return server.max > 0 && server.active.cluster >= server.max;
}

export function isOverloaded(server) {
  return server.weight > 0 && server.active.cluster > server.weight;
}

/** Returns what needs attention, the worst first: { grade, what, todo }. */
export function attention(snapshot) {
  const items = snapshot.services.flatMap(ofService);
  items.push(...ofCluster(snapshot.cluster));
  const order = ["bad", "busy", "off"];
  return items.sort((a, b) => order.indexOf(a.grade) - order.indexOf(b.grade));
}

function ofService(service) {
  const items = service.servers.map(server => ofServer(service, server)).filter(item => item !== null);
  const usable = service.servers.filter(server => server.available && server.effectiveWeight > 0);
  if (usable.length === 0) {
    items.push({
      grade: "bad",
      what: `${service.service} has no server that takes requests: clients get 503.`,
      todo: service.servers.length === 0
          ? "Add a server to the configuration, or look why discovery finds none."
          : "Bring one of its servers back: see below what each of them lacks.",
    });
  }
  if (service.queue?.length > 0) {
    items.push(ofQueue(service.service, service.queue));
  }
  return items;
}

function ofQueue(name, queue) {
  const isFull = queue.length >= queue.limit;
  return {
    grade: isFull ? "bad" : "busy",
    what: `Requests wait for the servers of ${name}, or for their homes: ${waiting(queue)}.`
        + (isFull ? " Who comes now gets 503." : ""),
    todo: isFull ? "Add a server, or send fewer requests. A longer queue makes clients wait longer, and serves no more of them."
        : "A short wait is what a queue is for. If it lasts, the servers are too few.",
  };
}

function ofServer(service, server) {
  const name = `${server.id} of ${service.service}`;
  const left = server.active.cluster + server.inactive.cluster;
  const { word } = stateOf(server);
  switch (word) {
    case "down":
      return {
        grade: "bad",
        what: `${name} has been down for ${since(server.stateSince)}: ${server.stateReason}.`,
        todo: "Its destinations move to other servers. Look at the server itself; it is used again when its checks pass.",
      };
    case "ejected":
      return {
        grade: "bad",
        what: `${name} has been ejected for ${since(server.stateSince)}: ${server.stateReason}.`,
        todo: "Requests to it failed. It is tried again by itself; if that happens again and again, drain it and look at it.",
      };
    case "draining":
      return {
        grade: "off",
        what: `${name} is being drained, for ${duration(server.drain?.forMillis ?? 0)} now: `
            + (left === 0 ? "nothing is left on it." : `${things(left, "connection")} left.`),
        todo: left === 0 ? "It can be stopped now. “Use again” ends the drain."
            : "Wait until nothing is left, then stop it; or end the drain with “Use again”.",
      };
    case "weight 0":
      return {
        grade: "off",
        what: `${name} gets nothing new: its weight is 0.`,
        todo: "Give it a weight when it shall serve again.",
      };
    case "full":
      return {
        grade: "busy",
        what: `${name} has as many requests at once as it may have, ${count(server.max)}.`,
        todo: "Requests go to other servers, or wait if the service has a queue. If that lasts, add a server, or raise max if this one"
            + " can take more.",
      };
    case "saturated":
      return {
        grade: "busy",
        what: `${name} has reached its upper threshold of ${count(server.upper)} connections.`,
        todo: "New destinations go elsewhere until it has fewer. If that lasts, add a server.",
      };
    case "overloaded":
      return {
        grade: "busy",
        what: `${name} has ${count(server.active.cluster)} requests at once, and its weight is ${count(server.weight)}.`,
        todo: "Destinations leave it as soon as another server is less than half busy. If all are busy: add a server, or raise the"
            + " weight if this one can take more.",
      };
    default:
      return null;
  }
}

function ofCluster(cluster) {
  if (!cluster.enabled) {
    return [];
  }
  const items = cluster.degraded.map(what => ({
    grade: "bad",
    what: `The cluster does not work fully: ${what}.`,
    todo: "This node decides by what it knows. Look at the network between the nodes, and at their logs.",
  }));
  for (const node of cluster.nodes) {
    if (!node.self && node.reportAgeMillis < 0) {
      items.push({
        grade: "bad",
        what: `Node ${node.name} does not report its connections.`,
        todo: "Its load counts as none here. Look whether it runs, and at the network to it.",
      });
    }
    if (node.differences.length > 0) {
      items.push({
        grade: "busy",
        what: `Node ${node.name} has another configuration than this node: ${node.differences.join(", ")}.`,
        todo: "Give both the same file, and reload.",
      });
    }
  }
  return items;
}
