// Numbers and times as people read them.

/** Returns "3 s", "5 min", "2 h" or "4 days". */
export function duration(millis) {
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return `${Math.round(seconds / 60)} min`;
  }
  if (seconds < 2 * 86400) {
    return `${Math.round(seconds / 3600)} h`;
  }
  return `${Math.round(seconds / 86400)} days`;
}

/** Returns how long ago a time was. */
export function since(time) {
  return duration(Date.now() - Date.parse(time));
}

/** Returns "0", "< 0.1", "0.2", "4.7", "130" or "12,000". */
export function rate(perSecond) {
  if (perSecond >= 9.95) {
    return count(Math.round(perSecond));
  }
  if (perSecond >= 0.05) {
    return perSecond.toFixed(1);
  }
  return perSecond < 0.001 ? "0" : "< 0.1";
}

export function count(number) {
  return number.toLocaleString("en");
}

export function percent(share) {
  return `${Math.floor(share * 1000) / 10} %`;
}

/** Returns "1 thing" or "3 things". */
export function things(number, one, many = one + "s") {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Returns who waits in a queue: "nobody waits, 200 may", or "12 of 200 wait, the first for 3.2 s". */
export function waiting({ length, limit, longestMillis }) {
  return length === 0 ? `nobody waits, ${count(limit)} may`
      : `${count(length)} of ${count(limit)} wait, the first for ${(longestMillis / 1000).toFixed(1)} s`;
}
